import * as vscode from 'vscode';
import { Disposable } from '../disposable.ts';
import { type Host, Session } from './session.ts';

const MARKER = '.pairwright/config.json';

/** Keeps one session for each workspace folder with `.pairwright/`, and tells when they come and go. */
export class Sessions extends Disposable {
	readonly #host: Host;
	readonly #byFolder = new Map<string, Session>();
	readonly #changed = this.register(new vscode.EventEmitter<void>());
	readonly onChanged = this.#changed.event;

	constructor(host: Host) {
		super();
		this.#host = host;
		this.register(vscode.workspace.onDidChangeWorkspaceFolders(() => void this.refresh()));
		const watcher = this.register(vscode.workspace.createFileSystemWatcher(`**/${MARKER}`, false, true, false));
		this.register(watcher.onDidCreate(() => void this.refresh()));
		this.register(watcher.onDidDelete(() => void this.refresh()));
	}

	/** In the order of the workspace's folders. */
	get all(): readonly Session[] {
		return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => this.of(folder.uri.toString()) ?? []);
	}

	of(folder: string): Session | undefined {
		return this.#byFolder.get(folder);
	}

	/** The session of a folder that is about to be set up; kept once `.pairwright/` is there. */
	prepare(folder: vscode.WorkspaceFolder): Session {
		const key = folder.uri.toString();
		const known = this.#byFolder.get(key);
		if (known !== undefined) return known;
		const session = new Session(folder, this.#host);
		this.#byFolder.set(key, session);
		return session;
	}

	/** Compares the folders with what is open. */
	async refresh(): Promise<void> {
		const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
		const marked = await Promise.all(folders.map(isSetUp));
		if (this.disposed) return;
		const wanted = new Set(folders.filter((_, index) => marked[index]).map(({ uri }) => uri.toString()));
		for (const [key, session] of [...this.#byFolder]) {
			if (wanted.has(key)) continue;
			this.#byFolder.delete(key);
			session.dispose();
		}
		for (const folder of folders) if (wanted.has(folder.uri.toString())) this.prepare(folder);
		this.#changed.fire();
	}

	override dispose(): void {
		super.dispose();
		for (const session of this.#byFolder.values()) session.dispose();
		this.#byFolder.clear();
	}
}

async function isSetUp(folder: vscode.WorkspaceFolder): Promise<boolean> {
	try {
		await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder.uri, MARKER));
		return true;
	} catch {
		return false;
	}
}
