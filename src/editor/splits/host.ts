import * as vscode from 'vscode';
import { type Half, SPLIT_LABELS, SPLITS, type Split } from '../../domain/split.ts';
import { moveSentences } from '../../domain/split-moves.ts';
import type { PromptSelection } from '../../protocol/curation.ts';
import { UserError } from '../../protocol/errors.ts';
import type { ComparisonDetail } from '../../protocol/lists.ts';
import type { SplitsDone, SplitsFilter, SplitsFocus, SplitsHost, SplitsView } from '../../protocol/splits.ts';
import type { WorkspaceApi } from '../../protocol/workspace-api.ts';
import type { TagHooks } from '../annotate/tag.ts';
import { freezeSplit } from '../commands/freeze.ts';
import type { FolderSession, Services } from '../services.ts';
import { Inspecting } from './inspecting.ts';
import { excludeDetail, mostProtected, moveDetail, movedText, movingText, promptCount, taggingText } from './moves.ts';

/** Screens that a row opens. */
export interface SplitsScreens {
	openPair(session: FolderSession, comparison: string): Promise<void>;
	promptForTag(
		session: FolderSession,
		selection: PromptSelection,
		initial?: string,
		hooks?: TagHooks,
	): Promise<SplitsDone | null>;
}

interface Place {
	readonly id: string;
	readonly split: Split;
	readonly half: Half | null;
}

/** Answers the Splits view of one folder. */
export class SplitsAnswers implements SplitsHost {
	readonly #services: Services;
	readonly #session: FolderSession;
	readonly #screens: SplitsScreens;
	readonly #inspection: Inspecting;
	readonly #acting: SplitsView['acting'];
	#focus: SplitsFocus | null;
	/** What the list found last: a question about all of it need not count. */
	#found: { readonly filter: string; readonly total: number } | null = null;

	constructor(
		services: Services,
		session: FolderSession,
		screens: SplitsScreens,
		focus: SplitsFocus | null,
		tell: Pick<SplitsView, 'inspecting' | 'acting'>,
	) {
		this.#inspection = new Inspecting(session, tell.inspecting);
		this.#acting = tell.acting;
		this.#services = services;
		this.#session = session;
		this.#screens = screens;
		this.#focus = focus;
	}

	async ready(): ReturnType<SplitsHost['ready']> {
		const { folder } = this.#session;
		const focus = this.#focus;
		// A restored or reloaded view goes on with its own filters.
		this.#focus = null;
		return { keep: { folder: folder.uri.toString() }, name: folder.name, focus };
	}

	async state(): ReturnType<SplitsHost['state']> {
		const api = await this.#session.api();
		const [overview, about, searches] = await Promise.all([api.splits(), api.about(), api.searches()]);
		return { overview, index: about.index, scope: about.config.scope, searches };
	}

	async page(query: Parameters<SplitsHost['page']>[0]): ReturnType<SplitsHost['page']> {
		const page = await (await this.#session.api()).listPrompts(query);
		const { limit: _limit, after: _after, ...filter } = query;
		this.#found = { filter: JSON.stringify(filter), total: page.total };
		return page;
	}

	/** How many prompts are chosen, where that is known without asking. */
	#chosen(selection: PromptSelection): number | undefined {
		if ('ids' in selection) return selection.ids.length;
		return this.#found?.filter === JSON.stringify(selection.query) ? this.#found.total : undefined;
	}

	/** Moves once everything is answered; the view hears of it before anything is stored. */
	async #move(
		selection: PromptSelection,
		prompts: number,
		options: { readonly split: Split; readonly alone?: true },
	): Promise<SplitsDone> {
		this.#acting({ text: movingText(prompts, options.split), split: options.split });
		const { moved, proposed, event } = await (await this.#session.api()).assign(selection, options);
		return { text: movedText(moved, proposed, options.split), event };
	}

	async cursors(...[filter, every]: Parameters<SplitsHost['cursors']>): ReturnType<SplitsHost['cursors']> {
		return (await this.#session.api()).promptCursors(filter, every);
	}

	async open(prompt: string): Promise<void> {
		const api = await this.#session.api();
		const { comparisons } = await api.list({ prompt, limit: 100 });
		const [first, ...more] = comparisons;
		if (first === undefined) return this.#read(prompt);
		if (more.length === 0) return this.#screens.openPair(this.#session, first.id);
		// Blind: the list says nothing about verdicts, length or source.
		const items = comparisons.map(({ id }, index) => ({ label: `Pair ${index + 1}`, description: id.slice(0, 8), id }));
		const pick = await vscode.window.showQuickPick(items, { title: `${comparisons.length} pairs of this prompt` });
		if (pick !== undefined) await this.#screens.openPair(this.#session, pick.id);
	}

	/** A prompt that waits for its second response. */
	async #read(prompt: string): Promise<void> {
		const folder = this.#session.folder.uri.toString();
		await vscode.commands.executeCommand('pairwright.waiting', { folder, argument: prompt });
	}

	async texts(leak: Parameters<SplitsHost['texts']>[0]): ReturnType<SplitsHost['texts']> {
		return (await this.#session.api()).leakTexts(leak);
	}

	async tag(selection: PromptSelection, hint?: string): Promise<SplitsDone | null> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const prompts = this.#chosen(selection);
		return this.#screens.promptForTag(this.#session, selection, hint, {
			prompts,
			acting: (facet) => this.#acting({ text: taggingText(prompts, facet), split: 'heldout' }),
		});
	}

	async untag(selection: PromptSelection): Promise<SplitsDone | null> {
		const api = await this.#session.api();
		// The question is there before the tags are counted; without any it goes away again.
		const none = new vscode.CancellationTokenSource();
		const items = api.previewMove(selection, 'heldout').then(({ tags }) => {
			if (tags.length === 0) none.cancel();
			return tags.map(({ facet, prompts }) => ({ label: facet, description: promptCount(prompts), prompts }));
		});
		const question = { title: 'Remove a tag', placeHolder: 'Nothing moves back by itself' };
		const pick = await vscode.window.showQuickPick(items, question, none.token);
		if (none.token.isCancellationRequested) return { text: 'None of these prompts has a tag.', event: null };
		if (pick === undefined || (await this.#services.ensurePerson(this.#session)) === undefined) return null;
		this.#acting({ text: `Removing ${pick.label} from ${promptCount(pick.prompts)}…`, split: null });
		const { event } = await api.tag(selection, { facet: pick.label, remove: true });
		return { text: `Removed ${pick.label} from ${promptCount(pick.prompts)}.`, event };
	}

	async saveSearch(filter: SplitsFilter): Promise<SplitsDone | null> {
		const api = await this.#session.api();
		const known = new Set((await api.searches()).map(({ name }) => name));
		const name = await vscode.window.showInputBox({
			title: 'Save this search for the team',
			prompt: 'Its words and filters travel with the journal: everybody who syncs sees them.',
			placeHolder: 'e.g. long answers in train',
			validateInput: (text) =>
				known.has(text.trim())
					? { message: `This replaces the search “${text.trim()}”.`, severity: vscode.InputBoxValidationSeverity.Info }
					: null,
		});
		if (name === undefined || name.trim() === '') return null;
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { event } = await api.saveSearch(name, filter);
		return { text: `Saved “${name.trim()}” for the team.`, event };
	}

	async deleteSearch(name: string): Promise<SplitsDone | null> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { event } = await (await this.#session.api()).saveSearch(name, null);
		return { text: `Deleted the saved search “${name}”.`, event };
	}

	async dismiss(prompts: readonly string[]): Promise<SplitsDone | null> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { dismissed, event } = await (await this.#session.api()).dismissSuggestions(prompts);
		const what = dismissed === 1 ? '1 suggestion' : `${dismissed} suggestions`;
		return { text: `Dismissed ${what}: not suggested any more.`, event };
	}

	async coverage(precision: Parameters<SplitsHost['coverage']>[0]): ReturnType<SplitsHost['coverage']> {
		return (await this.#session.api()).coverage(precision);
	}

	async assign(selection: PromptSelection, split: Split | null): Promise<SplitsDone | null> {
		const api = await this.#session.api();
		const target = split ?? (await pickSplit(this.#chosen(selection)));
		if (target === undefined) return null;
		const preview = await api.previewMove(selection, target);
		if (preview.prompts > 1 && !(await confirmMove(target, moveDetail(preview, target), preview.prompts))) return null;
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		return this.#move(selection, preview.prompts, { split: target });
	}

	async mend(prompts: readonly string[], how: 'together' | 'exclude'): Promise<SplitsDone | null> {
		const api = await this.#session.api();
		const places: Place[] = [];
		for (const id of prompts) {
			const pair = await pairOf(api, id);
			if (pair !== null) places.push({ id, split: pair.split, half: pair.half });
		}
		const home = mostProtected(places);
		if (home === null) throw new UserError('not-found', 'These prompts take part in nothing any more.');
		const others = places.filter(({ split }) => split !== home && split !== 'excluded').map(({ id }) => id);
		if (others.length === 0) throw new UserError('usage', 'These prompts are in one split already.');
		if (how === 'together') return this.assign({ ids: others }, home);
		const chosen = new Set(others);
		const kept = prompts.filter((id) => !chosen.has(id)).length;
		if (!(await confirmMove('excluded', excludeDetail(kept), others.length))) return null;
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		return this.#move({ ids: others }, others.length, { split: 'excluded', alone: true });
	}

	async accept(prompts: readonly string[]): Promise<SplitsDone | null> {
		const reason = await vscode.window.showInputBox({
			title: 'Accept this leak',
			prompt: 'Why may the same text stand on both sides? The leak stays listed with your reason and counts no longer.',
			placeHolder: 'e.g. a greeting that opens every conversation',
			validateInput: (text) => (text.trim() === '' ? 'Say why.' : null),
			ignoreFocusOut: true,
		});
		if (reason === undefined) return null;
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { accepted, event } = await (await this.#session.api()).acceptLeak(prompts, reason);
		return { text: `Accepted ${accepted === 1 ? 'the leak' : `${accepted} leaks`}: no longer counted.`, event };
	}

	async inspect(): ReturnType<SplitsHost['inspect']> {
		return this.#inspection.inspect();
	}

	async stopInspecting(): Promise<void> {
		await this.#inspection.stop();
	}

	async undo(event: string): Promise<SplitsDone> {
		const { moves } = await (await this.#session.api()).retract(event);
		return { text: ['Undone.', ...(moves === undefined ? [] : moveSentences(moves))].join(' '), event: null };
	}

	async freeze(split: Split): Promise<void> {
		await freezeSplit(this.#services, this.#session, split);
	}

	async answer(proposal: string, accepted: boolean): Promise<SplitsDone | null> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { moved } = await (await this.#session.api()).answerProposal(proposal, accepted);
		return { text: accepted ? `Accepted: ${promptCount(moved)} moved.` : 'Declined: nothing moved.', event: null };
	}

	async run(command: Parameters<SplitsHost['run']>[0]): Promise<void> {
		await vscode.commands.executeCommand(`pairwright.${command}`, { folder: this.#session.folder.uri.toString() });
	}
}

async function pairOf(api: WorkspaceApi, prompt: string): Promise<ComparisonDetail | null> {
	const { comparisons } = await api.list({ prompt, limit: 1 });
	const first = comparisons[0];
	return first === undefined ? null : api.show(first.id);
}

async function pickSplit(prompts: number | undefined): Promise<Split | undefined> {
	const items = SPLITS.map((split) => ({ label: SPLIT_LABELS[split], split }));
	return (
		await vscode.window.showQuickPick(items, {
			title: `Move ${prompts === undefined ? 'what matches' : promptCount(prompts)} to`,
		})
	)?.split;
}

async function confirmMove(split: Split, detail: string, prompts: number): Promise<boolean> {
	const verb = split === 'excluded' ? 'Exclude' : 'Move';
	const question =
		split === 'excluded'
			? `Exclude ${promptCount(prompts)}?`
			: `Move ${promptCount(prompts)} to ${SPLIT_LABELS[split]}?`;
	return (await vscode.window.showWarningMessage(question, { modal: true, detail }, verb)) === verb;
}
