import type { Dataset } from '../../src/domain/dataset.ts';
import type { EventOf, EventType, JournalEvent } from '../../src/domain/events.ts';
import type { WorkspacePaths } from '../../src/store/paths.ts';
import type { RunsPort } from '../../src/workspace/runs/port.ts';

export type MemoryPort = RunsPort & { queued: string[]; readonly log: JournalEvent[] };

/** A workspace as runs see one: run folders on disk, events in memory, one dataset. */
export function makePort(paths: WorkspacePaths, now: { readonly dataset: Dataset }): MemoryPort {
	const log: JournalEvent[] = [];
	const port: MemoryPort = {
		paths,
		log,
		queued: [],
		person: () => 'ana',
		append: async (bodies) => {
			const stamped = bodies.map((body, i) => {
				const seq = log.length + i + 1;
				const stamp = { v: 1, id: `event-${seq}`, seq, time: '2026-01-02T03:04:05Z', person: 'ana', device: 'd' };
				return { ...stamp, ...body } as JournalEvent;
			});
			log.push(...stamped);
			return stamped;
		},
		events: <T extends EventType>(type: T) => log.filter((event) => event.type === type) as unknown as EventOf<T>[],
		dataset: () => ({ dataset: now.dataset, reviewed: new Map() }),
		places: () => new Map(now.dataset.pairs.map(({ comparison, cluster, split }) => [comparison, { cluster, split }])),
		version: () => now.dataset.sha256,
		facts: (ids) =>
			new Map(
				ids.map((id) => [
					id,
					{ preview: 'Say.', a: 'A side', b: 'B side', wordsA: 5, wordsB: 9, people: 3, differ: 1 },
				]),
			),
		setRejudge: (_run, comparisons) => {
			port.queued = [...comparisons];
		},
	};
	return port;
}
