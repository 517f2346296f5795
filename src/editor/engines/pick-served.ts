import * as vscode from 'vscode';
import { stepOf } from '../../domain/checkpoint.ts';
import { UserError } from '../../protocol/errors.ts';
import type { HttpApi } from '../../protocol/scoring.ts';
import { servedModels } from '../../scoring/engines/http/served-models.ts';
import { serverSettings } from './machine-settings.ts';
import { addressProblem, type ServerKeys } from './server-keys.ts';
import { type StepAnswer, showStep } from './step.ts';
import { hostOf } from './words.ts';

export interface PickedServer {
	readonly url: string;
	readonly api: HttpApi | null;
}

interface ServerItem extends vscode.QuickPickItem {
	readonly server?: PickedServer;
	readonly settings?: true;
}

/** Which server: those of the machine's settings, those used before, or a typed address. */
export async function pickServerStep(options: {
	readonly title: string;
	readonly step: readonly [number, number];
	readonly used: readonly PickedServer[];
}): Promise<StepAnswer<PickedServer>> {
	const named = serverSettings().map(
		({ name, url, api }): ServerItem => ({
			label: `$(server) ${name ?? hostOf(url)}`,
			description: url,
			detail: api ?? '',
			server: { url, api },
		}),
	);
	const known = new Set(named.map(({ server }) => server?.url));
	const used = options.used
		.filter(({ url }) => !known.has(url))
		.map((server): ServerItem => ({ label: `$(history) ${hostOf(server.url)}`, description: server.url, server }));
	const settings: ServerItem = {
		label: '$(gear) Name servers in the settings…',
		description: 'pairwright.servers, of this machine',
		settings: true,
	};
	const items = [...named, ...used, settings];
	const answer = await showStep<ServerItem>({
		title: options.title,
		step: options.step,
		placeholder: 'Pick a server, or type its address, e.g. http://127.0.0.1:8000',
		items,
		back: true,
		accepts: ([picked]) => picked?.server !== undefined || picked?.settings === true,
		follow: (list) =>
			list.onDidChangeValue((text) => {
				if (!/^https?:|^[\w.-]+:\d|^\[/u.test(text.trim())) {
					list.items = items;
					return;
				}
				const url = /^https?:/u.test(text.trim()) ? text.trim() : `http://${text.trim()}`;
				const problem = addressProblem(url);
				list.items = [
					problem === null
						? { label: `$(server) Use ${url}`, alwaysShow: true, server: { url, api: null } }
						: { label: '$(info) Not an address yet', detail: problem, alwaysShow: true },
				];
			}),
	});
	if (answer === undefined || !('picked' in answer)) return answer;
	const [picked] = answer.picked;
	if (picked?.settings === true) {
		await vscode.commands.executeCommand('workbench.action.openSettings', 'pairwright.servers');
		return undefined;
	}
	return { picked: picked?.server === undefined ? [] : [picked.server] };
}

interface ModelItem extends vscode.QuickPickItem {
	readonly model?: string;
	readonly action?: 'key' | 'again';
}

/** What a server said of its models, so that going back does not ask it again. */
export interface Served {
	readonly models: readonly string[];
	/** Why there is no list, in words. */
	readonly problem: string | null;
}

/** Asks the server; a busy list keeps the place meanwhile: it may be slow to answer. */
export async function askServed(title: string, url: string, keys: ServerKeys): Promise<Served> {
	const waiting = vscode.window.createQuickPick();
	waiting.title = title;
	waiting.placeholder = `Asking ${hostOf(url)} for its models…`;
	waiting.ignoreFocusOut = true;
	waiting.busy = true;
	waiting.enabled = false;
	waiting.show();
	try {
		return { models: await servedModels(url, await keys.of(url)), problem: null };
	} catch (error) {
		if (!UserError.is(error)) throw error;
		return { models: [], problem: error.message };
	} finally {
		waiting.dispose();
	}
}

/**
 * One or many of the served models, by the server's list or typed: a server may serve adapters that it does not list.
 * @returns names; `again` where the server should be asked once more
 */
export async function pickModelsStep(options: {
	readonly title: string;
	readonly step: readonly [number, number];
	readonly noun: string;
	readonly many: boolean;
	readonly url: string;
	readonly served: Served;
	readonly without: readonly string[];
	readonly picked: readonly string[];
	readonly keys: ServerKeys;
}): Promise<StepAnswer<string> | { readonly again: true }> {
	const { served, many, noun } = options;
	const names = [...new Set([...served.models, ...options.picked])].filter((name) => !options.without.includes(name));
	const models = names.map((model): ModelItem => {
		const step = stepOf(model);
		return { label: model, model, description: step === null ? '' : `step ${step}` };
	});
	const again: ModelItem = { label: '$(refresh) Ask again', detail: served.problem ?? '', action: 'again' };
	const key: ModelItem = { label: `$(key) Set a key for ${hostOf(options.url)}…`, action: 'key' };
	const items = served.problem === null || many ? models : [...models, again, key];
	const keyButton = { iconPath: new vscode.ThemeIcon('key'), tooltip: 'Set a key for this server…' };
	const againButton = { iconPath: new vscode.ThemeIcon('refresh'), tooltip: 'Ask the server again' };
	const answer = await showStep<ModelItem>({
		title: options.title,
		step: options.step,
		placeholder:
			names.length > 0
				? `Pick the ${noun}, or type ${many ? 'names, separated by commas' : 'a name'}`
				: `${served.problem ?? 'The server lists no other model.'} Type ${many ? 'names, separated by commas' : 'a name'}`,
		items,
		selected: models.filter(({ model }) => model !== undefined && options.picked.includes(model)),
		many,
		back: true,
		buttons: [keyButton, againButton],
		accepts: (picked) => picked.some(({ model, action }) => model !== undefined || action !== undefined),
		follow: (list) => list.onDidChangeValue((text) => offerTyped(list, items, text, many)),
	});
	if (answer === undefined || 'back' in answer) return answer;
	const action =
		'button' in answer
			? answer.button === keyButton
				? 'key'
				: 'again'
			: answer.picked.find((each) => each.action)?.action;
	if (action === 'key') await options.keys.ask(options.url);
	if (action !== undefined || !('picked' in answer)) return { again: true };
	return { picked: answer.picked.flatMap(({ model }) => model ?? []) };
}

/** Typed names that are not in the list become lines of their own. */
function offerTyped(list: vscode.QuickPick<ModelItem>, items: readonly ModelItem[], text: string, many: boolean): void {
	const names = (many ? text.split(',') : [text]).map((name) => name.trim()).filter((name) => name !== '');
	const matches = (name: string) => items.some(({ model }) => model?.toLowerCase().includes(name.toLowerCase()));
	// Words that filter the list are no names; after a comma they are.
	const typed = names.length === 1 && matches(names[0] ?? '') ? [] : names;
	const lines = typed.map((model): ModelItem => ({ label: model, description: 'as typed', model, alwaysShow: true }));
	const kept = list.selectedItems.filter(({ model }) => model !== undefined && !typed.includes(model));
	list.items = [...lines, ...items.filter(({ model }) => model === undefined || !typed.includes(model))];
	if (many) list.selectedItems = [...lines, ...kept.filter((item) => list.items.includes(item))];
}
