import * as vscode from 'vscode';
import { facetText, parseFacet } from '../../domain/assignment.ts';
import { FACET_KINDS } from '../../domain/split.ts';
import type { PromptSelection, TagPreview, TagResult } from '../../protocol/curation.ts';
import type { FolderSession, Services } from '../services.ts';

const LAST_FACET = 'annotate.lastFacet';
const MOST_SCOPE = 220;

function count(n: number): string {
	return `${n.toLocaleString('en')} ${n === 1 ? 'prompt' : 'prompts'}`;
}

/** What a tag would do, before it is done. */
export function tagPreviewText({ prompts, clusters, moves, proposals }: TagPreview): string {
	const parts = [`${count(prompts)} in ${clusters.toLocaleString('en')} ${clusters === 1 ? 'cluster' : 'clusters'}`];
	parts.push(moves === 0 ? 'none moves' : `${count(moves)} to held-out`);
	if (proposals > 0) parts.push(`${count(proposals)} frozen or exported: proposed`);
	return parts.join(' · ');
}

/** What a tag did, and what was so before; a full stop is the caller's. */
export function tagResultText({ tagged, already = 0, moved, proposed, event }: TagResult, facet: string): string {
	const had = `${count(already)} had ${facet} already`;
	if (event === null) return `Nothing changed: ${had}`;
	const parts = tagged > 0 ? [`Tagged ${count(tagged)} ${facet}`] : [];
	if (already > 0) parts.push(had);
	if (moved > 0) parts.push(`moved ${count(moved)} to held-out`);
	if (proposed > 0) parts.push(`proposed ${count(proposed)}`);
	return parts.join(', ');
}

/** Why a text is no facet, or null where it is one. */
export function facetProblem(text: string): string | null {
	if (parseFacet(text) !== null) return null;
	const kind = text.slice(0, Math.max(0, text.indexOf(':'))).trim();
	if (kind === '') return 'Write kind:value, such as domain:law.';
	return FACET_KINDS.some((known) => known === kind.toLowerCase())
		? `"${kind}:" needs a value, such as ${kind.toLowerCase()}:law.`
		: `"${kind}" is no kind. Kinds: ${FACET_KINDS.join(', ')}.`;
}

interface FacetItem extends vscode.QuickPickItem {
	readonly facet?: string;
}

export interface TagHooks {
	readonly prompts?: number | undefined;
	readonly acting?: (facet: string) => void;
}

/** What the question shows; a large selection or a busy workspace takes a moment to count. */
interface Facts {
	readonly known: readonly string[];
	readonly scope: string;
	readonly preview: string;
}

/** Asks for a facet: the last one first, known ones, or a new one as it is typed. The question is there before the count is. */
function askFacet(
	read: Promise<Facts>,
	counting: string,
	last: string | undefined,
	initial: string,
): Promise<string | undefined> {
	const picker = vscode.window.createQuickPick<FacetItem>();
	let facts: Facts = { known: [], scope: '', preview: counting };
	picker.placeholder = 'How does it differ? kind:value, such as domain:law';
	picker.ignoreFocusOut = false;
	picker.value = initial;
	picker.busy = true;
	const scopeItems = (): FacetItem[] => [
		{ label: 'Training distribution', kind: vscode.QuickPickItemKind.Separator },
		{
			label: `$(info) ${facts.scope === '' ? 'Not described yet: set "scope" in .pairwright/config.json' : facts.scope.slice(0, MOST_SCOPE)}`,
			alwaysShow: true,
		},
	];
	const show = () => {
		const { known, preview } = facts;
		picker.title = `Outside scope: ${preview}`;
		const ordered = last === undefined ? known : [last, ...known.filter((facet) => facet !== last)];
		const items = ordered.map((facet) => ({
			label: facet,
			facet,
			...(facet === last ? { description: 'last used' } : {}),
		}));
		const facet = parseFacet(picker.value);
		const typed = facet === null ? null : facetText(facet);
		const problem = picker.value.trim() === '' ? null : facetProblem(picker.value);
		const fresh: FacetItem[] =
			typed !== null && !ordered.includes(typed)
				? [{ label: typed, facet: typed, description: 'new facet', alwaysShow: true }]
				: problem === null
					? []
					: [{ label: `$(warning) ${problem}`, alwaysShow: true }];
		picker.items = [...fresh, ...items, ...(picker.busy ? [] : scopeItems())];
	};
	show();
	return new Promise((resolve, reject) => {
		read.then(
			(found) => {
				facts = found;
				picker.busy = false;
				show();
			},
			(error: unknown) => {
				reject(error);
				picker.hide();
			},
		);
		picker.onDidChangeValue(show);
		picker.onDidAccept(() => {
			// A fast typist presses Enter before the item for a new facet is in the list.
			const typed = parseFacet(picker.value);
			const chosen = picker.selectedItems[0]?.facet ?? (typed === null ? undefined : facetText(typed));
			if (chosen === undefined) return;
			resolve(chosen);
			picker.hide();
		});
		picker.onDidHide(() => {
			resolve(undefined);
			picker.dispose();
		});
		picker.show();
	});
}

/**
 * Asks how prompts lie outside the training distribution, and tags them. The count stands in the title before anything is
 * done; the event that comes back undoes it.
 * @param initial what stands in the field at first, to be edited
 * @param hooks prompts: how many they are, where that is known; acting: told once everything is answered, before anything is stored
 * @returns null where the person left it
 */
export async function promptForTag(
	services: Services,
	session: FolderSession,
	selection: PromptSelection,
	initial = '',
	hooks: TagHooks = {},
): Promise<{ readonly text: string; readonly event: string | null } | null> {
	const api = await session.api();
	const memory = services.context.workspaceState;
	const about = api.about();
	const preview = api.previewTag(selection).then(tagPreviewText);
	const facts = Promise.all([api.facets(), about, preview]).then(([known, { config }, text]) => ({
		...{ known, scope: config.scope, preview: text },
	}));
	const counting = hooks.prompts === undefined ? 'counting…' : `${count(hooks.prompts)}, counting clusters…`;
	const facet = await askFacet(facts, counting, memory.get<string>(LAST_FACET), initial);
	if (facet === undefined) return null;
	if ((await about).person === null && (await services.ensurePerson(session)) === undefined) return null;
	const reason = await vscode.window.showInputBox({
		title: `${facet}: ${await preview}`,
		prompt: 'Why does it lie outside? A few words; may stay empty.',
	});
	if (reason === undefined) return null;
	hooks.acting?.(facet);
	const result = await api.tag(selection, { facet, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) });
	await memory.update(LAST_FACET, facet);
	return { text: tagResultText(result, facet), event: result.event };
}
