import * as vscode from 'vscode';
import type { Snapshot } from '../shell/snapshots.ts';
import type { Row } from './folder-tree.ts';

const count = new Intl.NumberFormat('en');

function hasPairs({ info }: Snapshot): boolean {
	return Object.values(info.splits).some(({ pairs }) => pairs > 0);
}

/** What waits for me. Empty while nothing was imported, so that the welcome view shows. */
export function queueRows(snapshot: Snapshot): Row[] {
	if (!hasPairs(snapshot) && snapshot.info.waiting === undefined) return [];
	const { info, queue, flagged, disputed, sealedOut } = snapshot;
	const open = queue === null ? info.queue : queue.total - queue.done;
	const rows: Row[] = [
		{
			id: 'judge',
			label: 'To judge',
			description: open === 0 ? 'all done' : count.format(open),
			tooltip:
				open === 0
					? 'You have judged every pair in your queue.'
					: `${count.format(open)} ${open === 1 ? 'pair waits' : 'pairs wait'} for your verdict. Click to judge the next one.`,
			icon: new vscode.ThemeIcon(open === 0 ? 'pass' : 'law'),
			command: 'pairwright.annotate',
		},
		{
			id: 'review',
			label: 'Review',
			description: info.review === 0 ? 'none' : count.format(info.review),
			tooltip: 'Pairs that someone else judged and that wait for your second, blind verdict.',
			icon: new vscode.ThemeIcon('eye'),
			command: 'pairwright.review',
		},
		{
			id: 'disputed',
			label: 'Disputed',
			description: `${disputed === 0 ? 'none' : count.format(disputed)}${sealedOut ? ', sealed half not counted' : ''}`,
			tooltip: `${
				disputed === 0
					? 'Pairs without a strict majority come here.'
					: 'Pairs without a strict majority. They are counted in every export and run until someone adjudicates.'
			} Click to settle what waits: Adjudicate also has flagged pairs${sealedOut ? ', and those of the sealed half, which are not counted here until a decision opens it' : ''}.`,
			icon: new vscode.ThemeIcon('git-compare'),
			command: 'pairwright.adjudicate',
		},
		{
			id: 'flagged',
			label: 'Flagged',
			description: flagged === 0 ? 'none' : count.format(flagged),
			tooltip: 'Pairs that someone marked for a closer look. Adjudicate has them too.',
			icon: new vscode.ThemeIcon('flag'),
			command: 'pairwright.openSplits',
			argument: { status: 'flagged' },
		},
		{
			id: 'proposals',
			label: 'Proposals',
			description: info.proposals === 0 ? 'none' : count.format(info.proposals),
			tooltip: 'Moves that need an answer, because the prompts are frozen or were exported for training.',
			icon: new vscode.ThemeIcon('inbox'),
			command: 'pairwright.openSplits',
			argument: { section: 'proposals' },
		},
	];
	const { waiting } = info;
	if (waiting !== undefined) {
		rows.splice(1, 0, {
			id: 'waiting',
			label: 'Needs a second response',
			description: count.format(waiting.prompts),
			tooltip: `${count.format(waiting.prompts)} ${waiting.prompts === 1 ? 'prompt' : 'prompts'} of logs without a pair, ${count.format(waiting.answered)} with one response.${waiting.repeats === 0 ? '' : `\n${count.format(waiting.repeats)} exact repeats were counted, not stored.`}\nClick to see them, those least like the training prompts first; let a model answer, tag or move them.`,
			icon: new vscode.ThemeIcon('comment-unresolved'),
			command: 'pairwright.waiting',
			context: 'waiting',
		});
	}
	const { skipped } = info;
	if (skipped !== undefined && skipped.later + skipped.cannot > 0) {
		rows.splice(2, 0, {
			id: 'skipped',
			label: 'Set aside',
			description: `${count.format(skipped.later)} later, ${count.format(skipped.cannot)} cannot`,
			tooltip:
				'"Later" pairs come back at the end of your queue. "Cannot judge" pairs left your queue and stay in that of others.',
			icon: new vscode.ThemeIcon('clock'),
			command: 'pairwright.annotate',
		});
	}
	return rows;
}
