import * as vscode from 'vscode';
import { LOSSES, type LossName, stepOf } from '../../domain/checkpoint.ts';
import { RUN_POLICY } from '../../domain/label-policy.ts';
import { LABEL_WORDS, labelsOption, pickLabels } from '../report/pick-labels.ts';
import { numberOf, numberProblem } from '../report/run-settings.ts';
import type { FolderSession } from '../services.ts';
import { type CheckpointChoice, type CheckpointSettings, DEFAULT_SETTINGS, usesSmoothing } from './choice.ts';
import { baselineText, pickBaseline, pickTrainedOn, trainedOnText } from './pick-history.ts';
import { pickSplits, pickTemplate, splitsText } from './pick-scope.ts';
import { showStep } from './step.ts';
import { checkpointNames, fileName, LOSS_WORDS, modelsText, nameList, settingsText } from './words.ts';

type Action =
	| 'run'
	| 'models'
	| 'steps'
	| 'splits'
	| 'template'
	| 'beta'
	| 'loss'
	| 'lambda'
	| 'margin'
	| 'trainedOn'
	| 'baseline'
	| 'seed'
	| 'labels'
	| 'fresh'
	| 'kl'
	| 'defaults';

interface Item extends vscode.QuickPickItem {
	readonly action?: Action;
}

function isDefault(settings: CheckpointSettings): boolean {
	return JSON.stringify(settings) === JSON.stringify(DEFAULT_SETTINGS);
}

function items({ models, settings }: CheckpointChoice): Item[] {
	const names = checkpointNames(models);
	const cached = models.engine === 'logprobs' ? '' : ' What was scored before is not scored again.';
	return [
		{
			label: models.engine === 'logprobs' ? '$(play) Read them' : '$(play) Score them',
			description: settingsText(settings),
			detail: `${nameList(names, 2)}.${cached}`,
			action: 'run',
		},
		{ label: 'What', kind: vscode.QuickPickItemKind.Separator },
		{ label: '$(layers) Models', description: modelsText(models), action: 'models' },
		{ label: 'How', kind: vscode.QuickPickItemKind.Separator },
		{
			label: 'β, the temperature of training',
			description: String(settings.beta),
			detail: 'The β it was trained with (TRL’s default: 0.1). Confidence scales with it.',
			action: 'beta',
		},
		{
			label: 'Loss',
			description: usesSmoothing(settings.loss) ? `${settings.loss}, ε ${settings.labelSmoothing}` : settings.loss,
			detail: `${LOSS_WORDS[settings.loss]}. Confidence is σ(βΔ) whichever it is.`,
			action: 'loss',
		},
		{
			label: 'λ, how much generalization counts',
			description: String(settings.lambda ?? 1),
			detail: '0 = in-distribution fit alone, 1 = smallest worst regret. The report can move it.',
			action: 'lambda',
		},
		{
			label: 'Margin, the shortfall that is forgiven',
			description: settings.margin === 'auto' ? 'auto' : `${settings.margin} nats`,
			detail: 'Held-out regret counts only above this. auto = what noise alone would give.',
			action: 'margin',
		},
		...stepsLine(names, settings),
		{
			label: 'Splits',
			description: splitsText(settings.splits),
			detail: 'Fewer splits are scored sooner; what is left out has no numbers.',
			action: 'splits',
		},
		{
			label: 'Trained on',
			description: trainedOnText(settings.trainedOn),
			detail: 'Which recorded export they have seen: seen prompts are no test.',
			action: 'trainedOn',
		},
		{
			label: 'Forgetting is measured against',
			description: baselineText(settings.retentionBaseline),
			detail: 'On the split that must not be forgotten, by the policy alone.',
			action: 'baseline',
		},
		{
			label: 'Seed',
			description: String(settings.seed),
			detail: 'Of permutations and resampling. The same seed on the same scores gives the same bytes.',
			action: 'seed',
		},
		{
			label: 'Labels',
			description: LABEL_WORDS[settings.labels ?? RUN_POLICY].label.toLowerCase(),
			detail: 'What becomes of pairs on which people differ. Recorded with the run.',
			action: 'labels',
		},
		...(models.engine === 'gguf'
			? [
					{
						label: 'Chat template',
						description: settings.template === null ? 'each model’s own' : fileName(settings.template),
						detail: 'A Jinja file in place of the one in the model, as training used it.',
						action: 'template' as const,
					},
					{
						label: 'KL from the reference per token',
						description: settings.kl ? 'read' : 'left out',
						detail: settings.kl
							? 'At a sample of the tuning half. Every model is opened a second time for it.'
							: 'No model is opened a second time for it, and the report has none.',
						action: 'kl' as const,
					},
				]
			: []),
		...(models.engine === 'http'
			? [
					{
						label: 'Scores of earlier runs',
						description: settings.fresh ? 'not used: everything is scored anew' : 'used again',
						detail: 'Score anew when the server’s weights have changed under the same name.',
						action: 'fresh' as const,
					},
				]
			: []),
		...(isDefault(settings) ? [] : [{ label: '$(discard) Back to the usual settings', action: 'defaults' as const }]),
	];
}

/** Asked for only where a name does not say it: an order that is wrong would be a trend that is wrong. */
function stepsLine(names: readonly string[], { steps }: CheckpointSettings): Item[] {
	if (names.length < 2 || (steps.length === 0 && names.every((name) => stepOf(name) !== null))) return [];
	return [
		{
			label: 'Training steps',
			description: steps.length === 0 ? 'not in every name' : steps.join(', '),
			detail: 'The trend is drawn over them, in the order of the checkpoints.',
			action: 'steps',
		},
	];
}

async function askSteps(names: readonly string[], steps: readonly number[]): Promise<number[]> {
	const known = steps.length > 0 ? steps : names.map((name) => stepOf(name) ?? '?');
	const text = await ask(
		'Training steps',
		`Of ${nameList(names, 6)}, in this order, separated by commas. Empty: as the names say.`,
		known.join(', '),
		(typed) => {
			const parts = typed.split(',').map((part) => part.trim());
			if (typed.trim() === '') return null;
			if (parts.length !== names.length) return `${parts.length} of ${names.length} steps.`;
			return parts.every((part) => /^\d+$/u.test(part)) ? null : 'Whole numbers, separated by commas.';
		},
	);
	if (text === undefined) return [...steps];
	return text.trim() === '' ? [] : text.split(',').map(Number);
}

async function ask(title: string, prompt: string, value: string, problem: (text: string) => string | null) {
	return vscode.window.showInputBox({ title, prompt, value, validateInput: problem, ignoreFocusOut: true });
}

async function askNumber(
	title: string,
	prompt: string,
	value: number,
	[low, high]: readonly [number, number],
	whole = false,
): Promise<number> {
	const text = await ask(title, prompt, String(value), (typed) => numberProblem(typed, low, high, whole));
	return text === undefined ? value : numberOf(text);
}

async function askLoss(settings: CheckpointSettings): Promise<CheckpointSettings> {
	const lines = LOSSES.map((loss) => ({ label: loss as LossName, description: LOSS_WORDS[loss] }));
	const answer = await showStep({
		title: 'Loss they were trained with',
		placeholder: 'By TRL’s names. It weighs the checkpoints against each other.',
		items: lines,
		selected: lines.filter(({ label }) => label === settings.loss),
		back: true,
	});
	const loss = answer !== undefined && 'picked' in answer ? answer.picked[0]?.label : undefined;
	if (loss === undefined) return settings;
	if (!usesSmoothing(loss)) return { ...settings, loss, labelSmoothing: 0 };
	const labelSmoothing = await askNumber(
		`ε of ${loss}`,
		'Share of labels taken to be wrong, from 0 to below ½: TRL’s label_smoothing.',
		settings.labelSmoothing,
		[0, 0.499],
	);
	return { ...settings, loss, labelSmoothing };
}

/** One setting; cancelling leaves it as it was. */
async function change(session: FolderSession, choice: CheckpointChoice, action: Action): Promise<CheckpointSettings> {
	const { models, settings } = choice;
	switch (action) {
		case 'beta': {
			const prompt = 'The β it was trained with, above 0. TRL’s default is 0.1.';
			const text = await ask(
				'β',
				prompt,
				String(settings.beta),
				(typed) => numberProblem(typed, 0, 1000) ?? (numberOf(typed) === 0 ? 'β is above 0.' : null),
			);
			return text === undefined ? settings : { ...settings, beta: numberOf(text) };
		}
		case 'loss':
			return askLoss(settings);
		case 'lambda': {
			const prompt = '0 = in-distribution fit alone, 1 = smallest worst regret.';
			return { ...settings, lambda: await askNumber('λ, from 0 to 1', prompt, settings.lambda ?? 1, [0, 1]) };
		}
		case 'margin': {
			const prompt = '0 forgives nothing. auto = 1.645 standard errors of the loss difference, fixed for the run.';
			const text = await ask('Margin in nats, or auto', prompt, String(settings.margin), (typed) =>
				typed.trim().toLowerCase() === 'auto' ? null : numberProblem(typed, 0, Number.POSITIVE_INFINITY),
			);
			if (text === undefined) return settings;
			return { ...settings, margin: text.trim().toLowerCase() === 'auto' ? 'auto' : numberOf(text) };
		}
		case 'steps':
			return { ...settings, steps: await askSteps(checkpointNames(models), settings.steps) };
		case 'splits':
			return { ...settings, splits: await pickSplits(settings.splits) };
		case 'template':
			return { ...settings, template: await pickTemplate(settings.template) };
		case 'trainedOn':
			return { ...settings, trainedOn: await pickTrainedOn(session, checkpointNames(models), settings.trainedOn) };
		case 'baseline':
			return { ...settings, retentionBaseline: await pickBaseline(session, settings.retentionBaseline) };
		case 'seed': {
			const prompt = 'A whole number, 0 or above.';
			return { ...settings, seed: await askNumber('Seed', prompt, settings.seed, [0, 2 ** 31 - 1], true) };
		}
		case 'labels': {
			const { labels, ...others } = settings;
			return { ...others, ...labelsOption(await pickLabels(labels)) };
		}
		case 'fresh':
			return { ...settings, fresh: !settings.fresh };
		case 'kl':
			return { ...settings, kl: !settings.kl };
		case 'defaults':
			return DEFAULT_SETTINGS;
		default:
			return settings;
	}
}

export type FormAnswer = { readonly go: 'run' | 'models' | 'back'; readonly settings: CheckpointSettings };

/** The last step: Enter scores, each setting is one line that says what it does. @returns undefined when cancelled */
export async function askCheckpointSettings(
	session: FolderSession,
	start: CheckpointChoice,
	step: readonly [number, number],
): Promise<FormAnswer | undefined> {
	let choice = start;
	for (;;) {
		const lines = items(choice);
		const answer = await showStep<Item>({
			title: 'Score checkpoints: settings',
			step,
			placeholder: 'Enter starts. Pick a setting to change it first.',
			items: lines,
			// Whatever was changed last, Enter starts.
			selected: lines.slice(0, 1),
			back: true,
		});
		if (answer === undefined) return undefined;
		const { settings } = choice;
		if ('back' in answer) return { go: 'back', settings };
		const action = 'picked' in answer ? answer.picked[0]?.action : undefined;
		if (action === undefined) continue;
		if (action === 'run' || action === 'models') return { go: action, settings };
		choice = { ...choice, settings: await change(session, choice, action) };
	}
}
