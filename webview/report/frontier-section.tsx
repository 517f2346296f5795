import { fitLoss, inSolution, lambdaRange, solutions } from '../../src/domain/frontier.ts';
import type { Baseline, FrontierPoint, RunRecord } from '../../src/domain/run-record.ts';
import { type ChartTable, DataTable, Figure } from '../charts/figure.tsx';
import { FrontierChart, type FrontierMark } from '../charts/frontier.tsx';
import { Claim } from './claim.tsx';
import { fixed, lambda } from './format.ts';
import { fitName, frontierSentence } from './sentences.ts';
import { useTableToggle, useView } from './view-state.tsx';

function marks(record: RunRecord, viewed: number): FrontierMark[] {
	const path = solutions(record);
	const chosen = record.settings.lambda;
	const result: FrontierMark[] = path.map((solution, index) => {
		const isChosen = inSolution(solution, chosen);
		return {
			label: `${lambdaRange(solution)}${isChosen ? ' (used)' : ''}`,
			fit: solution.fit,
			heldout: solution.heldout,
			along: solution.first.lambda,
			kind: isChosen ? 'chosen' : 'path',
			labelled: isChosen || index === 0 || index === path.length - 1,
		};
	});
	const used = record.objective;
	const usedFit = used ? fitLoss(record, used) : null;
	if (
		used &&
		usedFit !== null &&
		used.heldout_loss !== null &&
		!path.some((solution) => inSolution(solution, chosen))
	) {
		// Asked for between two points of the grid.
		result.push({
			label: `λ ${lambda(chosen)} (used)`,
			fit: usedFit,
			heldout: used.heldout_loss,
			along: chosen,
			kind: 'chosen',
			labelled: true,
		});
	}
	for (const [kind, name] of [
		['dpo', 'DPO'],
		['pooled', 'pooled'],
	] as const) {
		const fit = fitLoss(record, record.baselines[kind]);
		const heldout = record.baselines[kind].heldout_loss;
		if (fit === null || heldout === null) continue;
		// A baseline that is a point of the path shares its label.
		const same = result.findIndex((mark) => mark.fit === fit && mark.heldout === heldout);
		const twin = result[same];
		if (twin) result[same] = { ...twin, label: `${twin.label} = ${name}`, labelled: true };
		result.push({ label: name, fit, heldout, along: 0, kind, labelled: twin === undefined });
	}
	const seen = path.find((solution) => inSolution(solution, viewed));
	if (seen && !inSolution(seen, chosen)) {
		result.push({
			label: `λ ${lambda(viewed)} (picked)`,
			fit: seen.fit,
			heldout: seen.heldout,
			along: viewed,
			kind: 'viewed',
			labelled: true,
		});
		const plain = result.findIndex(
			(mark) => mark.kind === 'path' && mark.fit === seen.fit && mark.heldout === seen.heldout,
		);
		const point = result[plain];
		if (point) result[plain] = { ...point, labelled: false };
	}
	// Labels are placed in this order: the used and the picked point keep the places beside them.
	const rank = { chosen: 0, viewed: 1, pooled: 2, dpo: 3, path: 4 } as const;
	return result.toSorted((a, b) => rank[a.kind] - rank[b.kind]);
}

function table(record: RunRecord): ChartTable {
	const baseline = (name: string, point: Baseline): string[] => [
		name,
		fixed(point.s, 2),
		fixed(fitLoss(record, point)),
		fixed(point.heldout_loss),
		...Array<string>(4).fill(fixed(null)),
	];
	return {
		head: ['λ', 's', fitName(record), 'held-out loss', 'gap', 'fit regret', 'held-out regret', 'J'],
		rows: [
			...record.frontier.map((point) => [
				`${lambda(point.lambda)}${point.lambda === record.settings.lambda ? ' (used)' : ''}${point.same_as_previous ? ' same' : ''}`,
				fixed(point.s, 2),
				fixed(fitLoss(record, point)),
				fixed(point.heldout_loss),
				fixed(point.gap),
				fixed(point.fit_regret),
				fixed(point.heldout_regret),
				fixed(point.value),
			]),
			baseline('DPO', record.baselines.dpo),
			baseline('pooled', record.baselines.pooled),
			baseline('uninformed', record.baselines.uninformed),
		],
	};
}

function PickedTable({ record, picked }: { record: RunRecord; picked: FrontierPoint }) {
	const used = record.frontier.find((point) => point.lambda === record.settings.lambda) ?? null;
	const columns = [
		{ name: `picked, λ ${lambda(picked.lambda)}`, point: picked },
		...(used && used !== picked ? [{ name: `used, λ ${lambda(used.lambda)}`, point: used }] : []),
	];
	const row = (name: string, value: (point: FrontierPoint) => number | null, baselines: readonly (number | null)[]) => [
		name,
		...columns.map(({ point }) => fixed(value(point))),
		...baselines.map((number) => fixed(number)),
	];
	const { dpo, pooled } = record.baselines;
	const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
	const none = [null, null];
	return (
		<DataTable
			labelledBy="picker-label"
			table={{
				head: ['', ...columns.map(({ name }) => name), 'DPO', 'pooled'],
				rows: [
					row(`R_A, ${fitName(record)}`, (point) => fitLoss(record, point), [
						fitLoss(record, dpo),
						fitLoss(record, pooled),
					]),
					row('R_H, held-out loss', (point) => point.heldout_loss, [dpo.heldout_loss, pooled.heldout_loss]),
					row('gap, R_H − R_A', (point) => point.gap, [
						minus(dpo.heldout_loss, fitLoss(record, dpo)),
						minus(pooled.heldout_loss, fitLoss(record, pooled)),
					]),
					row('fit regret ΔA', (point) => point.fit_regret, none),
					row('held-out regret ΔH', (point) => point.heldout_regret, none),
					row('J(λ)', (point) => point.value, none),
				],
			}}
		/>
	);
}

export function FrontierSection({ record }: { record: RunRecord }) {
	const { state, set } = useView();
	const toggle = useTableToggle('frontier');
	const drawable = solutions(record).length > 0;
	const usedAt = Math.max(
		0,
		record.frontier.findIndex((point) => point.lambda === record.settings.lambda),
	);
	const at = Math.min(state.viewed ?? usedAt, record.frontier.length - 1);
	const picked = record.frontier[at];
	return (
		<section aria-labelledby="frontier-title">
			<h2 id="frontier-title">What generalization costs</h2>
			{drawable && picked ? (
				<div class="two">
					<Figure
						title="Fit against held-out loss, each λ"
						sentence={frontierSentence(record)}
						table={table(record)}
						{...toggle}
						draw={(width) => (
							<FrontierChart
								width={width}
								marks={marks(record, picked.lambda)}
								uninformed={record.baselines.uninformed.heldout_loss ?? Math.LN2}
								fitName={fitName(record)}
							/>
						)}
					/>
					<div class="picker">
						<label for="lambda" id="picker-label">
							λ = {lambda(picked.lambda)}: 0 asks for fit alone, 1 for the smallest worst regret
						</label>
						<input
							id="lambda"
							type="range"
							min={0}
							max={record.frontier.length - 1}
							step={1}
							value={at}
							aria-valuetext={`λ ${lambda(picked.lambda)}`}
							onInput={(event) => set({ viewed: Number(event.currentTarget.value) })}
						/>
						<PickedTable record={record} picked={picked} />
						<p class="note dim">
							Losses in nats. Regret = loss above the lowest that any solution of this run reaches on that data, so that
							a held-out set which is merely harder does not count as failed generalization. J = ΔA + λ·max(0, ΔH − ΔA
							{record.settings.margin > 0 ? ` − ${fixed(record.settings.margin)}` : ''}). Never choose by the gap alone.
							These are point estimates: two columns differ only where a paired interval says so.
						</p>
					</div>
				</div>
			) : (
				<p>{frontierSentence(record)}</p>
			)}
			<Claim record={record} />
		</section>
	);
}
