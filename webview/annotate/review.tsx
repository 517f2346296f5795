import type { ViewProps } from './app.tsx';
import type { Revealed } from './model.ts';
import { KeyButton } from './parts.tsx';
import { latestOfEach, saidWhat, whoSaid } from './people.ts';
import { describe } from './verdict.ts';

function agreement({ judgments, pair, verdict }: Revealed, me: string | null): string {
	const others = latestOfEach(judgments ?? []).filter((judgment) => judgment.annotator !== me);
	if (others.length === 0) return 'Nobody else has judged this pair.';
	const same = others.filter((judgment) =>
		saidWhat(judgment, pair.leftSide).startsWith(verdict.choice.replace('_', ' ')),
	);
	if (same.length === others.length) return 'You agree.';
	return same.length === 0 ? 'You differ.' : `${same.length} of ${others.length} agree with you.`;
}

/** In Review, after my verdict: what the others said, and what becomes of it. */
export function ReviewBar({ store, controller }: ViewProps) {
	const { model, init } = store.state;
	const { revealed } = model;
	if (revealed === null || model.look !== null) return null;
	if (revealed.judgments === null) {
		return (
			<section class="review" aria-label="Verdicts">
				<p class="dim">Saving yours; then the others' are shown.</p>
			</section>
		);
	}
	const me = init?.person ?? null;
	const others = latestOfEach(revealed.judgments).filter((judgment) => judgment.annotator !== me);
	return (
		<section class="review" aria-label="Verdicts">
			<strong>{agreement(revealed, me)}</strong>
			<ul>
				<li>
					<span class="who">You</span> {describe(revealed.verdict)}
				</li>
				{others.map((judgment) => (
					<li key={judgment.id}>
						<span class="who">{whoSaid(judgment.annotator)}</span> {saidWhat(judgment, revealed.pair.leftSide)}
						{judgment.reasons === undefined ? null : <span class="dim"> · {judgment.reasons.join(', ')}</span>}
						{judgment.note === undefined ? null : (
							<span class="dim" dir="auto">
								{' '}
								· “{judgment.note}”
							</span>
						)}
					</li>
				))}
			</ul>
			<div class="review-actions">
				<KeyButton
					label="Keep mine, next pair"
					keys="→"
					class="verdict primary"
					onClick={() => controller.click('next')}
				/>
				<span class="dim">
					<kbd>1</kbd>–<kbd>4</kbd> change mine
				</span>
				<KeyButton
					label={revealed.adjudication ? 'Sent to adjudication' : 'Send to adjudication'}
					keys="A"
					disabled={revealed.adjudication}
					onClick={() => controller.click('adjudicate')}
				/>
			</div>
		</section>
	);
}
