/**
 * `npm run bench [NAME…]` runs test/bench/NAME.bench.ts, `npm run simulate [NAME…]` test/simulation/NAME.simulation.ts: all of them
 * without a name, one after the other. What follows `--` goes to each.
 */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.ts';
import { run } from './steps.ts';

const KINDS = {
	bench: { folder: 'test/bench', ending: '.bench.ts', title: 'Benchmarks' },
	simulate: { folder: 'test/simulation', ending: '.simulation.ts', title: 'Simulations' },
} as const;

const [kindName = '', ...given] = process.argv.slice(2);
if (!(kindName in KINDS)) throw new Error(`bench.ts runs ${Object.keys(KINDS).join(' or ')}, not "${kindName}"`);
const kind = KINDS[kindName as keyof typeof KINDS];
// npm takes the `--` away: the first option ends the names.
const cut = given.findIndex((argument) => argument.startsWith('-'));
const wanted = cut < 0 ? given : given.slice(0, cut);
const passed = cut < 0 ? [] : given.slice(given[cut] === '--' ? cut + 1 : cut);
const files = globSync(`${kind.folder}/*${kind.ending}`, { cwd: root }).sort();
const nameOf = (file: string): string => basename(file, kind.ending);
const unknown = wanted.filter((name) => !files.some((file) => nameOf(file) === name));
process.stdout.write(`${kind.title}: ${files.map(nameOf).join(', ') || 'none'}\n`);
if (unknown.length > 0) {
	process.stderr.write(`There is none called ${unknown.join(', ')}.\n`);
	process.exitCode = 1;
} else {
	for (const file of files.filter((each) => wanted.length === 0 || wanted.includes(nameOf(each)))) {
		process.stdout.write(`\n${nameOf(file)}\n`);
		const { code } = await run(process.execPath, ['--expose-gc', join(root, file), ...passed], { output: 'inherit' });
		if (code !== 0) process.exitCode = 1;
	}
}
