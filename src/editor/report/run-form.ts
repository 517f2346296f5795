import * as vscode from 'vscode';
import { RUN_POLICY } from '../../domain/label-policy.ts';
import type { ScoreOptions } from '../../protocol/scoring.ts';
import type { FolderSession } from '../services.ts';
import { LABEL_WORDS, labelsOption, pickLabels } from './pick-labels.ts';
import { DEFAULT_RUN, numberOf, numberProblem } from './run-settings.ts';

function lambdaText({ lambda }: ScoreOptions): string {
	return lambda === null ? 'λ recommended by the run' : `λ ${lambda}`;
}

function settingsText(options: ScoreOptions): string {
	const labels = options.labels === undefined ? [] : [`labels by ${LABEL_WORDS[options.labels].label.toLowerCase()}`];
	return [lambdaText(options), `margin ${options.margin}`, `β ${options.beta}`, `seed ${options.seed}`, ...labels].join(
		' · ',
	);
}

type Action = 'run' | 'lambda' | 'margin' | 'seed' | 'labels' | 'defaults' | 'checkpoints';

interface Item extends vscode.QuickPickItem {
	readonly action?: Action;
}

function items(options: ScoreOptions, changed: boolean): Item[] {
	return [
		{
			label: changed ? '$(play) Run with these settings' : '$(play) Run with the usual settings',
			description: settingsText(options),
			detail: 'Fits the built-in text probe to this data and reads its calibration. No language model is scored.',
			action: 'run',
		},
		{ label: 'Settings', kind: vscode.QuickPickItemKind.Separator },
		{
			label: 'λ, how much generalization counts',
			description: options.lambda === null ? 'recommended' : String(options.lambda),
			detail: 'The whole path from 0 to 1 is fitted anyway; this picks the solution whose numbers head the report.',
			action: 'lambda',
		},
		{
			label: 'Margin, the shortfall that is forgiven',
			description: options.margin === 'auto' ? 'auto' : `${options.margin} nats`,
			detail: 'Held-out regret counts only above this. auto = what noise alone would give.',
			action: 'margin',
		},
		{
			label: 'Seed',
			description: String(options.seed),
			detail: 'Of folds and resampling. The same seed on the same data gives the same bytes.',
			action: 'seed',
		},
		{
			label: 'Labels',
			description: LABEL_WORDS[options.labels ?? RUN_POLICY].label.toLowerCase(),
			detail: 'What becomes of pairs on which people differ. Recorded with the run.',
			action: 'labels',
		},
		{
			label: 'β is 1 for the probe, which fits its own scale; it is recorded with every number',
			kind: vscode.QuickPickItemKind.Separator,
		},
		...(changed ? [{ label: '$(discard) Back to the usual settings', action: 'defaults' as const }] : []),
		{ label: 'Or a trained model', kind: vscode.QuickPickItemKind.Separator },
		{
			label: '$(layers) Score checkpoints instead…',
			detail: 'What did it learn? GGUF files, a scoring server, or log-probabilities.',
			action: 'checkpoints',
		},
	];
}

async function ask(title: string, prompt: string, value: string, problem: (text: string) => string | null) {
	return vscode.window.showInputBox({ title, prompt, value, validateInput: problem, ignoreFocusOut: true });
}

/** One setting; cancelling leaves it as it was. */
async function change(options: ScoreOptions, action: Action): Promise<ScoreOptions> {
	switch (action) {
		case 'lambda': {
			const text = await ask(
				'λ, from 0 to 1',
				'0 = in-distribution fit alone, 1 = smallest worst regret. Leave empty for the one the run recommends.',
				options.lambda === null ? '' : String(options.lambda),
				(value) => (value.trim() === '' ? null : numberProblem(value, 0, 1)),
			);
			if (text === undefined) return options;
			return { ...options, lambda: text.trim() === '' ? null : numberOf(text) };
		}
		case 'margin': {
			const text = await ask(
				'Margin in nats, or auto',
				'0 forgives nothing. auto = 1.645 standard errors of the loss difference at λ = 0, fixed for the run.',
				String(options.margin),
				(value) => (value.trim().toLowerCase() === 'auto' ? null : numberProblem(value, 0, Number.POSITIVE_INFINITY)),
			);
			if (text === undefined) return options;
			return { ...options, margin: text.trim().toLowerCase() === 'auto' ? 'auto' : numberOf(text) };
		}
		case 'seed': {
			const text = await ask('Seed', 'A whole number, 0 or above.', String(options.seed), (value) =>
				numberProblem(value, 0, 2 ** 31 - 1, true),
			);
			return text === undefined ? options : { ...options, seed: numberOf(text) };
		}
		case 'labels': {
			const { labels, ...others } = options;
			return { ...others, ...labelsOption(await pickLabels(labels)) };
		}
		case 'defaults':
			return DEFAULT_RUN;
		default:
			return options;
	}
}

/**
 * The small form: Enter runs with the usual settings, each setting is one line that says what it does.
 * @param from settings to start from, e.g. those of the run on screen
 * @returns `checkpoints` where the person wants to score models instead; undefined when cancelled
 */
export async function askRunSettings(
	session: FolderSession,
	from: ScoreOptions = DEFAULT_RUN,
): Promise<ScoreOptions | 'checkpoints' | undefined> {
	let options = from;
	for (;;) {
		const changed = settingsText(options) !== settingsText(DEFAULT_RUN);
		const pick = await vscode.window.showQuickPick(items(options, changed), {
			title: `GDPO scoring: ${session.folder.name}`,
			placeHolder: 'Enter runs. Pick a setting to change it first.',
			matchOnDetail: true,
		});
		if (pick?.action === undefined) return undefined;
		if (pick.action === 'run') return options;
		if (pick.action === 'checkpoints') return 'checkpoints';
		options = await change(options, pick.action);
	}
}
