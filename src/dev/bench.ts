/** `npm run bench [NAME…]`: runs test/bench/NAME.bench.ts, all of them without a name, one after the other. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.ts';
import { run } from './steps.ts';

const benches = globSync('test/bench/*.bench.ts', { cwd: root }).sort();
const nameOf = (file: string): string => basename(file, '.bench.ts');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((file) => nameOf(file) === name));
process.stdout.write(`Benchmarks: ${benches.map(nameOf).join(', ') || 'none'}\n`);
if (unknown.length > 0) {
	process.stderr.write(`There is no benchmark ${unknown.join(', ')}.\n`);
	process.exitCode = 1;
} else {
	for (const file of benches.filter((each) => wanted.length === 0 || wanted.includes(nameOf(each)))) {
		process.stdout.write(`\n${nameOf(file)}\n`);
		const { code } = await run(process.execPath, ['--expose-gc', join(root, file)], { output: 'inherit' });
		if (code !== 0) process.exitCode = 1;
	}
}
