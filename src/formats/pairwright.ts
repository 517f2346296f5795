import { stableJson } from '../domain/identity.ts';
import type { Judgment } from '../domain/judgment.ts';
import type { PairFormat, ReadPair } from './format.ts';
import { readPrompt, readSide } from './messages.ts';
import { isOurId } from './own-columns.ts';
import type { Row } from './parse-row.ts';
import type { Encoded, ExportRow } from './types.ts';

/** `id` and `sealed` are what exports add; the id follows from the texts and is never taken from the file. */
const COLUMNS = ['prompt', 'response_a', 'response_b', 'tools', 'id', 'sealed'] as const;

function read(row: Row): ReadPair {
	const warnings: string[] = [];
	return {
		prompt: readPrompt(row.prompt, 'prompt', warnings),
		first: readSide(row.response_a, 'response_a', warnings),
		second: readSide(row.response_b, 'response_b', warnings),
		...(row.tools == null ? {} : { tools: row.tools }),
		sides: ['response_a', 'response_b'],
		labelled: false,
		columns: isOurId(row.id) ? COLUMNS : COLUMNS.filter((c) => c !== 'id'),
		warnings,
	};
}

/** Pairwright's own comparisons: a prompt, two responses, and the judgments of several people. */
export const pairwright: PairFormat = {
	name: 'pairwright',
	fits: (row) => 'response_a' in row && 'response_b' in row,
	read,
};

/** Order of a comparison's judgments in a file: person, time, then content, so that bytes do not depend on the store. */
function judgmentOrder(one: Judgment, two: Judgment): number {
	const key = (j: Judgment) => [j.annotator, j.at ?? '', j.verdict, String(j.strength ?? ''), j.note ?? '', j.id];
	const [a, b] = [key(one), key(two)];
	for (let i = 0; i < a.length; i++) {
		if (a[i]! < b[i]!) return -1;
		if (a[i]! > b[i]!) return 1;
	}
	return 0;
}

function writeJudgment(j: Judgment): Record<string, unknown> {
	return {
		annotator: j.annotator,
		verdict: j.verdict,
		...(j.strength === undefined ? {} : { strength: j.strength }),
		...(j.note === undefined ? {} : { rationale: j.note }),
		...(j.reasons === undefined || j.reasons.length === 0 ? {} : { reasons: [...j.reasons] }),
		...(j.at === null ? {} : { at: j.at }),
	};
}

/**
 * Every comparison, whatever its resolution; verdicts of the sealed half before an opening are null with `sealed`. Its facets and half
 * go along, by which it comes back to its place; source and metadata do not: they may tell the label (a score, what a judge wrote).
 */
export function writePairwright(row: ExportRow): Encoded {
	const { id, prompt, a, b } = row.comparison;
	const judged = row.unlabelled
		? { judgments: null, sealed: true }
		: { judgments: [...row.judgments].sort(judgmentOrder).map(writeJudgment) };
	return {
		line: stableJson({
			id,
			prompt: prompt.messages,
			response_a: a,
			response_b: b,
			...(prompt.tools === undefined ? {} : { tools: prompt.tools }),
			...judged,
			tags: [...row.tags].sort(),
			split: row.split,
			...(row.half === null ? {} : { half: row.half }),
			...(row.source === null || row.unlabelled ? {} : { source: row.source }),
			...(row.metadata == null || row.unlabelled ? {} : { metadata: row.metadata }),
		}),
	};
}
