import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import type { GuidelinesText } from '../../protocol/annotate.ts';

/** More than a person judges again in a row; the oldest are forgotten first. */
const MOST_REVEALED = 2_000;

/** What this person has seen in one folder: which pairs were revealed to them, and which guidelines they read. */
export class AnnotateMemory {
	readonly #state: vscode.Memento;
	readonly #folder: string;

	constructor(state: vscode.Memento, folder: string) {
		this.#state = state;
		this.#folder = createHash('sha256').update(folder).digest('hex').slice(0, 16);
	}

	get #revealedKey(): string {
		return `annotate.revealed.${this.#folder}`;
	}

	/** Others' verdicts, labels or tags of this pair were on screen: a verdict changed after that is not blind. */
	async reveal(comparison: string): Promise<void> {
		const known = this.#revealed();
		if (known.includes(comparison)) return;
		await this.#state.update(this.#revealedKey, [...known, comparison].slice(-MOST_REVEALED));
	}

	wasRevealed(comparison: string): boolean {
		return this.#revealed().includes(comparison);
	}

	#revealed(): readonly string[] {
		return this.#state.get<readonly string[]>(this.#revealedKey) ?? [];
	}

	guidelinesRead(person: string | null): GuidelinesText | null {
		return this.#state.get<GuidelinesText>(`annotate.guidelines.${this.#folder}.${person ?? ''}`) ?? null;
	}

	async readGuidelines(person: string | null, text: GuidelinesText): Promise<void> {
		await this.#state.update(`annotate.guidelines.${this.#folder}.${person ?? ''}`, text);
	}
}
