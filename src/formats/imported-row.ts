import { facetText, parseFacet } from '../domain/assignment.ts';
import { CanonicalError, canonicalComparison } from '../domain/identity.ts';
import type { Verdict } from '../domain/judgment.ts';
import type { Half, Split } from '../domain/split.ts';
import { SPLITS } from '../domain/split.ts';
import type { Format, ReadPair } from './format.ts';
import { readJudgments } from './judgments.ts';
import { isBlankSide, roleNote } from './messages.ts';
import { type OwnColumns, ownColumns } from './own-columns.ts';
import type { Row } from './parse-row.ts';
import { RowError, refuse } from './row-error.ts';
import type { ImportedJudgment, ImportedRow } from './types.ts';

const COMMON = new Set(['split', 'half', 'tags', 'source', 'metadata', 'judgments']);

/**
 * Puts one parsed row into canonical sides with its judgments, tags and place. A ranking gives several.
 * @param sourceName names the label that came with the row: `source:NAME`
 * @throws RowError saying which field is wrong and how
 */
export function importedRows(line: number, row: Row, format: Format, sourceName: string): ImportedRow[] {
	const read = format.read(row);
	const pairs = 'prompt' in read ? [read] : read;
	// Each pair of a ranking would get them, whichever two they are about.
	if (!('prompt' in read) && read[0]?.common === undefined && !isEmptyList(row.judgments)) {
		return refuse(
			'judgments',
			'none beside a ranking: a verdict a or b does not say which two responses it is about',
			row.judgments,
		);
	}
	return pairs.map((pair) => importedPair(line, row, pair, format, sourceName));
}

function isEmptyList(value: unknown): boolean {
	return value == null || (Array.isArray(value) && value.length === 0);
}

function importedPair(line: number, row: Row, pair: ReadPair, format: Format, sourceName: string): ImportedRow {
	const common = pair.common ?? row;
	const own = ownColumns(common.metadata);
	const warnings = [...pair.warnings];
	checkEmpty(pair, own, warnings);
	const roles = roleNote(pair.prompt, pair.first, pair.second);
	if (roles !== null) warnings.push(roles);
	const { comparison, swapped } = canonical(pair);
	if (own?.id != null && own.id !== comparison.id) {
		warnings.push(
			'metadata.pairwright.id: the texts have changed since they were exported, so this is a new comparison',
		);
	}
	const judgments: ImportedJudgment[] = [];
	if (pair.labelled) judgments.push({ annotator: `source:${sourceName}`, verdict: turn('a', swapped) });
	for (const { annotator, verdict, ...rest } of pair.judgments ?? []) {
		judgments.push({ annotator: annotator ?? `source:${sourceName}`, verdict: turn(verdict, swapped), ...rest });
	}
	for (const judgment of readJudgments(common.judgments, pair.labelled)) {
		judgments.push({ ...judgment, verdict: turn(judgment.verdict, swapped) });
	}
	const place = readPlace(common, own);
	const tags = readTags(common, own, format, warnings);
	const source = common.source ?? own?.source;
	const metadata = readMetadata(row, pair, own, tags === null);
	return {
		line,
		comparison,
		judgments,
		tags: tags ?? [],
		...place,
		...(typeof source === 'string' && source !== '' ? { source } : {}),
		...(metadata === undefined ? {} : { metadata }),
		warnings,
	};
}

function canonical(pair: ReadPair) {
	const prompt = { messages: pair.prompt, ...(pair.tools === undefined ? {} : { tools: pair.tools }) };
	try {
		return canonicalComparison(prompt, pair.first, pair.second);
	} catch (error) {
		// Numbers, depth and surrogates were checked on the whole row, so only equal sides are left.
		if (!(error instanceof CanonicalError)) throw error;
		throw new RowError(`${pair.sides[1]}: expected another response than ${pair.sides[0]}, found the same`);
	}
}

/** A side may be empty (a model can say nothing), not both, and not one that a label without a person prefers. */
function checkEmpty(pair: ReadPair, own: OwnColumns | null, warnings: string[]): void {
	const [first, second] = [isBlankSide(pair.first), isBlankSide(pair.second)];
	if (first && second)
		throw new RowError(`${pair.sides.join(' and ')}: expected at least one response, found two blank ones`);
	if (first && pair.labelled && own === null) {
		throw new RowError(`${pair.sides[0]}: expected text on the preferred side, found blank text`);
	}
	if (first || second) warnings.push(`${pair.sides[first ? 0 : 1]}: the response is blank`);
}

function turn(verdict: Verdict, swapped: boolean): Verdict {
	if (!swapped || verdict === 'tie' || verdict === 'both_bad') return verdict;
	return verdict === 'a' ? 'b' : 'a';
}

export function readPlace(row: Row, own: OwnColumns | null): { split?: Split; half?: Half } {
	const split = row.split ?? own?.split;
	const half = row.half ?? own?.half;
	if (split == null) return half == null ? {} : refuse('half', 'only beside "split": "heldout"', half);
	const known = SPLITS.find((s) => s === split);
	if (known === undefined) return refuse('split', SPLITS.join(', '), split);
	if (half == null) return { split: known };
	if (half !== 'R' && half !== 'E') return refuse('half', 'R (tuning) or E (sealed)', half);
	if (known !== 'heldout') return refuse('half', 'only beside "split": "heldout"', half);
	return { split: known, half };
}

/**
 * Facets. Our own rows must have valid ones; elsewhere a `tags` column may mean anything ("math"), and a bare word there
 * would declare the prompt out of distribution: it stays metadata unless all are `kind:value`.
 * @returns null where the column is somebody else's
 */
export function readTags(
	row: Row,
	own: OwnColumns | null,
	format: { readonly name: string },
	warnings: string[],
): string[] | null {
	const ours = format.name === 'pairwright' || (row.tags == null && own !== null);
	const tags = row.tags ?? own?.tags;
	if (tags == null) return [];
	const list: readonly unknown[] | null = Array.isArray(tags) ? tags : null;
	const facets = list?.map((t) => (typeof t === 'string' ? parseFacet(t) : null)) ?? null;
	if (ours) {
		if (list === null || facets === null) return refuse('tags', 'a list of facets such as "domain:law"', tags);
		const bad = facets.indexOf(null);
		if (bad >= 0) return refuse(`tags[${bad}]`, 'a facet such as "domain:law"', list[bad]);
	} else if (list === null || facets === null || facets.some((f, i) => f === null || !String(list[i]).includes(':'))) {
		warnings.push('tags: not facets (kind:value), kept as metadata');
		return null;
	}
	const texts = facets.flatMap((f) => (f === null ? [] : [facetText(f)]));
	return [...new Set(texts)].sort();
}

/** The row's own metadata, and every column that is not understood: nothing is lost. */
function readMetadata(row: Row, pair: ReadPair, own: OwnColumns | null, foreignTags: boolean): unknown {
	const common = pair.common ?? row;
	const given = own === null ? common.metadata : withoutOwn(common.metadata as Row, own);
	const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
	const out: Record<string, unknown> = isObject ? { ...given } : given == null ? {} : { metadata: given };
	const keep = (column: string, value: unknown) => {
		// `pairwright` is what our own exports are known by: somebody else's column of that name must not pass for one.
		const taken = column === 'pairwright' || Object.hasOwn(out, column);
		if (value !== null && value !== undefined) setOwn(out, taken ? `column:${column}` : column, value);
	};
	for (const [column, value] of Object.entries(row)) {
		const isCommon = pair.common === undefined && COMMON.has(column);
		const kept =
			(column === 'tags' && isCommon && foreignTags) ||
			(column === 'source' && isCommon && typeof value !== 'string') ||
			(!isCommon && !pair.columns.includes(column));
		if (kept) keep(column, value);
	}
	for (const [column, value] of Object.entries(pair.facts ?? {})) keep(column, value);
	return Object.keys(out).length === 0 ? undefined : out;
}

/** A key named `__proto__` is data here, not a prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
	Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function withoutOwn(metadata: Row, own: OwnColumns): unknown {
	const { pairwright: _, ...rest } = metadata;
	if (own.metadata === undefined) return rest;
	if (Object.keys(rest).length === 0) return own.metadata;
	return typeof own.metadata === 'object' && own.metadata !== null
		? { ...own.metadata, ...rest }
		: { ...rest, metadata: own.metadata };
}
