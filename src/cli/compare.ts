import type { Command } from 'commander';
import { differenceSentence, isDistinct } from '../domain/difference-words.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { UserError } from '../protocol/errors.ts';
import type { RunComparison, RunSide } from '../protocol/runs.ts';
import { bounds, count, fixed, NONE, oneLine, plural, shortId, signed } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import { bullet, type Terminal, wrap } from './terminal.ts';

/** Flipped pairs on a terminal: a taste; `--json` has them all. */
const FLIPS = 10;

/** `RUN` or `RUN:CHECKPOINT`; a run's id holds no colon, a checkpoint's name may. */
export function parseSide(text: string): RunSide {
	const at = text.indexOf(':');
	if (at === -1) return { run: text };
	const [run, checkpoint] = [text.slice(0, at), text.slice(at + 1)];
	if (run === '' || checkpoint === '') {
		throw new UserError('usage', `"${text}": expected RUN or RUN:CHECKPOINT.`);
	}
	return { run, checkpoint };
}

/** Differences of runs, or of a run's checkpoints, against the first one named. */
export function registerCompare(program: Command): void {
	program
		.command('compare')
		.description(
			'paired differences of runs or checkpoints against the first one, with intervals, and the pairs that flipped',
		)
		.argument(
			'<runs...>',
			'RUN or RUN:CHECKPOINT, the baseline first; RUN is an id, a unique beginning of it, or latest',
		)
		.addHelpText('after', example('compare 20260102 latest', 'compare latest:step100 latest:step200 --json'))
		.action(
			perform(async (context, args) => {
				if (args.length < 2) throw new UserError('usage', 'Name two runs or more: the baseline, then what to compare.');
				const [baseline, ...others] = args.map(parseSide);
				const api = await context.open();
				const comparisons: RunComparison[] = [];
				for (const other of others) comparisons.push(await api.compare(baseline!, other));
				context.result(compareDocument(comparisons), (terminal) => compareText(terminal, comparisons));
			}),
		);
}

/** The contract's document: one entry a difference, each naming its run; beside it what flipped and what was left out. */
function compareDocument(comparisons: readonly RunComparison[]): object {
	return {
		baseline: comparisons[0]!.baseline,
		differences: comparisons.flatMap(({ other, differences }) => differences.map((each) => ({ ...other, ...each }))),
		comparisons: comparisons.map(({ baseline: _, differences, ...rest }) => ({
			...rest,
			sentence: differenceSentence({ differences }),
		})),
	};
}

function sideName({ run, checkpoint }: RunComparison['baseline']): string {
	return checkpoint === null ? run : `${run}:${oneLine(checkpoint)}`;
}

export function compareText(terminal: Terminal, comparisons: readonly RunComparison[]): string {
	const first = comparisons[0]!;
	return [
		`Baseline ${terminal.paint('bold', sideName(first.baseline))}; differences are the other minus the baseline, on the same pairs with the same labels.`,
		...comparisons.map((comparison) => oneComparison(terminal, comparison)),
		terminal.paint('dim', wrap(`Each interval is at 95 % for itself, clustered. * leaves 0 out.`, terminal.width)),
	].join('\n\n');
}

function oneComparison(terminal: Terminal, comparison: RunComparison): string {
	return [
		terminal.paint('bold', sideName(comparison.other)),
		wrap(differenceSentence(comparison), terminal.width, '  '),
		...(comparison.differences.length === 0 ? [] : [differencesTable(terminal, comparison.differences)]),
		...flips(terminal, comparison),
		...comparison.notes.map((note) => bullet(terminal, '·', oneLine(note))),
	].join('\n');
}

type Difference = RunComparison['differences'][number];

function cell(terminal: Terminal, each: Difference | undefined): string {
	if (each === undefined || each.value === null) return NONE;
	const range = bounds(each);
	if (range === '') return `${signed(each.value)} ${terminal.paint('dim', '(too few clusters)')}`;
	const text = `${signed(each.value)} (${range})`;
	return isDistinct(each) ? terminal.paint('bold', `${text}*`) : text;
}

function differencesTable(terminal: Terminal, differences: readonly Difference[]): string {
	const splits = [...new Set(differences.map((each) => each.split))];
	const rows = splits.map((split) => {
		const of = (what: Difference['what']) => differences.find((each) => each.split === split && each.what === what);
		const nll = of('nll');
		const reason = nll?.value === null ? nll.reason : undefined;
		const head = [SPLIT_LABELS[split], count(nll?.pairs ?? 0), count(nll?.clusters ?? 0)];
		if (reason !== undefined) return { cells: head, rest: terminal.paint('dim', reason) };
		return [
			...head,
			...(['nll', 'accuracy', 'overconfidence', 'brier'] as const).map((what) => cell(terminal, of(what))),
		];
	});
	return renderTable(
		terminal,
		[
			{ title: 'split' },
			{ title: 'pairs', align: 'right' },
			{ title: 'clusters', align: 'right', drop: 2 },
			{ title: 'NLL' },
			{ title: 'accuracy' },
			{ title: 'over-confidence', drop: 1 },
			{ title: 'Brier', drop: 3 },
		],
		rows,
	);
}

function flips(terminal: Terminal, { flipped, flippedTotal: { lost, gained } }: RunComparison): string[] {
	if (lost + gained === 0) return ['No pair outside the sealed half changed sides.'];
	const table = renderTable(
		terminal,
		[
			{ title: 'now' },
			{ title: 'p', align: 'right' },
			{ title: 'pair' },
			{ title: 'split', drop: 1 },
			{ title: 'prompt', flexible: true },
		],
		flipped
			.slice(0, FLIPS)
			.map(({ now, p, comparison, split, preview }) => [
				now,
				p === undefined ? NONE : `${fixed(p[0], 2)} → ${fixed(p[1], 2)}`,
				shortId(comparison),
				SPLIT_LABELS[split],
				oneLine(preview),
			]),
	);
	return [
		`${plural(lost, 'pair')} right before and wrong now, ${count(gained)} wrong before and right now; the largest changes:`,
		table,
	];
}
