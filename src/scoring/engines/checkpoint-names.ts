const parts = (path: string): string[] => path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');

/**
 * Names for files in a run: base names without extension; where two would be called the same, as much of their folders as tells them apart.
 * The same file twice keeps the same name twice.
 * @param base a file's name → what stays of it
 */
export function namesOfFiles(paths: readonly string[], base: (file: string) => string): string[] {
	const all = paths.map(parts);
	const name = (of: readonly string[], folders: number): string => {
		const at = of.length - 1;
		return [...of.slice(Math.max(0, at - folders), at), base(of[at] ?? '')].join('/');
	};
	return all.map((own, i) => {
		const others = all.filter((_, j) => paths[j] !== paths[i]);
		for (let folders = 0; folders < own.length; folders++) {
			const mine = name(own, folders);
			if (others.every((other) => name(other, folders) !== mine)) return mine;
		}
		return own.join('/');
	});
}

/** `model-f16.gguf` → `model-f16`; of a model cut into several files the first is named, without its number. */
export function ggufName(file: string): string {
	return file.replace(/\.gguf$/i, '').replace(/-00001-of-\d{5}$/, '');
}

/** `logps.dpo-step50.jsonl.gz` → `dpo-step50`. */
export function logprobsName(file: string): string {
	const bare = file.replace(/\.gz$/i, '').replace(/\.(jsonl|ndjson|json)$/i, '');
	return bare.replace(/^(logps|logprobs)[.\-_](?=.)/i, '');
}
