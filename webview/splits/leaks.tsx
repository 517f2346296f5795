import type { Leak } from '../../src/domain/dataset.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { SplitsOverview } from '../../src/protocol/curation.ts';
import type { AttentionActions } from './attention.tsx';
import { SideBySide } from './side-by-side.tsx';
import { count } from './words.ts';

const KINDS = {
	'prompt-copy': 'The same prompt',
	'prompt-near': 'A near-copy',
	'response-copy': 'The same response',
} as const;

/** "A near-copy, 86 % of word 5-grams shared". Never 100 %: that would be a copy. */
export function leakTitle({ kind, similarity }: Pick<Leak, 'kind' | 'similarity'>): string {
	if (kind !== 'prompt-near') return KINDS[kind];
	return `${KINDS[kind]}, ${Math.min(99, Math.floor(similarity * 100))} % of word 5-grams shared`;
}

/** How many leaks still count; all of them, however few are listed. */
export function standingLeaks({ leakage, leaks }: Pick<SplitsOverview, 'leakage' | 'leaks'>): number {
	return leaks === undefined
		? leakage.filter(({ accepted }) => accepted === undefined).length
		: leaks.reduce((sum, { standing }) => sum + standing, 0);
}

/** "12 between train and eval, 3 between …": where they lie. */
export function leakPlaces(leaks: NonNullable<SplitsOverview['leaks']>): string {
	const places = new Map<string, number>();
	for (const { splits, standing } of leaks) {
		if (standing === 0) continue;
		const place = `${SPLIT_LABELS[splits[0]]} and ${SPLIT_LABELS[splits[1]]}`;
		places.set(place, (places.get(place) ?? 0) + standing);
	}
	return [...places].map(([place, n]) => `${count(n)} between ${place}`).join(', ');
}

export function LeakItem({ leak, actions }: { leak: Leak; actions: AttentionActions }) {
	const { kind, a, b, splits, accepted } = leak;
	return (
		<li>
			<p>
				{leakTitle(leak)}, in {SPLIT_LABELS[splits[0]]} and {SPLIT_LABELS[splits[1]]}
			</p>
			{kind === 'response-copy' && <p class="dim">The prompts differ; one response stands under both.</p>}
			<SideBySide leak={leak} labels={[SPLIT_LABELS[splits[0]], SPLIT_LABELS[splits[1]]]} actions={actions} />
			{accepted === undefined ? (
				<div class="item-actions">
					<button type="button" class="btn" onClick={() => actions.mend([a, b], 'together')}>
						Bring together in the more protected split
					</button>
					<button type="button" class="btn" onClick={() => actions.mend([a, b], 'exclude')}>
						Exclude the less protected prompt…
					</button>
					<button type="button" class="btn" onClick={() => actions.accept([a, b])}>
						Accept with a reason…
					</button>
				</div>
			) : (
				<p class="dim">
					Accepted: <bdi>{accepted}</bdi>
				</p>
			)}
		</li>
	);
}
