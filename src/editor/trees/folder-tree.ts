import * as vscode from 'vscode';
import { Disposable } from '../disposable.ts';
import type { FolderSession, Services } from '../services.ts';
import type { Snapshot, Snapshots } from '../shell/snapshots.ts';

/** A line of a tree, made from a snapshot. */
export interface Row {
	readonly id: string;
	readonly label: string;
	readonly description: string;
	readonly tooltip: string | vscode.MarkdownString;
	/** What a screen reader says; the label and description if left out. */
	readonly spoken?: string;
	readonly icon: vscode.ThemeIcon;
	readonly command: string;
	readonly argument?: unknown;
	/** For `view/item/context` menus. */
	readonly context?: string;
}

/** What a row hands to a command: its click and its context menu alike. */
export interface RowArgument {
	readonly folder: string;
	readonly argument: unknown;
}

interface Node extends RowArgument {
	readonly session: FolderSession;
	/** null = the folder itself. */
	readonly row: Row | null;
}

function node(session: FolderSession, row: Row | null): Node {
	return { session, row, folder: session.folder.uri.toString(), argument: row?.argument };
}

/** A tree that is a projection of snapshots: its rows directly, or under their folder where there are several. */
export class FolderTree extends Disposable implements vscode.TreeDataProvider<Node> {
	readonly #services: Services;
	readonly #snapshots: Snapshots;
	readonly #rows: (snapshot: Snapshot) => readonly Row[];
	readonly #changed = this.register(new vscode.EventEmitter<void>());
	readonly onDidChangeTreeData = this.#changed.event;

	constructor(services: Services, snapshots: Snapshots, rows: (snapshot: Snapshot) => readonly Row[]) {
		super();
		this.#services = services;
		this.#snapshots = snapshots;
		this.#rows = rows;
		this.register(snapshots.onChanged(() => this.#changed.fire()));
	}

	getChildren(parent?: Node): Node[] {
		const sessions = this.#services.sessions;
		if (parent !== undefined) return this.#of(parent.session);
		const only = sessions[0];
		if (sessions.length === 1 && only !== undefined) return this.#of(only);
		return sessions.map((session) => node(session, null));
	}

	getTreeItem({ session, row, folder, argument }: Node): vscode.TreeItem {
		if (row === null) {
			const item = new vscode.TreeItem(session.folder.name, vscode.TreeItemCollapsibleState.Expanded);
			item.id = session.folder.uri.toString();
			item.iconPath = vscode.ThemeIcon.Folder;
			return item;
		}
		const item = new vscode.TreeItem(row.label);
		item.id = `${session.folder.uri.toString()}#${row.id}`;
		item.description = row.description;
		item.tooltip = row.tooltip;
		item.iconPath = row.icon;
		item.accessibilityInformation = { label: row.spoken ?? `${row.label}, ${row.description}` };
		if (row.context !== undefined) item.contextValue = row.context;
		const handed: RowArgument = { folder, argument };
		item.command = { command: row.command, title: row.label, arguments: [handed] };
		return item;
	}

	#of(session: FolderSession): Node[] {
		const snapshot = this.#snapshots.of(session);
		if (snapshot === undefined) return [];
		if (snapshot instanceof Error) {
			const row: Row = {
				id: 'error',
				label: 'Could not be read',
				description: snapshot.message,
				tooltip: snapshot.message,
				icon: new vscode.ThemeIcon('error'),
				command: 'pairwright.showLog',
			};
			return [node(session, row)];
		}
		return this.#rows(snapshot).map((row) => node(session, row));
	}
}
