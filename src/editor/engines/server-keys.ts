import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors.ts';
import { checkAddress, originOf } from '../../protocol/server-address.ts';
import { serverSettings } from './machine-settings.ts';

const ORIGINS = 'pairwright.keyOrigins';

function secretOf(origin: string): string {
	return `pairwright.key:${origin}`;
}

/** Keys of scoring servers: in the editor's secret storage, each bound to one origin, never in a setting, a log or a record. */
export class ServerKeys {
	readonly #context: vscode.ExtensionContext;

	constructor(context: vscode.ExtensionContext) {
		this.#context = context;
	}

	/** The key for an address, if one was set for its origin. */
	async of(url: string): Promise<string | undefined> {
		return this.#context.secrets.get(secretOf(originOf(url)));
	}

	/** Origins that have a key; their keys stay where they are. */
	get origins(): readonly string[] {
		return this.#context.globalState.get<string[]>(ORIGINS, []);
	}

	/**
	 * Asks for a key and binds it to the origin.
	 * @param url the server; asked for where it is left out
	 * @returns false when cancelled
	 * @throws UserError usage where a key must not be sent to that address
	 */
	async ask(url?: string): Promise<boolean> {
		const address = url ?? (await askAddress());
		if (address === undefined) return false;
		const { origin } = checkAddress(address, true);
		const key = await vscode.window.showInputBox({
			title: `Key for ${origin}`,
			prompt: 'Kept in the editor’s secret storage and sent as a bearer token to this origin alone.',
			password: true,
			ignoreFocusOut: true,
			validateInput: (text) => (/^[\x21-\x7e]+$/u.test(text.trim()) ? null : 'A key is one word of plain characters.'),
		});
		if (key === undefined) return false;
		await this.#context.secrets.store(secretOf(origin), key.trim());
		await this.#remember([...new Set([...this.origins, origin])].sort());
		void vscode.window.showInformationMessage(`The key for ${origin} is kept. Nothing else is sent it.`);
		return true;
	}

	/** Asks which key to forget. */
	async remove(): Promise<void> {
		const origins = this.origins;
		if (origins.length === 0) throw new UserError('not-found', 'No server key is kept on this machine.');
		const picked = await vscode.window.showQuickPick(origins, { title: 'Remove the key of which server?' });
		if (picked === undefined) return;
		await this.#context.secrets.delete(secretOf(picked));
		await this.#remember(origins.filter((origin) => origin !== picked));
		void vscode.window.showInformationMessage(`The key for ${picked} is removed.`);
	}

	async #remember(origins: readonly string[]): Promise<void> {
		await this.#context.globalState.update(ORIGINS, origins);
	}
}

/** Why a text is no address of a server, or null. Shown while typing. */
export function addressProblem(text: string, hasKey = false): string | null {
	try {
		checkAddress(text, hasKey);
		return null;
	} catch (error) {
		return UserError.is(error) ? error.message : String(error);
	}
}

async function askAddress(): Promise<string | undefined> {
	const known = [...new Set(serverSettings().map(({ url }) => url))];
	const other = 'Another address…';
	const picked =
		known.length === 0 ? other : await vscode.window.showQuickPick([...known, other], { title: 'Which server?' });
	if (picked !== other) return picked;
	return vscode.window.showInputBox({
		title: 'Address of the server',
		placeHolder: 'https://scoring.example:8000',
		ignoreFocusOut: true,
		validateInput: (text) => addressProblem(text, true),
	});
}
