import type { ErasedFiles, EraseResult } from '../../protocol/team.ts';

const MOST_QUOTATIONS = 20;

function count(n: number): string {
	return n.toLocaleString('en-US');
}

/** What was or would be changed in files, and what git holds. */
export function filesText(done: ErasedFiles): string[] {
	const { journals, sources, left, advice, synced } = done;
	return [
		...journals.map(({ file, lines }) =>
			lines === 0
				? `  ${file}: the journal from now on`
				: `  ${file}: ${count(lines)} ${lines === 1 ? 'line' : 'lines'}`,
		),
		...sources.map(
			({ path, rows }) =>
				`  ${path}: written anew${rows === 0 ? '' : ` without ${count(rows)} ${rows === 1 ? 'row' : 'rows'}`}`,
		),
		...left.map(({ path, why }) => `  STILL HOLDS IT: ${path}: ${why}`),
		...(synced === null ? [] : [synced.message]),
		'',
		...advice,
	];
}

function listed(what: string, ids: readonly string[]): string[] {
	if (ids.length === 0) return [];
	const more = ids.length > 5 ? ` and ${count(ids.length - 5)} more` : '';
	return [
		`${what}: ${ids
			.slice(0, 5)
			.map((id) => id.slice(0, 24))
			.join(', ')}${more}.`,
	];
}

/** Whose words of which day leave because they quote it: that cannot be undone either. */
function quotationsText({ quotations, preview }: EraseResult): string[] {
	if (quotations.length === 0) return [];
	const what = quotations.length === 1 ? 'note, reason, facet or search' : 'notes, reasons, facets and searches';
	const more = quotations.length - MOST_QUOTATIONS;
	return [
		`  ${count(quotations.length)} ${what} elsewhere ${preview ? 'quoting it would go too' : 'quoted it: out too'}:`,
		...quotations
			.slice(0, MOST_QUOTATIONS)
			.map(({ event, type, person, at }) => `    ${event.slice(0, 12)} ${type} by ${person}, ${at.slice(0, 10)}`),
		...(more > 0 ? [`    and ${count(more)} more (--json lists all)`] : []),
	];
}

/** No record says of every file what is in it: held-out and sealed rows of bundles, exports by nobody named. */
const WRITTEN =
	'Files that exports and bundles wrote are not touched, here (look into export/) or wherever they went: delete or write anew those that hold it.';

/** What an erasure did or would do, for people. */
export function eraseText(done: EraseResult): string {
	const { comparisons, prompts, already, preview, drafts, related, runs, exports, manifests, left } = done;
	const what = `${count(comparisons.length)} ${comparisons.length === 1 ? 'comparison' : 'comparisons'}${prompts.length === 0 ? '' : ` (everything on ${count(prompts.length)} ${prompts.length === 1 ? 'prompt' : 'prompts'})`}`;
	const head =
		comparisons.length + prompts.length === 0
			? left.length === 0
				? 'Nothing new to erase; what was erased before is out of every file here.'
				: 'Nothing new to erase; what was erased before is not out of every file here:'
			: preview
				? `Would erase ${what}:`
				: `Erased ${what}. A tombstone with the ids, your handle, the date and the reason stays.`;
	return [
		head,
		...listed('Out already', already),
		...(drafts.length === 0 ? [] : [`  drafts: ${drafts.join(', ')}`]),
		...quotationsText(done),
		...filesText({ ...done, advice: [] }).filter((line) => line !== ''),
		...listed('These stay and share a text with it; erase the prompt, or name them too', related),
		...listed('Runs that keep its ids and numbers, no texts', runs),
		...listed('Records of exports for training that name it', exports),
		...listed('Manifests that name it', manifests),
		...(comparisons.length === 0 ? [] : [WRITTEN]),
		'',
		...done.advice,
	].join('\n');
}
