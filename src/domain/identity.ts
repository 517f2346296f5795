import { createHash } from 'node:crypto';
import stableStringify from 'fast-json-stable-stringify';
import type { Comparison, Message, Prompt, Side } from './comparison.ts';

/** Thrown for a value that has no canonical JSON: stable JSON would silently turn NaN into null and drop undefined. */
export class CanonicalError extends Error {
	override name = 'CanonicalError';
}

/** Depth past which a value is refused rather than risking the stack. */
const MAX_DEPTH = 200;

function canonicalValue(value: unknown, path: string, depth: number): unknown {
	if (depth > MAX_DEPTH) throw new CanonicalError(`${path}: nested deeper than ${MAX_DEPTH} levels`);
	switch (typeof value) {
		case 'string':
			return value.normalize('NFC');
		case 'number':
			if (!Number.isFinite(value)) throw new CanonicalError(`${path}: ${value} is not a finite number`);
			return value;
		case 'boolean':
			return value;
		case 'object': {
			if (value === null) return null;
			if (Array.isArray(value)) return value.map((v, i) => canonicalValue(v, `${path}[${i}]`, depth + 1));
			const out: Record<string, unknown> = Object.create(null);
			for (const [key, v] of Object.entries(value)) {
				if (v === undefined) continue;
				out[key.normalize('NFC')] = canonicalValue(v, `${path}.${key}`, depth + 1);
			}
			return out;
		}
		default:
			throw new CanonicalError(`${path}: a ${typeof value} has no JSON form`);
	}
}

/**
 * Byte-deterministic JSON: keys sorted, strings NFC-normalised, undefined keys dropped.
 * @throws CanonicalError on NaN, infinities, bigint, functions, or nesting past 200 levels.
 */
export function canonicalJson(value: unknown): string {
	return stableStringify(canonicalValue(value, '$', 0));
}

/** Stable JSON of text as stored (no normalisation): for export bytes and journal lines. */
export function stableJson(value: unknown): string {
	return stableStringify(value);
}

export function sha256(data: string | Uint8Array): string {
	return createHash('sha256').update(data).digest('hex');
}

/** Content id of anything with canonical JSON: 64 hex digits. */
export function contentId(value: unknown): string {
	return sha256(canonicalJson(value));
}

/** A message with null keys dropped and only the keys that take part in identity. */
function plainMessage(message: Message): Message {
	return {
		role: message.role,
		...(message.content == null ? {} : { content: message.content }),
		...(message.tool_calls == null ? {} : { tool_calls: message.tool_calls }),
		...(message.name == null ? {} : { name: message.name }),
	};
}

export function plainMessages(messages: readonly Message[]): Message[] {
	return messages.map(plainMessage);
}

function plainPrompt(prompt: Prompt): Prompt {
	return {
		messages: plainMessages(prompt.messages),
		...(prompt.tools == null ? {} : { tools: prompt.tools }),
	};
}

export interface Canonical {
	readonly comparison: Comparison;
	/** The response given first became side b: verdicts must turn with it. */
	readonly swapped: boolean;
}

/**
 * Puts a prompt and two responses into canonical form (rules.md, Identity).
 * @throws CanonicalError when the two responses are identical or a value has no canonical JSON.
 */
export function canonicalComparison(prompt: Prompt, first: readonly Message[], second: readonly Message[]): Canonical {
	const p = plainPrompt(prompt);
	const one = plainMessages(first);
	const two = plainMessages(second);
	const promptJson = canonicalJson(p);
	const oneJson = canonicalJson(one);
	const twoJson = canonicalJson(two);
	if (oneJson === twoJson) throw new CanonicalError('the two responses are the same');
	// `<` on strings compares UTF-16 code units, as rules.md asks.
	const swapped = twoJson < oneJson;
	const [aJson, bJson] = swapped ? [twoJson, oneJson] : [oneJson, twoJson];
	return {
		comparison: {
			id: sha256(`{"prompt":${promptJson},"responses":[${aJson},${bJson}]}`),
			promptId: sha256(promptJson),
			prompt: p,
			a: swapped ? two : one,
			b: swapped ? one : two,
		},
		swapped,
	};
}

export function otherSide(side: Side): Side {
	return side === 'a' ? 'b' : 'a';
}

/** A number in [0, 1) from a seed and a key, the same on every machine: for splits, halves, orders, coins. */
export function seededUnit(seed: string | number, key: string): number {
	const hash = createHash('sha256').update(`${seed}\u0000${key}`).digest();
	return hash.readUIntBE(0, 6) / 2 ** 48;
}
