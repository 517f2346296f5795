import type { Draw } from './draw.ts';
import type { Frame, Issue } from './texts/issue.ts';

/** How the two responses of a comparison differ. */
export type Contrast = 'long-short' | 'weak-long' | 'weak-short' | 'same-length';

export interface ComposedPair {
	readonly text: string;
	readonly longer: string;
	readonly shorter: string;
	/** What each says, apart from its length: 1 helps, −1 does not. */
	readonly quality: { readonly longer: number; readonly shorter: number };
	readonly contrast: Contrast;
}

/** Draws before giving up on a text that nothing else in the demo has. Bounds the loop; a failure is a defect of the texts. */
const TRIES = 200;
/** Prompts must stay clear of the 0.8 from which they count as near-duplicates. */
const MAX_SIMILARITY = 0.7;

/** Keeps every text of the demo different, so that the only copies are the planted ones. */
export class Composer {
	readonly #responses = new Set<string>();
	readonly #prompts = new Map<string, Set<string>[]>();

	/** One question of an issue with two answers. */
	pair(draw: Draw, issue: Issue, frame: Frame, contrast: Contrast): ComposedPair {
		const text = this.#prompt(draw.in('prompt'), issue, frame);
		const long = () => this.#fresh(draw.in('long'), (d) => longAnswer(d, issue, frame));
		const short = () => this.#fresh(draw.in('short'), (d) => shortAnswer(d, issue, frame));
		const weak = (length: 'long' | 'short') => this.#fresh(draw.in('weak'), (d) => weakAnswer(d, issue, frame, length));
		switch (contrast) {
			case 'weak-long':
				return { text, longer: weak('long'), shorter: short(), quality: { longer: -1, shorter: 1 }, contrast };
			case 'weak-short':
				return { text, longer: long(), shorter: weak('short'), quality: { longer: 1, shorter: -1 }, contrast };
			case 'same-length': {
				const list = this.#fresh(draw.in('list'), (d) => listAnswer(d, issue, frame));
				const prose = this.#fresh(draw.in('prose'), (d) => shortAnswer(d, issue, frame, issue.steps.length));
				const [longer, shorter] = list.length >= prose.length ? [list, prose] : [prose, list];
				return { text, longer, shorter, quality: { longer: 1, shorter: 1 }, contrast };
			}
			case 'long-short':
				return { text, longer: long(), shorter: short(), quality: { longer: 1, shorter: 1 }, contrast };
		}
	}

	#prompt(draw: Draw, issue: Issue, frame: Frame): string {
		const others = this.#prompts.get(issue.id) ?? [];
		this.#prompts.set(issue.id, others);
		for (let i = 0; i < TRIES; i++) {
			const question = draw.pick(`question/${i}`, issue.questions);
			const text = [draw.pick(`context/${i}`, frame.contexts), question, draw.pick(`detail/${i}`, frame.details)]
				.filter((part) => part !== '')
				.join(' ');
			const grams = fiveGrams(text);
			if (others.every((other) => jaccard(grams, other) < MAX_SIMILARITY)) {
				others.push(grams);
				return text;
			}
		}
		throw new Error(`${issue.id}: no further prompt in ${TRIES} draws`);
	}

	#fresh(draw: Draw, make: (draw: Draw) => string): string {
		for (let i = 0; i < TRIES; i++) {
			const text = make(draw.in(i));
			if (this.#responses.has(text)) continue;
			this.#responses.add(text);
			return text;
		}
		throw new Error(`no further response in ${TRIES} draws`);
	}
}

const isBlock = (text: string): boolean => text.startsWith('```');

/** Sentences in a row; code blocks stand by themselves. */
function join(parts: readonly string[]): string {
	let out = '';
	for (const part of parts) {
		if (part === '') continue;
		out += out === '' ? part : `${isBlock(part) || out.endsWith('```') ? '\n\n' : ' '}${part}`;
	}
	return out;
}

function shortAnswer(draw: Draw, issue: Issue, frame: Frame, count?: number): string {
	const wanted = count ?? (draw.chance('two', 0.6) ? 2 : 1);
	const kept = new Set(draw.shuffle('steps', issue.steps).slice(0, wanted));
	// The first step carries the answer; in the rare short one without it, the second does.
	if (count === undefined && draw.chance('first', 0.8)) kept.add(issue.steps[0]!);
	const start = draw.pick('start', frame.starts);
	const steps = issue.steps.filter((step) => kept.has(step));
	return isBlock(steps[0] ?? '') && start !== '' ? `${start.trim()}\n\n${join(steps)}` : `${start}${join(steps)}`;
}

function listAnswer(draw: Draw, issue: Issue, frame: Frame): string {
	const numbered = draw.chance('numbered', 0.5);
	const items = issue.steps.map((step, i) =>
		isBlock(step) ? `\n${step}\n` : `${numbered ? `${i + 1}.` : '-'} ${step}`,
	);
	return `${draw.pick('lead', frame.leads)}\n\n${items.join('\n').trim()}`;
}

/** The same steps, wrapped in what says little. */
function longAnswer(draw: Draw, issue: Issue, frame: Frame): string {
	const padding = draw.shuffle('padding', frame.padding);
	const opener = draw.pick('opener', frame.openers);
	const closer = draw.pick('closer', frame.closers);
	const few = draw.chance('few', 0.4) ? issue.steps.slice(0, 3) : issue.steps;
	const body = draw.chance('list', 0.55) ? listAnswer(draw.in('list'), { ...issue, steps: few }, frame) : join(few);
	const before = padding.slice(0, draw.chance('before', 0.5) ? 2 : 1).join(' ');
	const after = padding.slice(2, draw.chance('after', 0.5) ? 4 : 3).join(' ');
	return `${opener} ${before}\n\n${body}\n\n${after} ${closer}`;
}

function weakAnswer(draw: Draw, issue: Issue, frame: Frame, length: 'long' | 'short'): string {
	const padding = draw.shuffle('padding', frame.padding);
	if (length === 'short') return draw.chance('bare', 0.3) ? issue.weak : join([issue.weak, padding[0]!]);
	return `${draw.pick('opener', frame.openers)} ${padding.slice(0, 2).join(' ')}\n\n${issue.weak} ${padding[2]!}\n\n${draw.pick('closer', frame.closers)}`;
}

/** Shingles of five words, lower case; of a shorter text the whole text. */
export function fiveGrams(text: string): Set<string> {
	const words = text
		.normalize('NFKC')
		.toLowerCase()
		.split(/\s+/u)
		.filter((word) => word !== '');
	const grams = new Set<string>();
	for (let i = 0; i + 5 <= words.length; i++) grams.add(words.slice(i, i + 5).join(' '));
	if (grams.size === 0) grams.add(words.join(' '));
	return grams;
}

/** Shared part of two sets, 0 to 1. */
export function jaccard(one: ReadonlySet<string>, two: ReadonlySet<string>): number {
	let shared = 0;
	for (const gram of one) if (two.has(gram)) shared++;
	return shared / (one.size + two.size - shared);
}
