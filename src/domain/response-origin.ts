/** Where a response came from: told once the person at work has judged the comparison. */
export interface OriginFacts {
	readonly kind: 'log' | 'model';
	/** Of the source, or the model. */
	readonly name: string;
	/** A log may name the model that answered. */
	readonly model: string | null;
	readonly server: string | null;
	readonly sampling: unknown;
}

function samplingText(sampling: unknown): string {
	if (typeof sampling !== 'object' || sampling === null) return '';
	const said = Object.entries(sampling).filter(([, value]) => value !== null);
	return said.map(([key, value]) => `${key} ${String(value)}`).join(', ');
}

/** "small-chat at http://127.0.0.1:8000 (max_tokens 1024, seed 7)", "the log chats (production-7)". */
export function originText({ kind, name, model, server, sampling }: OriginFacts): string {
	if (kind === 'log') return `the log ${name}${model === null ? '' : ` (${model})`}`;
	const drawn = samplingText(sampling);
	return `${name}${server === null || server === 'gguf' ? ', a model file' : ` at ${server}`}${drawn === '' ? '' : ` (${drawn})`}`;
}
