import * as vscode from 'vscode';
import type { GenerateOptions, GenerationPlan, GenerationResult } from '../../protocol/candidates.ts';
import { findFiles } from '../engines/find-files.ts';
import { machineEngines } from '../engines/machine-settings.ts';
import { pickFilesStep } from '../engines/pick-files.ts';
import { askServed, pickModelsStep, pickServerStep } from '../engines/pick-served.ts';
import { ServerKeys } from '../engines/server-keys.ts';
import { showStep } from '../engines/step.ts';
import { counted, fileName, hostOf, nameList } from '../engines/words.ts';
import type { FolderSession } from '../services.ts';
import type { Shell } from '../shell/shell.ts';
import { requireTrust } from '../shell/trust.ts';
import { type Answering, type AskedFor, drawingOf, drawingText, optionsOf, parseAnswering } from './choice.ts';

const TITLE = 'Generate responses';

function keyOf(session: FolderSession): string {
	return `pairwright.generate:${session.folder.uri.toString()}`;
}

interface EngineItem extends vscode.QuickPickItem {
	readonly answering?: Answering;
	readonly engine?: Answering['engine'];
}

/** "llama3.2 and qwen3 on 127.0.0.1:11434" */
function answeringText(answering: Answering): string {
	return answering.engine === 'chat'
		? `${nameList(answering.models)} on ${hostOf(answering.url)}`
		: nameList(answering.models.map(fileName));
}

/** Asks what answers, step by step, with the way back. @returns undefined when the person leaves */
async function pickAnswering(
	session: FolderSession,
	keys: ServerKeys,
	last: Answering | undefined,
): Promise<Answering | undefined> {
	for (;;) {
		const answer = await showStep<EngineItem>({
			title: TITLE,
			step: [1, 3],
			placeholder: 'Who writes the responses?',
			items: [
				...(last === undefined
					? []
					: [{ label: `$(history) ${answeringText(last)}`, description: 'as last time', answering: last }]),
				{
					label: '$(server) A chat server',
					detail:
						'Ollama, LM Studio, llama-server, vLLM: any that speaks /v1/chat/completions. It is sent the prompts.',
					engine: 'chat' as const,
				},
				{
					label: '$(chip) GGUF files on this machine',
					detail: 'Written here by llama.cpp; nothing leaves this machine.',
					engine: 'gguf' as const,
				},
			],
			back: false,
		});
		if (answer === undefined || !('picked' in answer)) return undefined;
		const [picked] = answer.picked;
		if (picked?.answering !== undefined) return picked.answering;
		const chosen = picked?.engine === 'gguf' ? await pickGguf(session, last) : await pickChat(keys, last);
		if (chosen !== 'back') return chosen;
	}
}

async function pickGguf(session: FolderSession, last: Answering | undefined): Promise<Answering | 'back' | undefined> {
	const before = last?.engine === 'gguf' ? last.models : [];
	const { found, folder } = await findFiles(session.folder.uri, ['.gguf'], before);
	const answer = await pickFilesStep({
		...{ title: TITLE, step: [2, 3], noun: 'models', many: true, endings: ['.gguf'] },
		...{ found, picked: before, folder },
	});
	if (answer === undefined) return undefined;
	if (!('picked' in answer)) return 'back';
	return answer.picked.length === 0 ? undefined : { engine: 'gguf', models: [...answer.picked] };
}

async function pickChat(keys: ServerKeys, last: Answering | undefined): Promise<Answering | 'back' | undefined> {
	const used = last?.engine === 'chat' ? [{ url: last.url, api: null }] : [];
	for (;;) {
		const server = await pickServerStep({ title: TITLE, step: [2, 3], used });
		if (server === undefined) return undefined;
		if (!('picked' in server)) return 'back';
		const url = server.picked[0]?.url;
		if (url === undefined) return undefined;
		const models = await pickModels(keys, url, last);
		if (models === undefined) return undefined;
		if (models !== 'back') return { engine: 'chat', url, models: [...models] };
	}
}

async function pickModels(
	keys: ServerKeys,
	url: string,
	last: Answering | undefined,
): Promise<readonly string[] | 'back' | undefined> {
	const picked = last?.engine === 'chat' && last.url === url ? last.models : [];
	for (;;) {
		const served = await askServed(TITLE, url, keys);
		const answer = await pickModelsStep({
			...{ title: TITLE, step: [3, 3], noun: 'models, which take turns', many: true },
			...{ url, served, without: [], picked, keys },
		});
		if (answer === undefined) return undefined;
		if ('again' in answer) continue;
		if (!('picked' in answer)) return 'back';
		if (answer.picked.length > 0) return answer.picked;
	}
}

const CHANGE = 'Change Sampling…';

/** Before anything is sent: how many requests, where to, how, and what becomes of them. Asked each time. */
async function confirmed(plan: GenerationPlan, options: GenerateOptions): Promise<'yes' | 'change' | 'no'> {
	const here = plan.server === 'gguf';
	const where = here
		? 'The responses are written on this machine; nothing leaves it.'
		: plan.local
			? 'This address is on this machine; what listens there may pass texts on.'
			: 'This address is not on this machine.';
	const sent = here ? '' : 'Prompts are sent; no responses, labels, names or notes. ';
	const characters = new Intl.NumberFormat('en').format(plan.characters);
	const answer = await vscode.window.showWarningMessage(
		here
			? `Write ${counted(plan.requests, 'response')} for ${counted(plan.prompts, 'prompt')} with ${nameList(plan.models)}?`
			: `Send ${counted(plan.requests, 'request')} for ${counted(plan.prompts, 'prompt')} to ${plan.server}?`,
		{
			modal: true,
			detail: `${sent}${where} ${here ? '' : `${characters} characters, answered by ${nameList(plan.models)}. `}Sampling: ${drawingText(options, here ? 'the model’s' : 'the server’s')}. Which model wrote what is stored, and shown only after a verdict. Nothing is judged.`,
		},
		here ? 'Write' : 'Send',
		CHANGE,
	);
	return answer === undefined ? 'no' : answer === CHANGE ? 'change' : 'yes';
}

function resultText(done: GenerationResult): string {
	const parts = [
		`${done.cancelled ? 'Stopped; what is stored stays. ' : ''}Stored ${counted(done.generated, 'response')}: ${counted(done.paired, 'new pair')} to judge`,
		...(done.identical + done.empty > 0
			? [`${counted(done.identical + done.empty, 'answer')} said the same or nothing and were asked again`]
			: []),
		...(done.cut > 0 ? [`${done.cut} cut at the most tokens`] : []),
		...(done.failed.total > 0 ? [`${done.failed.total} still missing (${done.failed.first[0]?.reason ?? ''})`] : []),
	];
	return `${parts.join('; ')}.${done.stopped === undefined ? '' : ` ${done.stopped}`}`;
}

/**
 * Lets models write responses: all that waiting prompts lack, or for the prompts asked for. What answers comes from this machine's
 * settings or is picked here, never from the folder.
 * @throws UserError untrusted
 */
export async function generateResponses(shell: Shell, session: FolderSession, which: AskedFor): Promise<void> {
	requireTrust('let models write responses');
	const api = await session.api();
	if (which.prompts === undefined && (await api.info()).waiting === undefined) {
		const pick = await vscode.window.showInformationMessage(
			'No prompt needs a second response. Chat logs bring prompts that do.',
			'Import Chat Logs…',
		);
		if (pick !== undefined) await vscode.commands.executeCommand('pairwright.importPrompts');
		return;
	}
	const state = shell.context.workspaceState;
	const keys = new ServerKeys(shell.context);
	const answering = await pickAnswering(session, keys, parseAnswering(state.get(keyOf(session))));
	if (answering === undefined) return;
	const key = answering.engine === 'chat' ? await keys.of(answering.url) : undefined;
	const settings = vscode.workspace.getConfiguration('pairwright.generate', session.folder);
	const drawing = drawingOf((name) => settings.get(name));
	const options: GenerateOptions = { ...optionsOf(answering, which, machineEngines(), key), ...drawing };
	const plan = await api.planGeneration(options);
	if (plan.requests === 0) {
		void vscode.window.showInformationMessage('Nothing to ask for: these prompts have enough responses.');
		return;
	}
	const answer = await confirmed(plan, options);
	if (answer === 'change') {
		// What was picked is offered first the next time.
		await state.update(keyOf(session), answering);
		await vscode.commands.executeCommand('workbench.action.openSettings', 'pairwright.generate');
		return;
	}
	if (answer === 'no') return;
	if ((await shell.ensurePerson(session)) === undefined) return;
	await state.update(keyOf(session), answering);
	const done = await shell.withJob(session, 'Generating responses', (job) =>
		api.generate({ ...options, planned: plan.ids }, job),
	);
	if (done === undefined) return;
	const text = resultText(done);
	shell.log.info(text);
	const show =
		done.failed.total > 0 || done.stopped !== undefined
			? vscode.window.showWarningMessage
			: vscode.window.showInformationMessage;
	// Its buttons wait for a person: nothing else does.
	void show(text, ...(done.paired > 0 ? ['Start Judging'] : [])).then((pick) =>
		pick === undefined
			? undefined
			: vscode.commands.executeCommand('pairwright.annotate', { folder: session.folder.uri.toString() }),
	);
}
