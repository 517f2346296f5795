import type { DraftOrigin } from '../../domain/draft.ts';
import { parseDraft, serialiseDraft } from '../../domain/draft.ts';
import { sideText } from '../../domain/text.ts';
import type { FolderSession } from '../services.ts';

/** What a rewrite's draft held when it was opened, as it is read back from the file. */
export interface Original {
	readonly prompt: string;
	readonly a: string;
}

/** Reads originals once each; a comparison never changes. */
export class Originals {
	readonly #known = new Map<string, Promise<Original | null>>();

	/** @returns null where the pair is gone or cannot be read now */
	of(session: FolderSession, origin: DraftOrigin): Promise<Original | null> {
		const key = `${session.folder.uri.toString()} ${origin.comparison} ${origin.side}`;
		const known = this.#known.get(key) ?? this.#read(session, origin);
		this.#known.set(key, known);
		return known;
	}

	async #read(session: FolderSession, { comparison, side }: DraftOrigin): Promise<Original | null> {
		try {
			const pair = await (await session.api()).pair(comparison);
			const prompt = pair.prompt.messages.map((message) => ({ role: message.role, content: sideText([message]) }));
			const a = sideText(pair.leftSide === side ? pair.left : pair.right);
			// Through the file format, which leaves out empty lines at the ends.
			const read = parseDraft(serialiseDraft({ origin: null, prompt, a, b: '' }));
			return { prompt: JSON.stringify(read.prompt), a: read.a };
		} catch {
			return null;
		}
	}
}
