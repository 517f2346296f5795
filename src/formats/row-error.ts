/** Why one row cannot be used. `message` reads «field: expected X, found Y»; the line is added by whoever knows it. */
export class RowError extends Error {
	override name = 'RowError';
}

/** Longest piece of a person's text that a message repeats. */
const MAX_QUOTED = 40;

/** What was found, in words: `the number 5`, `a list of 3`, `the text "abc"`, `nothing`. */
export function found(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (value === null) return 'null';
	if (typeof value === 'string') {
		if (value === '') return 'an empty text';
		const points = [...value.slice(0, MAX_QUOTED * 2)];
		const cut = value.length > MAX_QUOTED * 2 || points.length > MAX_QUOTED;
		return `the text ${JSON.stringify(cut ? `${points.slice(0, MAX_QUOTED).join('')}…` : value)}`;
	}
	if (typeof value === 'number') return `the number ${value}`;
	if (typeof value === 'boolean') return String(value);
	if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
	return `an object${keysOf(value as object)}`;
}

function keysOf(value: object): string {
	const keys = Object.keys(value);
	if (keys.length === 0) return ' without keys';
	const shown = keys.slice(0, 6).map((k) => (k.length > 24 ? `${k.slice(0, 24)}…` : k));
	return ` with ${shown.join(', ')}${keys.length > shown.length ? ', …' : ''}`;
}

/** @throws RowError always: `field: expected X, found Y`. */
export function refuse(field: string, expected: string, value: unknown): never {
	throw new RowError(`${field}: expected ${expected}, found ${found(value)}`);
}
