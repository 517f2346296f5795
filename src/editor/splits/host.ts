import * as vscode from 'vscode';
import { type Half, SPLIT_LABELS, SPLITS, type Split } from '../../domain/split.ts';
import { UserError } from '../../protocol/errors.ts';
import type { PromptText, SplitsDone, SplitsFocus, SplitsHost, SplitsView } from '../../protocol/splits.ts';
import type { ComparisonDetail, PromptSelection, WorkspaceApi } from '../../protocol/workspace-api.ts';
import { freezeSplit } from '../commands/freeze.ts';
import type { FolderSession, Services } from '../services.ts';
import { Inspecting } from './inspecting.ts';
import { mostProtected, moveDetail, movedText, promptCount } from './moves.ts';

/** Screens that a row opens. */
export interface SplitsScreens {
	openPair(session: FolderSession, comparison: string): Promise<void>;
	promptForTag(session: FolderSession, selection: PromptSelection): Promise<SplitsDone | null>;
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
	#focus: SplitsFocus | null;

	constructor(
		services: Services,
		session: FolderSession,
		screens: SplitsScreens,
		focus: SplitsFocus | null,
		onInspecting: SplitsView['inspecting'],
	) {
		this.#inspection = new Inspecting(session, onInspecting);
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
		const [overview, info] = await Promise.all([api.splits(), api.info()]);
		return { overview, index: info.index, scope: info.config.scope };
	}

	async page(query: Parameters<SplitsHost['page']>[0]): ReturnType<SplitsHost['page']> {
		return (await this.#session.api()).listPrompts(query);
	}

	async cursors(...[filter, every]: Parameters<SplitsHost['cursors']>): ReturnType<SplitsHost['cursors']> {
		return (await this.#session.api()).promptCursors(filter, every);
	}

	async open(prompt: string): Promise<void> {
		const api = await this.#session.api();
		const { comparisons } = await api.list({ prompt, limit: 100 });
		const [first, ...more] = comparisons;
		if (first === undefined) throw new UserError('not-found', 'This prompt has no pair any more. Search again.');
		if (more.length === 0) return this.#screens.openPair(this.#session, first.id);
		// Blind: the list says nothing about verdicts, length or source.
		const items = comparisons.map(({ id }, index) => ({ label: `Pair ${index + 1}`, description: id.slice(0, 8), id }));
		const pick = await vscode.window.showQuickPick(items, { title: `${comparisons.length} pairs of this prompt` });
		if (pick !== undefined) await this.#screens.openPair(this.#session, pick.id);
	}

	async texts(prompts: readonly string[]): Promise<PromptText[]> {
		const api = await this.#session.api();
		return Promise.all(
			prompts.map(async (id) => {
				const pair = await pairOf(api, id);
				return { id, text: pair === null ? null : promptText(pair) };
			}),
		);
	}

	async tag(selection: PromptSelection): Promise<SplitsDone | null> {
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		return this.#screens.promptForTag(this.#session, selection);
	}

	async assign(selection: PromptSelection, split: Split | null): Promise<SplitsDone | null> {
		const api = await this.#session.api();
		const preview = await api.previewTag(selection);
		const target = split ?? (await pickSplit(promptCount(preview.prompts)));
		if (target === undefined) return null;
		if (preview.prompts > 1 && !(await confirmMove(target, moveDetail(preview), preview.prompts))) return null;
		if ((await this.#services.ensurePerson(this.#session)) === undefined) return null;
		const { moved, proposed, event } = await api.assign(selection, { split: target });
		return { text: movedText(moved, proposed, target), event };
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
		return this.assign({ ids: others }, how === 'exclude' ? 'excluded' : home);
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

	async undo(event: string): Promise<void> {
		await (await this.#session.api()).retract(event);
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

function promptText({ prompt }: ComparisonDetail): string {
	const { messages } = prompt;
	if (messages.length === 1) return messages[0]?.content ?? '';
	return messages.map(({ role, content = '' }) => `${role}: ${content}`).join('\n\n');
}

async function pickSplit(what: string): Promise<Split | undefined> {
	const items = SPLITS.map((split) => ({ label: SPLIT_LABELS[split], split }));
	return (await vscode.window.showQuickPick(items, { title: `Move ${what} to` }))?.split;
}

async function confirmMove(split: Split, detail: string, prompts: number): Promise<boolean> {
	const verb = split === 'excluded' ? 'Exclude' : 'Move';
	const question =
		split === 'excluded'
			? `Exclude ${promptCount(prompts)}?`
			: `Move ${promptCount(prompts)} to ${SPLIT_LABELS[split]}?`;
	return (await vscode.window.showWarningMessage(question, { modal: true, detail }, verb)) === verb;
}
