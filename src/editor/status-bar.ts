import * as vscode from 'vscode';
import { Disposable } from './disposable.ts';
import type { Services } from './services.ts';
import type { Jobs } from './shell/jobs.ts';
import { progressShort } from './shell/progress-text.ts';
import type { Snapshot, Snapshots } from './shell/snapshots.ts';

export interface StatusText {
	readonly text: string;
	readonly tooltip: string;
	readonly command: string;
}

const count = new Intl.NumberFormat('en');

/** What the status bar says, from what is known; null hides it. */
export function statusText(snapshots: readonly Snapshot[], jobs: Jobs['running']): StatusText | null {
	const job = jobs[0];
	if (job !== undefined) {
		const text = job.progress === null ? `${job.title}…` : progressShort(job.progress);
		return { text: `$(loading~spin) ${text}`, tooltip: `Pairwright: ${job.title}`, command: 'pairwright.annotate' };
	}
	const indexed = snapshots.find(({ info }) => !info.index.ready && info.index.total > 0);
	if (indexed !== undefined) {
		const { done, total } = indexed.info.index;
		return {
			text: `$(loading~spin) Search index ${Math.floor((100 * done) / total)} %`,
			tooltip: 'Pairwright: imported pairs are usable; search finds only those already indexed.',
			command: 'pairwright.annotate',
		};
	}
	const queues = snapshots.flatMap(({ queue }) => queue ?? []);
	const total = queues.reduce((sum, queue) => sum + queue.total, 0);
	const done = queues.reduce((sum, queue) => sum + queue.done, 0);
	const open = snapshots.reduce((sum, { info }) => sum + info.queue, 0);
	const waiting = snapshots.reduce((sum, { notSent }) => sum + (notSent ?? 0), 0);
	const unsent = waiting === 0 ? '' : ` · ${count.format(waiting)} not sent`;
	const sync =
		waiting === 0 ? '' : `\n${count.format(waiting)} of what you did is not with your team yet: "Pairwright: Sync"`;
	if (total === 0) {
		if (open === 0) {
			if (waiting === 0) return null;
			return { text: `$(law) ${count.format(waiting)} not sent`, tooltip: sync.trim(), command: 'pairwright.sync' };
		}
		const text = `$(law) ${count.format(open)} to judge${unsent}`;
		return { text, tooltip: `Pairwright: judge the next pair${sync}`, command: 'pairwright.annotate' };
	}
	const today = snapshots.reduce((sum, { info }) => sum + info.mineToday, 0);
	return {
		text: `$(law) ${count.format(done)} of ${count.format(total)} judged${unsent}`,
		tooltip: `Pairwright: judge the next pair (${count.format(today)} of yours in the last 24 hours)${sync}`,
		command: 'pairwright.annotate',
	};
}

/** The one status bar item: a projection of snapshots and jobs, set from nowhere else. */
export class StatusBar extends Disposable {
	constructor(services: Services, snapshots: Snapshots, jobs: Jobs) {
		super();
		const item = this.register(
			vscode.window.createStatusBarItem('pairwright.status', vscode.StatusBarAlignment.Left, 50),
		);
		item.name = 'Pairwright';
		const update = (): void => {
			const known = services.sessions.flatMap((session) => {
				const snapshot = snapshots.of(session);
				return snapshot === undefined || snapshot instanceof Error ? [] : [snapshot];
			});
			const shown = statusText(known, jobs.running);
			if (shown === null) {
				item.hide();
				return;
			}
			item.text = shown.text;
			item.tooltip = shown.tooltip;
			item.command = shown.command;
			item.accessibilityInformation = { label: `Pairwright: ${shown.text.replace(/\$\([^)]*\) /, '')}` };
			item.show();
		};
		this.register(snapshots.onChanged(update));
		this.register(jobs.onChanged(update));
	}
}
