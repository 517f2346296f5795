/**
 * `npm run performance [NAME…]`: runs the benchmarks behind the README's performance table, or those named, and writes it there, between
 * its two marks.
 * A figure is a line `FIGURE {…}` that a benchmark prints; one that was skipped (no Python package, no real editor) keeps its old row.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.ts';
import { run } from './steps.ts';

interface Figure {
	readonly work: string;
	readonly ours: string;
	/** What it is compared with, measured in the same run. */
	readonly floor: string;
	readonly ratio: number | null;
	readonly aim: string;
}

const BENCHES = ['full-run', 'bootstrap', 'near-duplicates', 'report', 'growth', 'gguf', 'export'];
const OPEN = '<!-- performance: written by npm run performance -->';
const CLOSE = '<!-- /performance -->';

function isFigure(value: unknown): value is Figure {
	const figure = value as Partial<Record<keyof Figure, unknown>> | null;
	return ['work', 'ours', 'floor', 'aim'].every((key) => typeof figure?.[key as keyof Figure] === 'string');
}

/** The figures in what a benchmark printed; other lines are for people. */
export function figuresIn(output: string): Figure[] {
	return output.split('\n').flatMap((line) => {
		if (!line.startsWith('FIGURE ')) return [];
		const parsed: unknown = JSON.parse(line.slice('FIGURE '.length));
		if (!isFigure(parsed)) throw new Error(`A benchmark printed a figure without work, ours, floor or aim: ${line}`);
		return [parsed];
	});
}

function row({ work, ours, floor, ratio, aim }: Figure): string {
	// Under 2 the second decimal decides about aims such as ≥ 1.8×.
	const times = ratio === null ? '' : `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio < 2 ? 2 : 1)}×`;
	return `| ${work} | ${ours} | ${floor} | ${times} | ${aim} |`;
}

/** The README with the table's rows replaced; a row whose work was not measured this time stays. @throws Error without the marks */
export function withTable(readme: string, figures: readonly Figure[], where: string): string {
	const [before, rest] = readme.split(OPEN);
	const [old, after] = (rest ?? '').split(CLOSE);
	if (before === undefined || old === undefined || after === undefined) {
		throw new Error(`README.md lacks the marks ${OPEN} and ${CLOSE}.`);
	}
	const rows = new Map<string, string>();
	for (const line of old.split('\n')) {
		const work = /^\| (.+?) \|/.exec(line)?.[1];
		if (work !== undefined && work !== 'work' && !work.startsWith('---')) rows.set(work, line);
	}
	for (const figure of figures) rows.set(figure.work, row(figure));
	const table = ['| work | Pairwright | compared with | ratio | aim |', '|---|---|---|---|---|', ...rows.values()];
	return `${before}${OPEN}\n${where}\n\n${table.join('\n')}\n${CLOSE}${after}`;
}

if (import.meta.main) {
	const figures: Figure[] = [];
	const named = process.argv.slice(2);
	const unknown = named.filter((name) => !BENCHES.includes(name));
	if (unknown.length > 0) throw new Error(`The table has no benchmark ${unknown.join(', ')}: ${BENCHES.join(', ')}.`);
	for (const name of BENCHES.filter((each) => named.length === 0 || named.includes(each))) {
		process.stdout.write(`\n${name}\n`);
		const { code, output } = await run(process.execPath, ['--expose-gc', join(root, `test/bench/${name}.bench.ts`)]);
		process.stdout.write(output);
		if (code !== 0) process.exitCode = 1;
		figures.push(...figuresIn(output));
	}
	const path = join(root, 'README.md');
	const where = `Medians on ${availableParallelism()} cores, Node ${process.versions.node.split('.')[0]}; each ratio from one run.`;
	writeFileSync(path, withTable(readFileSync(path, 'utf8'), figures, where));
	process.stdout.write(`\n${figures.length} figures written to README.md.\n`);
}
