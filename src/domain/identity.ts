import { hash } from 'node:crypto';
import stableStringify from 'fast-json-stable-stringify';
import type { Comparison, Message, Prompt, Side } from './comparison.ts';

/** Thrown for a value that has no canonical JSON: stable JSON would silently turn NaN into null and drop undefined. */
export class CanonicalError extends Error {
	override name = 'CanonicalError';
}

/** Depth past which a value is refused rather than risking the stack. */
const MAX_DEPTH = 200;

const WORD = /^\w*$/u;

/** Writes canonical JSON in one pass; `path` is the way to `value`, for errors only. */
function write(value: unknown, path: (string | number)[]): string {
	if (path.length > MAX_DEPTH) throw new CanonicalError(`${pathText(path)}: nested deeper than ${MAX_DEPTH} levels`);
	switch (typeof value) {
		case 'string':
			// Ids, of which an event may name a hundred thousand: the same bytes.
			return value.length === 64 && WORD.test(value) ? `"${value}"` : JSON.stringify(value.normalize('NFC'));
		case 'number':
			if (!Number.isFinite(value)) throw new CanonicalError(`${pathText(path)}: ${value} is not a finite number`);
			return String(value);
		case 'boolean':
			return String(value);
		case 'object': {
			if (value === null) return 'null';
			return Array.isArray(value) ? writeList(value, path) : writeObject(value, path);
		}
		default:
			throw new CanonicalError(`${pathText(path)}: a ${typeof value} has no JSON form`);
	}
}

function writeList(list: readonly unknown[], path: (string | number)[]): string {
	let out = '[';
	for (let i = 0; i < list.length; i++) {
		path.push(i);
		out += (i === 0 ? '' : ',') + write(list[i], path);
		path.pop();
	}
	return `${out}]`;
}

/** Keys met before, as JSON; only plain ones (ASCII letters, digits, `_`), which normalising leaves as they are. */
const plainKeys = new Map<string, string>();
const PLAIN = /^\w{1,40}$/u;
const MOST_KEYS = 1_000;

function plainKey(key: string): string | undefined {
	const known = plainKeys.get(key);
	if (known !== undefined || !PLAIN.test(key)) return known;
	const json = `"${key}":`;
	if (plainKeys.size < MOST_KEYS) plainKeys.set(key, json);
	return json;
}

/** The same bytes as below for an object whose keys are all plain: nearly every event, and a fold spends much of its time here. */
function writePlain(
	object: Readonly<Record<string, unknown>>,
	keys: readonly string[],
	path: (string | number)[],
): string {
	let out = '{';
	for (const key of keys) {
		const value = object[key];
		if (value === undefined) continue;
		path.push(key);
		out += `${out === '{' ? '' : ','}${plainKey(key)}${write(value, path)}`;
		path.pop();
	}
	return `${out}}`;
}

function writeObject(object: object, path: (string | number)[]): string {
	const keys = Object.keys(object).sort();
	if (keys.every((key) => plainKey(key) !== undefined))
		return writePlain(object as Readonly<Record<string, unknown>>, keys, path);
	const values = new Map<string, unknown>();
	for (const [key, value] of Object.entries(object)) if (value !== undefined) values.set(key.normalize('NFC'), value);
	let out = '{';
	for (const key of [...values.keys()].sort()) {
		path.push(key);
		out += `${out === '{' ? '' : ','}${JSON.stringify(key)}:${write(values.get(key), path)}`;
		path.pop();
	}
	return `${out}}`;
}

function pathText(path: readonly (string | number)[]): string {
	return `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')}`;
}

/**
 * Byte-deterministic JSON: keys sorted, strings NFC-normalised, undefined keys dropped.
 * @throws CanonicalError on NaN, infinities, bigint, functions, or nesting past 200 levels.
 */
export function canonicalJson(value: unknown): string {
	return write(value, []);
}

/** Stable JSON of text as stored (no normalisation): for export bytes and journal lines. */
export function stableJson(value: unknown): string {
	return stableStringify(value);
}

export function sha256(data: string | Uint8Array): string {
	return hash('sha256', data, 'hex');
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

/**
 * Canonical JSON of plain messages. Nearly all are a role and a text, whose keys need no sorting: most of an import's time
 * is spent here.
 */
function messagesJson(messages: readonly Message[]): string {
	let out = '[';
	for (const message of messages) {
		if (out !== '[') out += ',';
		const { role, content, tool_calls, name } = message;
		out +=
			typeof content !== 'string' || tool_calls !== undefined || name !== undefined
				? canonicalJson(message)
				: `{"content":${JSON.stringify(content.normalize('NFC'))},"role":${JSON.stringify(role.normalize('NFC'))}}`;
	}
	return `${out}]`;
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
	const tools = p.tools === undefined ? '' : `,"tools":${canonicalJson(p.tools)}`;
	const promptJson = `{"messages":${messagesJson(p.messages)}${tools}}`;
	const oneJson = messagesJson(one);
	const twoJson = messagesJson(two);
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

/** Id of a response by itself: 64 hex digits over its canonical messages. */
export function responseId(response: readonly Message[]): string {
	return sha256(messagesJson(plainMessages(response)));
}

/** Id of a prompt: 64 hex digits over {prompt, tools}. @throws CanonicalError */
export function promptId(prompt: Prompt): string {
	const p = plainPrompt(prompt);
	const tools = p.tools === undefined ? '' : `,"tools":${canonicalJson(p.tools)}`;
	return sha256(`{"messages":${messagesJson(p.messages)}${tools}}`);
}

export function otherSide(side: Side): Side {
	return side === 'a' ? 'b' : 'a';
}

/** A number in [0, 1) from a seed and a key, the same on every machine: for splits, halves, orders, coins. */
export function seededUnit(seed: string | number, key: string): number {
	return hash('sha256', `${seed}\u0000${key}`, 'buffer').readUIntBE(0, 6) / 2 ** 48;
}
