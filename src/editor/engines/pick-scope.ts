import * as vscode from 'vscode';
import type { CheckpointSettings, SCORED_SPLITS } from './choice.ts';
import { showStep } from './step.ts';

type ScoredSplit = (typeof SCORED_SPLITS)[number];

interface SplitItem extends vscode.QuickPickItem {
	/** Both halves of held-out go together: a decision opens what was scored. */
	readonly splits: readonly ScoredSplit[];
}

const ITEMS: readonly SplitItem[] = [
	{ label: 'Train', detail: 'Fit on its own training pairs: says how much was memorised.', splits: ['train'] },
	{ label: 'Eval', detail: 'In distribution, never trained on.', splits: ['eval'] },
	{
		label: 'Held-out',
		detail: 'Outside the training distribution; the sealed half is scored now and shown after a decision.',
		splits: ['heldout_reference', 'heldout_sealed'],
	},
	{ label: 'Must not forget', detail: 'What worked before and has to go on working.', splits: ['retention'] },
];

function chosen(splits: CheckpointSettings['splits']): SplitItem[] {
	return ITEMS.filter((item) => splits.length === 0 || item.splits.some((split) => splits.includes(split)));
}

export function splitsText(splits: CheckpointSettings['splits']): string {
	const items = chosen(splits);
	return items.length === ITEMS.length ? 'all' : items.map(({ label }) => label).join(', ');
}

/** Which splits are scored. @returns what it was where the person cancels; empty = all */
export async function pickSplits(before: readonly ScoredSplit[]): Promise<ScoredSplit[]> {
	const answer = await showStep<SplitItem>({
		title: 'Score which splits?',
		placeholder: 'Eval and held-out are what checkpoints are weighed by',
		items: ITEMS,
		selected: chosen([...before]),
		many: true,
		back: true,
	});
	if (answer === undefined || !('picked' in answer)) return [...before];
	return answer.picked.length === ITEMS.length ? [] : answer.picked.flatMap(({ splits }) => splits);
}

/** A template's path, or null for each model's own. @returns what it was where the person cancels */
export async function pickTemplate(before: string | null): Promise<string | null> {
	const own = { label: 'Each model’s own', detail: 'As it stands in the GGUF file.', file: false };
	const other = { label: '$(folder-opened) A Jinja file…', detail: before ?? '', file: true };
	const answer = await showStep({
		title: 'Chat template',
		placeholder: 'It has to be the one that training used',
		items: [own, other],
		selected: [before === null ? own : other],
		back: true,
	});
	const picked = answer !== undefined && 'picked' in answer ? answer.picked[0] : undefined;
	if (picked === undefined) return before;
	if (!picked.file) return null;
	const files = await vscode.window.showOpenDialog({
		title: 'Chat template',
		openLabel: 'Choose',
		filters: { 'Jinja template': ['jinja', 'jinja2', 'j2'], 'All files': ['*'] },
	});
	return files?.[0]?.fsPath ?? before;
}
