import * as vscode from 'vscode';
import type { EraseResult } from '../../protocol/team.ts';
import { eraseText } from '../../workspace/erase/words.ts';
import type { FolderSession, Services } from '../services.ts';
import type { ResultDocuments } from './result-document.ts';

const count = new Intl.NumberFormat('en');

function comparisons(n: number): string {
	return `${count.format(n)} ${n === 1 ? 'comparison' : 'comparisons'}`;
}

/** An id typed or pasted; a row or the pair on screen brings its own. */
function askId(): Thenable<string | undefined> {
	return vscode.window.showInputBox({
		title: 'Erase a text for good',
		prompt: 'Id of a comparison or a prompt, or its first 8 digits. Lists and the Splits view show it.',
		validateInput: (text) => (/^[0-9a-f]{8,64}$/iu.test(text.trim()) ? null : 'Expected 8 to 64 hex digits.'),
	});
}

/** The comparison by itself, or its prompt with everything on it. */
async function pickReach(session: FolderSession, id: string): Promise<string | undefined> {
	const api = await session.api();
	const alone = await api.erase([id], { preview: true }, { job: `erase-preview-${Date.now()}` });
	const [comparison] = alone.comparisons;
	// A prompt's id, or one that is out already: nothing to choose.
	if (alone.prompts.length > 0 || comparison === undefined) return id;
	const prompt = (await api.show(comparison)).prompt_id;
	const whole = await api.erase([prompt], { preview: true }, { job: `erase-preview-${Date.now()}` });
	const picked = await vscode.window.showQuickPick(
		[
			{
				label: 'The prompt with everything on it',
				description: comparisons(whole.comparisons.length),
				detail: 'Nothing on this prompt comes in again, either.',
				id: prompt,
			},
			{
				label: 'This comparison',
				description:
					alone.related.length === 0
						? 'the only one on its prompt'
						: `${comparisons(alone.related.length)} share a text with it and stay`,
				detail: 'Its two responses, and the prompt where nothing else is on it.',
				id: comparison,
			},
		],
		{ title: 'Erase what?', placeHolder: 'What you pick is taken out of every file of this folder' },
	);
	return picked?.id;
}

/** Others' words go with it: whose, and of when. */
function quotationsLine({ quotations }: EraseResult): string {
	const shown = quotations.slice(0, 4).map(({ type, person, at }) => `${type} by ${person}, ${at.slice(0, 10)}`);
	const more = quotations.length > 4 ? `; and ${count.format(quotations.length - 4)} more` : '';
	return `Notes, reasons, facets and searches that quote it go too (${shown.join('; ')}${more}). "pairwright erase ID --dry-run" lists their ids.`;
}

function detailOf(plan: EraseResult): string {
	const files = [
		...plan.journals.map(({ file, lines }) => `${file} (${count.format(lines)})`),
		...plan.sources.map(({ path }) => path),
	];
	return [
		'This cannot be undone. A tombstone with ids, your handle, the date and the reason stays; git history keeps the text until you take it out there.',
		...(files.length === 0
			? []
			: [`Rewritten: ${files.slice(0, 4).join(', ')}${files.length > 4 ? ` and ${files.length - 4} more` : ''}.`]),
		...(plan.quotations.length === 0 ? [] : [quotationsLine(plan)]),
		...(plan.left.length === 0 ? [] : [`Not touched: ${plan.left.map(({ path }) => path).join(', ')}.`]),
		'Where the folder has a remote, it is synced before and after.',
	].join('\n\n');
}

/**
 * Takes a text out for good: what, why, and a last question, before anything changes.
 * @param id of a comparison; asked for if left out
 */
export async function eraseInEditor(
	services: Services,
	results: ResultDocuments,
	session: FolderSession,
	id: string | undefined,
): Promise<void> {
	const given = id ?? (await askId());
	if (given === undefined) return;
	const target = await pickReach(session, given.trim());
	if (target === undefined) return;
	const reason = await vscode.window.showInputBox({
		title: 'Erase: why?',
		prompt: 'It stays with the tombstone, in the journal and at colleagues. Do not quote the text.',
		validateInput: (text) => (text.trim() === '' ? 'A reason is needed.' : null),
	});
	if (reason === undefined) return;
	if ((await services.ensurePerson(session)) === undefined) return;
	const api = await session.api();
	const plan = await api.erase([target], { preview: true }, { job: `erase-preview-${Date.now()}` });
	const erase = 'Erase';
	const picked = await vscode.window.showWarningMessage(
		`Erase ${comparisons(plan.comparisons.length)} for good?`,
		{ modal: true, detail: detailOf(plan) },
		erase,
	);
	if (picked !== erase) return;
	const done = await services.withJob(session, 'Erasing', (job) => api.erase([target], { reason }, job));
	if (done === undefined) return;
	await results.show('Erased', `${eraseText(done)}\n`);
}
