import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { openChunks } from '../formats/chunks.ts';
import { parsedRows } from '../formats/parsed-rows.ts';
import { RowError, refuse } from '../formats/row-error.ts';
import { UserError } from '../protocol/errors.ts';
import { type InSampleSolution, solveInSample } from '../scoring/in-sample.ts';
import { EXIT } from './context.ts';
import { fixed, plain, plural } from './format.ts';
import { example, numberBetween, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Refused rows that are named on a screen; `--json` names up to 1,000. */
const NAMED = 20;
const NAMED_JSON = 1000;

/** A certificate above this is said aloud: the solution is then not exact to the digits shown. */
const CERTIFIED = 1e-7;

interface Options {
	readonly lambdas: readonly number[];
	readonly margin: number;
	readonly ridge: number;
}

interface Rejected {
	readonly line: number;
	readonly reason: string;
}

interface Differences {
	readonly width: number;
	readonly train: Float64Array;
	readonly heldout: Float64Array;
	readonly rejected: readonly Rejected[];
	readonly refused: number;
}

const lambdaList = (text: string): number[] => {
	const parse = numberBetween(0, 1);
	const values = text.split(',').map((each) => parse(each));
	return [...new Set(values)];
};

const above = (text: string): number => {
	const value = numberBetween(0, Number.POSITIVE_INFINITY)(text);
	if (value === 0)
		throw new InvalidArgumentError('Expected a number above 0: without a ridge there may be no solution.');
	return value;
};

export function registerFrontier(program: Command): void {
	program
		.command('frontier')
		.description('exact GDPO solutions in sample, on feature differences of your own; needs no workspace')
		.argument(
			'<file>',
			'JSON Lines of {"split":"train"|"heldout","x":[…]}, x = chosen − rejected; - reads standard input',
		)
		.requiredOption(
			'--lambdas <list>',
			'weights of the held-out excess, each from 0 to 1, with commas between',
			lambdaList,
		)
		.option('--margin <x>', 'held-out excess that costs nothing, nats', numberBetween(0, Number.POSITIVE_INFINITY), 0)
		.requiredOption('--ridge <x>', 'ρ of ½ρ‖θ‖², above 0', above)
		.addHelpText('after', example('frontier differences.jsonl --lambdas 0,0.1,0.5,1 --margin 0.05 --ridge 0.01 --json'))
		.action(
			perform<Options>(async (context, [file], { lambdas, margin, ridge }) => {
				const data = await readDifferences(file!);
				const solutions = solveInSample({ ...data, margin, ridge }, lambdas);
				for (const { line, reason } of data.rejected.slice(0, NAMED)) context.warn(`${file}: line ${line}: ${reason}`);
				if (data.refused > NAMED) context.warn(`… and ${plural(data.refused - NAMED, 'more row')}, left out.`);
				const loose = solutions.filter(({ certificate }) => certificate > CERTIFIED);
				if (loose.length > 0) {
					context.warn(
						`λ ${loose.map(({ lambda }) => plain(lambda)).join(', ')}: solved only to the certificate shown; scale the features or raise the ridge.`,
					);
				}
				context.exitCode = data.refused > 0 ? EXIT.partly : EXIT.done;
				context.result(
					{
						solutions: solutions.map(document),
						...(data.refused > 0 ? { rejected: data.rejected } : {}),
					},
					(terminal) => solutionsText(terminal, data, solutions),
				);
			}),
		);
}

function document({ lambda, s, theta, trainLoss, heldoutLoss, gap, objective, certificate }: InSampleSolution) {
	return {
		lambda,
		s,
		theta: [...theta],
		train_loss: trainLoss,
		heldout_loss: heldoutLoss,
		gap,
		objective,
		certificate,
	};
}

/** Numbers of rows of one length, one after the other. */
class RowStore {
	#values = new Float64Array(4096);
	#size = 0;

	add(row: readonly number[]): void {
		if (this.#size + row.length > this.#values.length) {
			const larger = new Float64Array(Math.max(this.#values.length * 2, this.#size + row.length));
			larger.set(this.#values);
			this.#values = larger;
		}
		this.#values.set(row, this.#size);
		this.#size += row.length;
	}

	finish(): Float64Array {
		return this.#values.subarray(0, this.#size);
	}
}

/**
 * Rows of one length; the first usable row says which. Rows that cannot be used are named and left out.
 * @throws UserError `unusable-input` where there is no file, or no usable row on one of the two sides
 */
async function readDifferences(file: string): Promise<Differences> {
	const source = file === '-' ? { chunks: process.stdin } : await openChunks(resolve(file));
	const sides = { train: new RowStore(), heldout: new RowStore() };
	const rejected: Rejected[] = [];
	let refused = 0;
	let first: { readonly line: number; readonly width: number } | null = null;
	const use = (line: number, row: Readonly<Record<string, unknown>>): void => {
		const { split, x } = row;
		if (split !== 'train' && split !== 'heldout') refuse('split', '"train" or "heldout"', split);
		if (!Array.isArray(x) || x.length === 0) refuse('x', 'a list of numbers', x);
		const wrong = x.findIndex((value) => typeof value !== 'number');
		if (wrong >= 0) refuse(`x[${wrong}]`, 'a number', x[wrong]);
		if (first !== null && x.length !== first.width) {
			refuse('x', `a list of ${first.width} as in line ${first.line}`, x);
		}
		first ??= { line, width: x.length };
		sides[split].add(x);
	};
	for await (const batch of parsedRows(file === '-' ? 'standard input' : file, source)) {
		for (const { line, row, reason } of batch) {
			let why = reason;
			if (row !== null) {
				try {
					use(line, row);
					continue;
				} catch (error) {
					if (!(error instanceof RowError)) throw error;
					why = error.message;
				}
			}
			refused++;
			if (rejected.length < NAMED_JSON) rejected.push({ line, reason: why });
		}
	}
	const [train, heldout] = [sides.train.finish(), sides.heldout.finish()];
	if (first === null || train.length === 0 || heldout.length === 0) {
		const missing = train.length === 0 ? 'train' : 'heldout';
		const why = rejected.slice(0, 3).map(({ line, reason }) => ` Line ${line}: ${reason}.`);
		throw new UserError(
			'unusable-input',
			`${file === '-' ? 'Standard input' : file} has no usable row with "split":"${missing}"; a frontier needs rows of both, each {"split":"train"|"heldout","x":[numbers]}.${why.join('')}`,
		);
	}
	return { width: (first as { width: number }).width, train, heldout, rejected, refused };
}

function solutionsText(
	terminal: Terminal,
	{ width, train, heldout }: Differences,
	solutions: readonly InSampleSolution[],
): string {
	const table = renderTable(
		terminal,
		['λ', 's', 'train loss', 'held-out loss', 'gap', 'objective', 'certificate'].map((title) => ({
			title,
			align: 'right' as const,
		})),
		solutions.map(({ lambda, s, trainLoss, heldoutLoss, gap, objective, certificate }) => [
			plain(lambda),
			fixed(s, 4),
			fixed(trainLoss, 6),
			fixed(heldoutLoss, 6),
			fixed(gap, 6),
			fixed(objective, 6),
			certificate.toExponential(1),
		]),
	);
	return `${table}\n\n${plural(train.length / width, 'train row')}, ${plural(heldout.length / width, 'held-out row')}, ${plural(width, 'feature')}. In sample: these losses are of the rows that were fitted. Weights: --json.`;
}
