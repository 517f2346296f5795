function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasExactly(value: Readonly<Record<string, unknown>>, texts: readonly string[]): boolean {
	const keys = Object.keys(value);
	return keys.length === texts.length && texts.every((key) => typeof value[key] === 'string');
}

/** A call of the chat API's shape and nothing more: {id, type, function: {name, arguments}}, all texts. */
export function isFunctionCall(value: unknown): boolean {
	if (!isObject(value) || !isObject(value.function)) return false;
	const { function: called, ...rest } = value;
	return (
		hasExactly(rest, ['id', 'type']) && hasExactly(called as Readonly<Record<string, unknown>>, ['name', 'arguments'])
	);
}
