import * as vscode from 'vscode';
import type { Side } from '../../domain/comparison.ts';
import type {
	AnnotateErrand,
	AnnotateHost,
	AnnotateInit,
	AnnotateTarget,
	CannotReason,
	UnsavedWork,
	VerdictMessage,
} from '../../protocol/annotate.ts';
import { UserError } from '../../protocol/errors.ts';
import type { BlindPair, QueueKind, QueuePage } from '../../protocol/judging.ts';
import type { ComparisonDetail } from '../../protocol/lists.ts';
import type { WorkspaceApi } from '../../protocol/workspace-api.ts';
import { authorPair, improvePair } from '../draft/open.ts';
import { openOutside } from '../open-outside.ts';
import type { FolderSession, Services } from '../services.ts';
import type { AnnotateMemory } from './memory.ts';
import { confirmRevert } from './revert.ts';
import { promptForTag } from './tag.ts';

/** What the panel around the screen is told. */
export interface AnnotatePanelEvents {
	focus(on: boolean): void;
	mode(mode: { readonly input: boolean; readonly list: boolean }): void;
	/** An input of the editor is about to open. */
	leave(): Promise<void>;
	open(target: AnnotateTarget): void;
}

/** Showings that were judged are remembered so long: far longer than a message can be late. */
const MOST_SHOWINGS = 1_000;

/** Answers what the screen asks. Reads nothing that the screen may not know before a verdict. */
export class AnnotateHostImpl implements AnnotateHost {
	readonly #services: Services;
	readonly #session: FolderSession;
	readonly #memory: AnnotateMemory;
	readonly #events: AnnotatePanelEvents;
	readonly #judged = new Set<string>();
	#unsaved: UnsavedWork | null = null;
	target: AnnotateTarget;

	constructor(
		services: Services,
		session: FolderSession,
		memory: AnnotateMemory,
		target: AnnotateTarget,
		events: AnnotatePanelEvents,
	) {
		this.#services = services;
		this.#session = session;
		this.#memory = memory;
		this.#events = events;
		this.target = target;
	}

	#api(): Promise<WorkspaceApi> {
		return this.#session.api();
	}

	async ready(): Promise<AnnotateInit> {
		const { folder } = this.#session;
		const api = await this.#api();
		const info = await api.info();
		const rejudge = info.initialised && info.person !== null ? await api.queue('rejudge', { count: 0 }) : null;
		const { guidelines } = info;
		return {
			keep: { folder: folder.uri.toString(), target: this.target },
			initialised: info.initialised,
			folderName: folder.name,
			person: info.person,
			reasons: info.config.reasons,
			guidelines: guidelines === null ? null : { sha256: guidelines.sha256, text: guidelines.text },
			guidelinesRead: this.#memory.guidelinesRead(info.person),
			comparisons: Object.values(info.splits).reduce((sum, split) => sum + split.pairs, 0),
			waiting: {
				judge: info.queue,
				review: info.review,
				rejudge: rejudge === null ? 0 : Math.max(0, rejudge.total - rejudge.done),
			},
			second: info.waiting?.prompts ?? 0,
			trusted: vscode.workspace.isTrusted,
			unsaved: this.#unsaved,
		};
	}

	async focus(on: boolean): Promise<void> {
		this.#events.focus(on);
	}

	async mode(mode: { readonly input: boolean; readonly list: boolean }): Promise<void> {
		this.#events.mode(mode);
	}

	async queue(kind: QueueKind, { count, held }: { count: number; held: readonly string[] }): Promise<QueuePage> {
		return (await this.#api()).queue(kind, { count, ...(held.length === 0 ? {} : { after: held }) });
	}

	async pair(comparison: string): Promise<BlindPair> {
		return (await this.#api()).pair(comparison);
	}

	async past(options: { readonly before?: string; readonly count: number }): ReturnType<AnnotateHost['past']> {
		return (await this.#api()).past(options);
	}

	async judge({ showing, ...message }: VerdictMessage): Promise<{ event: string; blind: boolean }> {
		if (this.#judged.has(showing)) throw new UserError('usage', 'This pair was judged already.');
		const person = await this.#services.ensurePerson(this.#session);
		if (person === undefined)
			throw new UserError('no-person', 'A verdict needs your handle. Press the key again to choose it.');
		if (this.#judged.has(showing)) throw new UserError('usage', 'This pair was judged already.');
		this.#judged.add(showing);
		for (const old of this.#judged) {
			if (this.#judged.size <= MOST_SHOWINGS) break;
			this.#judged.delete(old);
		}
		const blind = !this.#memory.wasRevealed(message.comparison);
		const { judgment } = await (await this.#api()).judge({ ...message, blind });
		if (this.#unsaved?.comparison === message.comparison) this.#unsaved = null;
		return { event: judgment.id, blind };
	}

	async skip(comparison: string, cannot?: CannotReason): Promise<{ event: string }> {
		await this.#person();
		return (await this.#api()).skip(cannot === undefined ? { comparison } : { comparison, cannot });
	}

	async flag(comparison: string, note?: string): Promise<{ event: string }> {
		await this.#person();
		return (await this.#api()).flag(note === undefined ? { comparison } : { comparison, note });
	}

	async outsideScope(comparison: string): Promise<{ text: string } | null> {
		await this.#person();
		await this.#events.leave();
		// A comparison's id means its prompt. Looking the comparison up would count as having seen others' verdicts.
		return promptForTag(this.#services, this.#session, { ids: [comparison] });
	}

	async generate(comparison: string): Promise<void> {
		await this.#events.leave();
		await run('pairwright.generate', {
			folder: this.#session.folder.uri.toString(),
			argument: { prompts: [comparison], anew: true },
		});
	}

	async undo(): ReturnType<AnnotateHost['undo']> {
		await this.#person();
		const api = await this.#api();
		const undone = await api.undo();
		if (undone === null) return null;
		const returns = undone.comparison !== null && (undone.type === 'judged' || undone.type === 'skipped');
		return { undone, pair: returns && undone.comparison !== null ? await api.pair(undone.comparison) : null };
	}

	async history(comparison: string): Promise<ComparisonDetail> {
		const api = await this.#api();
		if ((await api.pair(comparison)).mine === null) {
			throw new UserError('usage', 'History opens after your verdict on this pair.');
		}
		await this.#memory.reveal(comparison);
		return api.show(comparison);
	}

	async revert(comparison: string, event: string): ReturnType<AnnotateHost['revert']> {
		await this.#person();
		const api = await this.#api();
		const { history } = await this.history(comparison);
		const step = history.find((entry) => entry.event === event);
		if (step?.mine !== true) throw new UserError('usage', 'Only a step of yours that stands can be taken back.');
		if (!(await confirmRevert(step.text, await api.retract(event, { preview: true })))) return null;
		await api.retract(event);
		const pair = await api.pair(comparison).catch((error: unknown) => {
			if (UserError.is(error, 'not-found'))
				throw new UserError('not-found', 'Taken back. The pair came in with it and is gone.');
			throw error;
		});
		return { pair, detail: pair.mine === null ? null : await api.show(comparison) };
	}

	async erase(comparison: string): Promise<void> {
		if ((await (await this.#api()).pair(comparison)).mine === null) {
			throw new UserError(
				'usage',
				'A text is erased from here after your verdict on it; or by its id, from the command palette.',
			);
		}
		await this.#events.leave();
		await run('pairwright.erase', { folder: this.#session.folder.uri.toString(), argument: comparison });
	}

	async others(comparison: string): ReturnType<AnnotateHost['others']> {
		const answer = await (await this.#api()).others(comparison);
		await this.#memory.reveal(comparison);
		return answer;
	}

	async improve(comparison: string, side: Side): Promise<void> {
		await this.#person();
		await improvePair(this.#services, this.#session, comparison, side);
	}

	async guidelinesRead(sha256: string): Promise<void> {
		const { person, guidelines } = await (await this.#api()).info();
		// They may have changed again since they were shown.
		if (guidelines?.sha256 !== sha256) return;
		await this.#memory.readGuidelines(person, { sha256, text: guidelines.text });
	}

	async unsaved(work: UnsavedWork | null): Promise<void> {
		this.#unsaved = work;
	}

	async open(target: AnnotateTarget): Promise<void> {
		this.#events.open(target);
	}

	async openLink(address: string): Promise<void> {
		await openOutside(address);
	}

	async errand(errand: AnnotateErrand): Promise<void> {
		const row = { folder: this.#session.folder.uri.toString() };
		switch (errand) {
			case 'handle':
				await this.#services.ensurePerson(this.#session);
				return;
			case 'author':
				return authorPair(this.#services, this.#session);
			case 'setUp':
				return run('pairwright.setUp');
			case 'import':
				return run('pairwright.import');
			case 'demo':
				return run('pairwright.openDemo');
			case 'score':
				return run('pairwright.score', row);
			case 'log':
				return run('pairwright.showLog');
			case 'generate':
				return run('pairwright.generate', row);
			case 'editGuidelines':
				return run('pairwright.openGuidelines', row);
		}
	}

	async #person(): Promise<string> {
		const person = await this.#services.ensurePerson(this.#session);
		if (person === undefined)
			throw new UserError('no-person', 'This needs your handle: it is stored with what you do.');
		return person;
	}
}

async function run(command: string, ...args: unknown[]): Promise<void> {
	await vscode.commands.executeCommand(command, ...args);
}
