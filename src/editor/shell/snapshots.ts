import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs.ts';
import type { WorkspaceApi, WorkspaceInfo } from '../../protocol/workspace-api.ts';
import { checkNode } from '../../workspace/environment.ts';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import { setShellState, setStepKeys } from './context-keys.ts';

/** What the side bar and the status bar show of a folder, read together. */
export interface Snapshot {
	readonly info: WorkspaceInfo;
	/** Done by me and in all; null before a handle is known. */
	readonly queue: { readonly done: number; readonly total: number } | null;
	readonly flagged: number;
	readonly disputed: number;
	/** Pairs of the sealed half are not counted as disputed: that they are is a verdict. */
	readonly sealedOut: boolean;
	/** Events of mine that the team's repository lacks; null where there is none to send to. */
	readonly notSent: number | null;
	/** Latest first. */
	readonly runs: readonly RunSummary[];
}

/** A burst of verdicts or of imported batches is read once. */
const SETTLE_MS = 250;

/** The latest snapshot of each session; trees and status bar only project it. */
export class Snapshots extends Disposable {
	readonly #services: Services;
	readonly #latest = new Map<FolderSession, Snapshot | Error>();
	readonly #followed = new Map<FolderSession, vscode.Disposable>();
	readonly #pending = new Map<FolderSession, NodeJS.Timeout>();
	readonly #changed = this.register(new vscode.EventEmitter<void>());
	readonly onChanged = this.#changed.event;

	constructor(services: Services) {
		super();
		this.#services = services;
		this.register(services.onSessionsChanged(() => this.#follow()));
		this.#follow();
	}

	/** The snapshot, the error that reading it gave, or undefined while it is read for the first time. */
	of(session: FolderSession): Snapshot | Error | undefined {
		return this.#latest.get(session);
	}

	/** Reads everything again now. */
	async refresh(): Promise<void> {
		await Promise.all(this.#services.sessions.map((session) => this.#read(session)));
	}

	override dispose(): void {
		for (const timer of this.#pending.values()) clearTimeout(timer);
		for (const subscription of this.#followed.values()) subscription.dispose();
		super.dispose();
	}

	#follow(): void {
		const sessions = new Set(this.#services.sessions);
		for (const [session, subscription] of [...this.#followed]) {
			if (sessions.has(session)) continue;
			subscription.dispose();
			this.#followed.delete(session);
			this.#latest.delete(session);
		}
		for (const session of sessions) {
			if (this.#followed.has(session)) continue;
			this.#followed.set(
				session,
				session.onChanged(() => this.#soon(session)),
			);
			void this.#read(session);
		}
		this.#publish();
	}

	#soon(session: FolderSession): void {
		if (this.#pending.has(session)) return;
		const timer = setTimeout(() => {
			this.#pending.delete(session);
			void this.#read(session);
		}, SETTLE_MS);
		this.#pending.set(session, timer);
	}

	async #read(session: FolderSession): Promise<void> {
		const snapshot = await read(session).catch((error: unknown) => {
			this.#services.log.error(`${session.folder.name} could not be read:`, String(error));
			return error instanceof Error ? error : new Error(String(error));
		});
		if (this.disposed || !this.#followed.has(session)) return;
		this.#latest.set(session, snapshot);
		this.#publish();
	}

	#publish(): void {
		const read = [...this.#latest.values()].filter((each): each is Snapshot => !(each instanceof Error));
		if (!checkNode().ok) setShellState('unsupported');
		else if (this.#services.sessions.length === 0) setShellState('setup');
		else if (read.length > 0) {
			const counts = read.flatMap(({ info }) => Object.values(info.splits));
			const imported = counts.some(({ pairs }) => pairs > 0);
			setShellState(imported ? 'ready' : 'empty');
			setStepKeys({
				imported,
				judged: read.some(({ queue }) => queue !== null && queue.done > 0),
				tagged: read.some(({ info }) => info.splits.heldout.prompts > 0),
				scored: read.some(({ runs }) => runs.length > 0),
			});
		}
		this.#changed.fire();
	}
}

async function read(session: FolderSession): Promise<Snapshot> {
	const api = await session.api();
	const info = await api.info();
	const [flagged, disputed, runs, queue, notSent] = await Promise.all([
		api.list({ status: 'flagged', limit: 1 }),
		api.list({ status: 'disputed', limit: 1 }),
		api.runs(),
		readQueue(api, info),
		readNotSent(api),
	]);
	return {
		info,
		queue,
		flagged: flagged.total,
		disputed: disputed.total,
		sealedOut: (disputed.sealedOut ?? 0) > 0,
		runs,
		notSent,
	};
}

/** git is asked only in trusted folders: its settings may name programs to run. */
async function readNotSent(api: WorkspaceApi): Promise<number | null> {
	if (!vscode.workspace.isTrusted) return null;
	try {
		return (await api.syncState()).not_sent;
	} catch {
		// Without git there is nothing to send to; "Sync" says why.
		return null;
	}
}

async function readQueue(api: WorkspaceApi, { person }: WorkspaceInfo): Promise<Snapshot['queue']> {
	if (person === null) return null;
	const { done, total } = await api.queue('judge', { count: 0 });
	return { done, total };
}
