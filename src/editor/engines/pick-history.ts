import * as vscode from 'vscode';
import type { FolderSession } from '../services.ts';
import type { CheckpointSettings } from './choice.ts';
import { recordedExports } from './recorded-exports.ts';
import { showStep } from './step.ts';
import { counted, nameList } from './words.ts';

type TrainedOn = CheckpointSettings['trainedOn'];

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

function exportName(id: string): string {
	if (id === 'none') return 'none of this data';
	return `export ${id.slice(0, 8)}${id.endsWith(':train') ? ' without its penalty' : ''}`;
}

export function trainedOnText(trainedOn: TrainedOn): string {
	if (trainedOn.length === 0) return 'not said';
	return trainedOn
		.map(({ pattern, export: id }) => (pattern === '*' ? exportName(id) : `${pattern}: ${exportName(id)}`))
		.join(' · ');
}

export function baselineText(run: string | null): string {
	return run === null ? 'the reference of this run' : `the choice of run ${run}`;
}

interface ExportItem extends vscode.QuickPickItem {
	/** null = not said. */
	readonly export: string | null;
}

/** Which export the checkpoints have seen, and which of them. @returns what it was where the person cancels */
export async function pickTrainedOn(
	session: FolderSession,
	names: readonly string[],
	before: TrainedOn,
): Promise<TrainedOn> {
	const exports = await recordedExports(session.folder.uri);
	const items: ExportItem[] = [
		{ label: 'Not said', detail: 'A check looks for signs that the held-out half was trained on.', export: null },
		{ label: 'None of this data', detail: 'Trained elsewhere: every split is a test.', export: 'none' },
		...exports.map(({ id, at, splits, prompts }) => ({
			label: `$(export) ${nameList(splits)} · ${counted(prompts, 'prompt')}`,
			description: `${id.slice(0, 8)} · ${date.format(at)}`,
			export: id,
		})),
	];
	const answer = await showStep<ExportItem>({
		title: 'Trained on which export?',
		placeholder:
			exports.length === 0
				? 'No training export is recorded here yet: Pairwright: Export… records them'
				: 'Recorded exports, the latest first',
		items,
		selected: items.filter((item) => item.export === (before[0]?.export ?? null)),
		back: true,
	});
	const picked = answer !== undefined && 'picked' in answer ? answer.picked[0] : undefined;
	if (picked === undefined) return before;
	if (picked.export === null) return [];
	if (names.length === 1) return [{ pattern: '*', export: picked.export }];
	const pattern = await vscode.window.showInputBox({
		title: `Which of them saw ${exportName(picked.export)}?`,
		prompt: `* = all ${names.length}. Or names with wildcards, e.g. dpo-*; pick again for the others.`,
		value: '*',
		ignoreFocusOut: true,
		validateInput: (text) => (text.trim() === '' ? 'Enter * or a name.' : null),
	});
	if (pattern === undefined) return before;
	const glob = pattern.trim();
	const entry = { pattern: glob, export: picked.export };
	// The first that fits counts, so the one for all stands last.
	if (glob === '*') return [...before.filter((each) => each.pattern !== '*'), entry];
	return [entry, ...before.filter((each) => each.pattern !== glob)];
}

interface BaselineItem extends vscode.QuickPickItem {
	readonly run: string | null;
}

/** Against what forgetting is measured. @returns what it was where the person cancels */
export async function pickBaseline(session: FolderSession, before: string | null): Promise<string | null> {
	const runs = (await (await session.api()).runs()).filter(({ engine }) => engine !== 'probe').toReversed();
	const items: BaselineItem[] = [
		{ label: 'The reference of this run', detail: 'What did tuning lose?', run: null },
		...runs.map(({ run, ordinal, created, verdict }) => ({
			label: `Run ${ordinal}`,
			description: date.format(new Date(created)),
			detail: verdict.sentence,
			run,
		})),
	];
	const answer = await showStep<BaselineItem>({
		title: 'Forgetting is measured against',
		placeholder: runs.length === 0 ? 'No earlier run over checkpoints' : 'A run’s choice, or what it recommended',
		items,
		selected: items.filter(({ run }) => run === before),
		back: true,
	});
	const picked = answer !== undefined && 'picked' in answer ? answer.picked[0] : undefined;
	return picked === undefined ? before : picked.run;
}
