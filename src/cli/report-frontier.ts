/** What generalization costs in one run, for a terminal. */
import type { FrontierPoint, RunRecord } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { bounds, fixed, interval, oneLine, plain, ridge, signed } from './format.ts';
import { renderTable, type TableRow } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

/** Points with one solution stand in one row: `0.3–1`. */
export function mergeFrontier(
	points: readonly FrontierPoint[],
): { lambdas: string; point: FrontierPoint; values: number[] }[] {
	const merged: { point: FrontierPoint; values: number[] }[] = [];
	for (const point of points) {
		const last = merged.at(-1);
		if (last !== undefined && point.same_as_previous) last.values.push(point.lambda);
		else merged.push({ point, values: [point.lambda] });
	}
	return merged.map(({ point, values }) => ({
		point,
		values,
		lambdas: values.length === 1 ? plain(values[0]) : `${plain(values[0])}–${plain(values.at(-1))}`,
	}));
}

/** Each distinct solution, the baselines, what is claimed and what moved, as lines. */
export function frontierLines(terminal: Terminal, record: RunRecord): string[] {
	const { recommended, settings, baselines } = record;
	const rows: TableRow[] = mergeFrontier(record.frontier).map(({ lambdas, point, values }) => {
		const marks = [
			...(recommended.lambda !== null && values.includes(recommended.lambda) ? ['recommended'] : []),
			...(values.includes(settings.lambda) ? ['this run'] : []),
		];
		return [
			`λ ${lambdas}`,
			fixed(point.s, 2),
			ridge(point.ridge),
			fixed(point.train_loss),
			fixed(point.eval_loss),
			fixed(point.heldout_loss),
			fixed(point.gap),
			fixed(point.fit_regret),
			fixed(point.heldout_regret),
			marks.length === 0 ? '' : terminal.paint('cyan', `◂ ${marks.join(', ')}`),
		];
	});
	for (const [name, b] of [
		['DPO (train alone)', baselines.dpo],
		['pooled (train + R)', baselines.pooled],
		['uninformed', baselines.uninformed],
	] as const) {
		const gap = b.heldout_loss === null || b.train_loss === null ? null : b.heldout_loss - b.train_loss;
		rows.push([
			name,
			fixed(b.s, 2),
			ridge(b.ridge),
			fixed(b.train_loss),
			fixed(b.eval_loss),
			fixed(b.heldout_loss),
			fixed(gap),
		]);
	}
	const table = renderTable(
		terminal,
		[
			{ title: 'losses in nats' },
			{ title: 's', align: 'right', drop: 3 },
			{ title: 'ridge', align: 'right', drop: 4 },
			{ title: 'train', align: 'right' },
			{ title: 'eval', align: 'right' },
			{ title: 'held-out', align: 'right' },
			{ title: 'gap', align: 'right', drop: 1 },
			{ title: 'fit regret', align: 'right', drop: 2 },
			{ title: 'held-out regret', align: 'right', drop: 2 },
			{ title: '' },
		],
		rows,
	);
	const differences = record.differences
		.filter((d) => d.value !== null)
		.map((d) =>
			bullet(terminal, '·', `${oneLine(d.what)}: ${signed(d.value)}${bounds(d) === '' ? '' : ` (${bounds(d)})`}`),
		);
	const reasons = [...new Set([recommended.reason, record.objective?.reason].filter((r) => r !== undefined))];
	const said = oneLine(recommended.sentence);
	return [
		table,
		...(said === '' ? [] : [wrap(said, terminal.width)]),
		...reasons
			.filter((reason) => !said.toLowerCase().includes(reason.toLowerCase()))
			.map((reason) => wrap(oneLine(reason), terminal.width)),
		...claimLines(terminal, record),
		...(differences.length === 0 ? [] : [terminal.paint('dim', 'Differences, paired, 95 %'), ...differences]),
		...divergenceLines(terminal, record),
	];
}

/** GDPO − pooled (checkpoints: − reference), said where it does not beat it too. */
export function claimLines(terminal: Terminal, { claim, checkpoints }: RunRecord): string[] {
	if (claim === undefined) return [];
	const { low, high, on, value, sentence } = claim;
	const known = low !== null && high !== null;
	const status = known && high < 0 ? 'pass' : known && low > 0 ? 'warn' : 'insufficient';
	const told = value === null || sentence.includes(fixed(Math.abs(value)));
	const numbers = told
		? ''
		: ` Loss on ${SPLIT_LABELS[on]}, ${checkpoints === undefined ? 'GDPO − pooled' : 'checkpoint − reference'}: ${interval({ value, low, high })}.`;
	return [bullet(terminal, statusMark(terminal, status), `${oneLine(sentence)}${numbers}`)];
}

function divergenceLines(terminal: Terminal, record: RunRecord): string[] {
	const known = (record.divergences ?? [record.divergence]).filter(({ value }) => value !== null);
	if (known.length === 0) return [];
	const parts = known.map((each) => `${each.kind.replace('preference-kl-vs-', 'from ')} ${interval(each, 4)}`);
	return [
		terminal.paint(
			'dim',
			wrap('Mean KL of the fitted preferences on the tuning half, nats; not of a language model', terminal.width),
		),
		bullet(terminal, '·', parts.join(', ')),
	];
}
