import { checkTitle } from '../../../src/domain/check-list.ts';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { counted, fixed, listed } from '../format.ts';
import { StatusMark } from '../parts.tsx';
import { type CheckpointRecord, headlineOf, referenceName } from './record.ts';

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

/** What keeps a checkpoint from being recommended, in words. */
const VETOES: Readonly<Record<string, string>> = {
	'beats-reference': 'no lower loss than the reference on both eval and held-out',
	'reference-memorised': 'held-out void, the tuning half is memorised',
	'trained-on': 'held-out void, trained on the tuning half',
};

/** Vetoes by check, each with the checkpoints that it keeps from being recommended. */
function vetoes(record: CheckpointRecord): { check: string; words: string; checkpoints: string[] }[] {
	const checks = [...new Set(record.recommended.vetoes.map(({ check }) => check))];
	return checks.map((check) => ({
		check,
		words: VETOES[check] ?? checkTitle(check),
		checkpoints: record.recommended.vetoes.filter((veto) => veto.check === check).map(({ checkpoint }) => checkpoint),
	}));
}

/** The record's sentence, its answer in bold: a checkpoint's name, "Ship none", or that none can be named. */
function answer({ checkpoints, recommended: { checkpoint, sentence } }: CheckpointRecord): {
	bold: string;
	rest: string;
} {
	if (checkpoint !== null) {
		return sentence.startsWith(checkpoint)
			? { bold: `Recommended: ${checkpoint}`, rest: sentence.slice(checkpoint.length) }
			: { bold: `Recommended: ${checkpoint}.`, rest: ` ${sentence}` };
	}
	const none = /^ship none[:.]?\s*/i.exec(sentence)?.[0];
	if (none === undefined) return { bold: '', rest: sentence };
	const rest = sentence.slice(none.length);
	// A name stays as it is written.
	const named = checkpoints.some(({ name }) => rest.startsWith(name));
	return { bold: 'Ship none.', rest: ` ${named ? rest : `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`}` };
}

/** Whether a sentence names it: "dpo-step50" stands in "gdpo-step50" without being named. */
function isNamed(name: string, sentence: string): boolean {
	for (let at = sentence.indexOf(name); at !== -1; at = sentence.indexOf(name, at + 1)) {
		const [before, after] = [sentence[at - 1] ?? ' ', sentence[at + name.length] ?? ' '];
		if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
	}
	return false;
}

/** Which checkpoint, or none, in the record's own sentence, and what keeps the others from it. */
export function Recommendation({ record }: { record: CheckpointRecord }) {
	const { checkpoint } = record.recommended;
	const { bold, rest } = answer(record);
	const [first = '', ...more] = rest.split(/(?<=\.) (?=\S)/);
	// The sentence tells itself which ones are void.
	const untold = vetoes(record).filter(
		({ check, checkpoints }) =>
			check === 'beats-reference' || !checkpoints.every((name) => isNamed(name, record.recommended.sentence)),
	);
	return (
		<div class="recommendation">
			<StatusMark
				status={checkpoint === null ? 'insufficient' : 'pass'}
				word={checkpoint === null ? 'none recommended' : 'recommended'}
			/>
			<div>
				<p>
					<b>{bold}</b>
					{first}
				</p>
				{more.map((sentence) => (
					<p key={sentence}>{sentence}</p>
				))}
				{untold.map(({ check, words, checkpoints }) => (
					<p key={check} class="dim small">
						Vetoed ({words}): {names(checkpoints)}.
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
