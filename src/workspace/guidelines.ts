import { readFileSync } from 'node:fs';
import { sha256 } from '../domain/identity.ts';

/** What a new workspace starts with: short enough to be read before the first pair, and meant to be edited. */
export const GUIDELINES = `# Guidelines for judging

You see one prompt and two responses. Say which response serves the person who wrote the prompt better.

1. **Read the whole prompt first**, then both responses to the end. The order is random and means nothing.
2. **Correct beats pleasant.** A wrong fact, a wrong result or an invented source costs more than a clumsy sentence.
3. **Do what was asked.** All of it, in the form that was asked for, and nothing that was ruled out.
4. **Length is not quality.** Prefer the shorter response when both say the same; prefer the longer one only for what it adds.
5. **Confidence is not quality.** A response that says what it does not know is better than one that sounds sure and is wrong.
6. **Refusals.** Refusing a harmless request is a failure; so is helping to do harm.

## The verdicts

- **Left / right**: one is better. *Slightly*: you would not mind the other. *Clearly*: the usual case. *Much*: the other is a failure.
- **Tie**: you would be equally happy with either.
- **Both bad**: neither should be shown to anyone. Such a pair is used in no training.
- **Later**: the pair comes back at the end of your queue.
- **Cannot judge**: the language, the subject or the content is not for you; others will see it.

Do not use another model to decide. When these rules do not settle a case, note why: that is how they get better.
`;

export interface Guidelines {
	readonly path: string;
	readonly sha256: string;
	readonly text: string;
}

export function readGuidelines(path: string): Guidelines | null {
	try {
		const text = readFileSync(path, 'utf8');
		return { path, sha256: sha256(text), text };
	} catch {
		return null;
	}
}
