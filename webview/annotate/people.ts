import type { Side } from '../../src/domain/comparison.ts';
import type { Judgment } from '../../src/domain/judgment.ts';
import { describe, toScreen } from './verdict.ts';

/** Names that people gave themselves, by handle. */
type Names = Readonly<Record<string, string>>;

/** "Ana Lima (ana)": two people may give themselves one name. */
export function nameOf(person: string, names: Names = {}): string {
	const name = names[person];
	return name === undefined || name === person ? person : `${name} (${person})`;
}

/** Who said it, as people know it. */
export function whoSaid(annotator: string, names: Names = {}): string {
	if (annotator.startsWith('source:')) return `label of ${annotator.slice(7)}`;
	if (annotator.startsWith('model:')) return `${annotator.slice(6)} (a machine judge)`;
	return nameOf(annotator, names);
}

/** "right, slightly", as it stood on my screen. */
export function saidWhat({ verdict, strength }: Judgment, leftSide: Side): string {
	const choice = toScreen(verdict, leftSide);
	return describe(strength === undefined ? { choice } : { choice, strength });
}

/** The latest judgment of each person. */
export function latestOfEach(judgments: readonly Judgment[]): Judgment[] {
	const latest = new Map<string, Judgment>();
	for (const judgment of judgments) {
		const known = latest.get(judgment.annotator);
		if (known === undefined || (judgment.at ?? '') >= (known.at ?? '')) latest.set(judgment.annotator, judgment);
	}
	return [...latest.values()];
}
