/** Folders with data, made by the command line before an editor opens them. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const cli = resolve(import.meta.dirname, '../../../src/cli.ts');

/** Runs the command line on a folder, as a user without any state of their own. */
export function runCli(workspace: string, ...args: readonly string[]): string {
	const home = mkdtempSync(join(tmpdir(), 'pairwright-cli-home-'));
	try {
		const env = { ...process.env, HOME: home, PAIRWRIGHT_STATE: join(home, 'state'), PAIRWRIGHT_ANNOTATOR: 'mira' };
		return execFileSync(process.execPath, [cli, ...args, '--workspace', workspace, '--quiet'], {
			env,
			encoding: 'utf8',
		});
	} finally {
		rmSync(home, { recursive: true, force: true });
	}
}

/** Events of a type in all journals of a folder, as they stand on disk. */
export function journalEvents<Line extends { readonly type: string }>(workspace: string, type: Line['type']): Line[] {
	return globSync('.pairwright/journal/*/*.jsonl', { cwd: workspace })
		.flatMap((file) => readFileSync(join(workspace, file), 'utf8').split('\n'))
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Line)
		.filter((line) => line.type === type);
}

/** The demo's data in a folder. */
export function makeDemo(workspace: string): void {
	runCli(workspace, 'init', '--demo');
}

const THINGS = [
	'kettle',
	'drill',
	'tent',
	'bicycle',
	'oven',
	'camera',
	'violin',
	'stove',
	'rucksack',
	'radio',
	'lamp',
	'boat',
];
const TROUBLES = [
	'makes a noise',
	'smells of smoke',
	'came without a lid',
	'has lost a screw',
	'will not switch on',
	'leaks',
];
const PLACES = [
	...Array<{ split: string }>(3).fill({ split: 'train' }),
	...Array<{ split: string }>(3).fill({ split: 'eval' }),
	...Array<{ split: string; half: string }>(3).fill({ split: 'heldout', half: 'R' }),
	...Array<{ split: string; half: string }>(2).fill({ split: 'heldout', half: 'E' }),
	...Array<{ split: string }>(2).fill({ split: 'retention' }),
];

/** A file of 78 short judged pairs in every split: enough for each number to have an interval, few enough to score in seconds. */
export function writeSmall(folder: string, annotators: readonly string[] = ['mira']): string {
	const rows = TROUBLES.flatMap((trouble, i) =>
		PLACES.map((place, j) => {
			const thing = THINGS[(i * 5 + j) % THINGS.length] ?? '';
			const verdict = (i + j) % 4 === 0 ? 'b' : 'a';
			return {
				prompt: `My ${thing} number ${i * PLACES.length + j + 1} ${trouble}. What now?`,
				response_a: `Please send the ${thing} back to us. You get a new one, and we pay for the parcel.`,
				response_b: `Many a ${thing} does that, I guess.`,
				judgments: annotators.map((annotator) => ({ annotator, verdict })),
				...place,
			};
		}),
	);
	const file = join(folder, 'pairs.jsonl');
	writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	return file;
}

/** A folder with those pairs. */
export function makeSmall(workspace: string): void {
	runCli(workspace, 'init');
	runCli(workspace, 'import', writeSmall(workspace));
}
