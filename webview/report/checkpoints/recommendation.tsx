import { checkTitle } from '../../../src/domain/check-list.ts';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { counted, fixed, listed } from '../format.ts';
import { StatusMark } from '../parts.tsx';
import { type CheckpointRecord, headlineOf, referenceName } from './shared.ts';

/** More names than this are counted, not listed. */
const NAMED = 6;

function names(all: readonly string[]): string {
	return all.length <= NAMED ? listed(all) : `${all.slice(0, NAMED).join(', ')} and ${all.length - NAMED} more`;
}

/** "7 checkpoints against ref · β 0.1 · sigmoid loss": what was scored, and at which scale its confidences stand. */
export function scoredWords(record: CheckpointRecord): string {
	const { settings, checkpoints } = record;
	const smoothing = settings.label_smoothing ? `, ε ${settings.label_smoothing}` : '';
	return `${counted(checkpoints.length, 'checkpoint')} against ${referenceName(record)} · β ${settings.beta} · ${settings.loss ?? 'sigmoid'} loss${smoothing}`;
}

/** Vetoes by check, each with the checkpoints that it keeps from being recommended. */
function vetoes(record: CheckpointRecord): { check: string; checkpoints: string[] }[] {
	const checks = [...new Set(record.recommended.vetoes.map(({ check }) => check))];
	return checks.map((check) => ({
		check,
		checkpoints: record.recommended.vetoes.filter((veto) => veto.check === check).map(({ checkpoint }) => checkpoint),
	}));
}

/** Which checkpoint, or none, in the record's own sentence, and what keeps the others from it. */
export function Recommendation({ record }: { record: CheckpointRecord }) {
	const { checkpoint, sentence } = record.recommended;
	const found = vetoes(record);
	return (
		<div class="recommendation">
			<StatusMark
				status={checkpoint === null ? 'insufficient' : 'pass'}
				word={checkpoint === null ? 'none recommended' : 'recommended'}
			/>
			<div>
				<p>
					<b>
						{checkpoint === null
							? /^ship none/i.test(sentence)
								? ''
								: 'None recommended. '
							: `Recommended: ${checkpoint}. `}
					</b>
					{sentence}
				</p>
				{found.map(({ check, checkpoints }) => (
					<p key={check} class="dim small">
						Not to be recommended for “{checkTitle(check)}”: {names(checkpoints)}.
					</p>
				))}
				<Scored record={record} />
			</div>
		</div>
	);
}

/** The fit on its own training pairs, apart: in no criterion and in no claim. */
function Scored({ record }: { record: CheckpointRecord }) {
	const headline: CheckpointResult | undefined = headlineOf(record);
	const own = headline?.objective.train_loss ?? null;
	return headline === undefined || own === null ? null : (
		<p class="dim small">
			Fit on its own training pairs, {headline.name}: loss {fixed(own)}, in sample; it enters no criterion and supports
			no claim.
		</p>
	);
}
