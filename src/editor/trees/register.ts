import * as vscode from 'vscode';
import { Disposable } from '../disposable.ts';
import type { Services } from '../services.ts';
import type { Snapshot, Snapshots } from '../shell/snapshots.ts';
import { FolderTree, type Row } from './folder-tree.ts';
import { queueRows } from './queue-tree.ts';
import { runRows } from './runs-tree.ts';
import { splitRows } from './splits-tree.ts';

const TREES: Readonly<Record<string, (snapshot: Snapshot) => readonly Row[]>> = {
	'pairwright.queue': queueRows,
	'pairwright.splits': splitRows,
	'pairwright.runs': runRows,
};

/** The three trees of the side bar. */
export class Trees extends Disposable {
	constructor(services: Services, snapshots: Snapshots) {
		super();
		for (const [id, rows] of Object.entries(TREES)) {
			const tree = this.register(new FolderTree(services, snapshots, rows));
			this.register(vscode.window.createTreeView(id, { treeDataProvider: tree, showCollapseAll: false }));
		}
	}
}
