import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../protocol/errors.ts';

/** Scripts, launch files and words that every bundle holds, as they are shipped. */
export const TEMPLATES = [
	'README.md',
	'axolotl.yml',
	'bundle_data.py',
	'gdpo_trainer.py',
	'launch/deepspeed.yaml',
	'launch/fsdp.yaml',
	'launch/one-gpu.yaml',
	'memorising_stop.py',
	'requirements.txt',
	'score_hf.py',
	'train_gdpo.py',
] as const;

/** `media/bundle`, from the bundled programs in dist/ or from the sources. */
export function templateFolder(): string {
	const candidates = ['../media/bundle', '../../../media/bundle'].map((path) => join(import.meta.dirname, path));
	const found = candidates.find((folder) => existsSync(join(folder, 'train_gdpo.py')));
	if (found === undefined || readdirSync(found).length === 0) {
		throw new UserError(
			'environment',
			`The files of training bundles are missing from this installation (looked in ${candidates.join(', ')}). Install Pairwright again.`,
		);
	}
	return found;
}

/**
 * Text of each file by its name in a bundle. `{{name}}` in README.md becomes the value of that name; the others are taken as they are.
 * Line ends are LF, wherever the installation was checked out.
 */
export function readTemplates(values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
	const folder = templateFolder();
	return new Map(
		TEMPLATES.map((name) => {
			const text = readFileSync(join(folder, ...name.split('/')), 'utf8').replaceAll('\r\n', '\n');
			return [name, name === 'README.md' ? filled(text, values) : text];
		}),
	);
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
	return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
		const value = values[name];
		if (value === undefined) throw new Error(`README.md of bundles names ${name}, which no export fills in`);
		return value;
	});
}
