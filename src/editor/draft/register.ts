import * as vscode from 'vscode';
import { parseDraft } from '../../domain/draft.ts';
import { Disposable } from '../disposable.ts';
import type { Services } from '../services.ts';
import { addPair } from './add.ts';
import { DraftDiagnostics } from './diagnostics.ts';
import { authorPair, DRAFT_LANGUAGE } from './open.ts';
import { Originals } from './originals.ts';

/** "Add pair" above the draft, where the hand is after writing. */
const lenses: vscode.CodeLensProvider = {
	provideCodeLenses(document) {
		const { origin, problems } = parseDraft(document.getText());
		const errors = problems.filter(({ severity }) => severity === 'error').length;
		const what = origin === null ? 'Add pair' : 'Add rewrite';
		const title =
			errors === 0 ? `$(check) ${what}` : `${what}: ${errors} ${errors === 1 ? 'thing' : 'things'} to do first`;
		const top = new vscode.Range(0, 0, 0, 0);
		return [new vscode.CodeLens(top, { title, command: 'pairwright.draft.add', arguments: [document.uri] })];
	},
};

/** The three headings, completed where a line starts with #. */
const headings: vscode.CompletionItemProvider = {
	provideCompletionItems(document, position) {
		const line = document.lineAt(position.line).text.slice(0, position.character);
		if (!/^#{1,2} ?\w*$/.test(line)) return [];
		const range = new vscode.Range(position.line, 0, position.line, position.character);
		const names = ['# Prompt', '# Response A', '# Response B', '## system', '## user', '## assistant'];
		return names
			.filter((name) => name.startsWith('## ') === line.startsWith('##'))
			.map((name) => {
				const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Struct);
				item.range = range;
				item.filterText = name;
				return item;
			});
	},
};

class Drafts extends Disposable {
	constructor(services: Services) {
		super();
		const originals = new Originals();
		this.register(new DraftDiagnostics(services, originals));
		this.register(vscode.languages.registerCodeLensProvider(DRAFT_LANGUAGE, lenses));
		this.register(vscode.languages.registerCompletionItemProvider(DRAFT_LANGUAGE, headings, '#'));
		this.#command(services, 'add', 'adding the pair', (argument) => addPair(services, originals, argument));
		this.#command(services, 'new', 'starting a pair', async () => {
			const session = await services.pickSession();
			if (session !== undefined) await authorPair(services, session);
		});
	}

	#command(services: Services, name: string, doing: string, work: (argument: unknown) => Promise<void>): void {
		this.register(
			vscode.commands.registerCommand(`pairwright.draft.${name}`, async (argument: unknown) => {
				try {
					await work(argument);
				} catch (error) {
					services.showError(error, doing);
				}
			}),
		);
	}
}

/** Writing and rewriting pairs: language, diagnostics, commands. */
export function registerDrafts(services: Services): vscode.Disposable {
	return new Drafts(services);
}
