import { orderedChecks, passesTitle } from '../../../src/domain/check-list.ts';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import type { HealthStatus } from '../../../src/domain/run-record.ts';
import type { RunReport } from '../../../src/protocol/runs.ts';
import { CheckRows } from '../checks.tsx';
import { count } from '../format.ts';
import { Disclosure, Fold, StatusMark } from '../parts.tsx';
import type { CheckpointRecord } from './record.ts';
import { usePicked } from './shared.ts';

const COUNTED: readonly (readonly [HealthStatus, string, string])[] = [
	['fail', 'fails', 'fail'],
	['warn', 'warns', 'warn'],
	['insufficient', 'has too little data', 'have too little data'],
	['pass', 'passes', 'pass'],
];

/** "1 fails, 2 pass". */
function summary({ health }: CheckpointResult): string {
	return COUNTED.flatMap(([status, one, many]) => {
		const n = health.filter((check) => check.status === status).length;
		return n === 0 ? [] : [`${count(n)} ${n === 1 ? one : many}`];
	}).join(', ');
}

function OneCheckpoint({ checkpoint, rejudge }: { checkpoint: CheckpointResult; rejudge: RunReport['rejudge'] }) {
	const ordered = orderedChecks(checkpoint.health);
	const passes = ordered.filter(({ status }) => status === 'pass');
	const [worst] = ordered;
	return (
		<li class={`check ${worst?.status ?? ''}`}>
			<Disclosure
				id={`checks of ${checkpoint.name}`}
				summary={
					<>
						{worst === undefined ? <span aria-hidden="true" /> : <StatusMark status={worst.status} />}
						<span class="check-line">
							<b>{checkpoint.name}</b> <span class="dim">{summary(checkpoint) || 'no check ran'}</span>
						</span>
					</>
				}
			>
				<div class="nested">
					<CheckRows
						checks={ordered.filter(({ status }) => status !== 'pass')}
						rejudge={rejudge}
						of={checkpoint.name}
					/>
					{passes.length === 0 ? null : (
						<Fold id={`passed of ${checkpoint.name}`} title={passesTitle(passes.length)}>
							<CheckRows checks={passes} rejudge={rejudge} of={checkpoint.name} />
						</Fold>
					)}
				</div>
			</Disclosure>
		</li>
	);
}

/** Checks of the checkpoints that are looked at side by side. */
export function CheckpointChecks({ record, rejudge }: { record: CheckpointRecord; rejudge: RunReport['rejudge'] }) {
	const { picked } = usePicked(record);
	if (picked.length === 0) return null;
	return (
		<section aria-labelledby="checkpoint-checks-title">
			<h2 id="checkpoint-checks-title">Checks of each checkpoint side by side</h2>
			<ul class="checks">
				{picked.map((checkpoint) => (
					<OneCheckpoint key={checkpoint.name} checkpoint={checkpoint} rejudge={rejudge} />
				))}
			</ul>
		</section>
	);
}
