/** What a run over checkpoints found, for a terminal. */
import { withinShares } from '../domain/accuracy-bounds.ts';
import type { CheckpointResult } from '../domain/checkpoint.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { bounds, fixed, interval, NONE, oneLine, plain, plural, signed } from './format.ts';
import { claimLines, mergeFrontier } from './report-frontier.ts';
import { renderTable } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

const right = (title: string, drop?: number) => ({
	title,
	align: 'right' as const,
	...(drop === undefined ? {} : { drop }),
});

function mark(terminal: Terminal, record: RunRecord, { name, void: gone, beats_reference }: CheckpointResult): string {
	if (record.recommended.checkpoint === name) return terminal.paint('cyan', '◂ recommended');
	if (gone !== undefined) return terminal.paint('yellow', 'void');
	const last = record.recommended.checkpoint === null && record.best?.last === name ? ', last' : '';
	return terminal.paint('dim', `${beats_reference ? 'below ref.' : 'not below'}${last}`);
}

/** Losses, regrets and J of every checkpoint, and the reference's loss. */
function lossTable(terminal: Terminal, record: RunRecord): string {
	const { uninformed } = record.baselines;
	const rows = (record.checkpoints ?? []).map((each) => {
		const { step, objective: o } = each;
		return [
			oneLine(each.name),
			step === null ? NONE : String(step),
			fixed(o.train_loss),
			fixed(o.eval_loss),
			fixed(o.heldout_loss),
			fixed(o.fit_regret),
			fixed(o.heldout_regret),
			fixed(o.value),
			mark(terminal, record, each),
		];
	});
	rows.push([
		'reference',
		'',
		fixed(uninformed.train_loss),
		fixed(uninformed.eval_loss),
		fixed(uninformed.heldout_loss),
	]);
	const columns = [
		{ title: `loss${record.settings.loss === undefined ? '' : `, ${record.settings.loss}`}`, flexible: true },
		right('step', 2),
		right('train', 1),
		right('eval'),
		right('held-out'),
		right('ΔA', 3),
		right('ΔH', 3),
		right('J'),
		{ title: '' },
	];
	return renderTable(terminal, columns, rows);
}

/** Against the reference with intervals, and how sure each is of what. */
function intervalTable(terminal: Terminal, checkpoints: readonly CheckpointResult[]): string {
	const rows = checkpoints.map(({ name, over_reference: over, metrics, void: gone }) => {
		const heldout = gone === undefined ? (metrics.heldout_reference ?? null) : null;
		const against = (of: typeof over.eval): string =>
			of === undefined || of.value === null ? NONE : `${signed(of.value)} (${bounds(of) || 'insufficient'})`;
		return [
			oneLine(name),
			against(over.eval),
			against(over.heldout_reference),
			heldout === null ? NONE : interval(withinShares(heldout.accuracy), 2),
			heldout === null ? NONE : interval(heldout.overconfidence, 2),
		];
	});
	const columns = [
		{ title: 'loss − reference, 95 %', flexible: true },
		right('eval'),
		right('held-out'),
		right('accuracy held out', 2),
		right('over-confidence held out', 1),
	];
	return renderTable(terminal, columns, rows);
}

/** As TRL logs them. */
function rewardTable(terminal: Terminal, checkpoints: readonly CheckpointResult[]): string[] {
	const rows = checkpoints.flatMap(({ name, rewards: { eval: r } }) =>
		r === undefined
			? []
			: [
					[
						oneLine(name),
						fixed(r['rewards/accuracies']),
						fixed(r['rewards/margins']),
						fixed(r['rewards/chosen']),
						fixed(r['rewards/rejected']),
						fixed(r['logps/chosen'], 1),
						fixed(r['logps/rejected'], 1),
					],
				],
	);
	if (rows.length === 0) return [];
	const columns = [
		{ title: 'eval, as TRL logs it', flexible: true },
		right('accuracies'),
		right('margins'),
		right('chosen'),
		right('rejected'),
		right('logps chosen', 1),
		right('rejected', 2),
	];
	return ['', renderTable(terminal, columns, rows)];
}

function lambdaLine(terminal: Terminal, { frontier, settings }: RunRecord): string[] {
	if (frontier.length === 0) return [];
	const parts = mergeFrontier(frontier).map(({ lambdas, point, values }) => {
		const here = values.includes(settings.lambda) ? ' (this run)' : '';
		return `λ ${lambdas}: ${oneLine(point.checkpoint ?? NONE)}${here}`;
	});
	return [bullet(terminal, '·', `lowest J at ${parts.join('; ')}`)];
}

const MEASURES: Readonly<Record<string, string>> = { 'log-ratio-drift': 'log-ratio drift', 'token-kl': 'KL' };

/** How far each checkpoint moved from the reference, measure by measure; a label says what a measure is, and of how many pairs. */
function drift(terminal: Terminal, { checkpoints = [] }: RunRecord): string[] {
	const moved = checkpoints.flatMap(({ name, divergence, divergences = [divergence] }) =>
		divergences.filter(({ value, kind }) => value !== null || kind === 'token-kl').map((each) => ({ name, ...each })),
	);
	return [...new Set(moved.map(({ kind, label = '' }) => `${kind}\n${label}`))].map((key) => {
		const same = moved.filter(({ kind, label = '' }) => `${kind}\n${label}` === key);
		const [{ kind, label }] = same as [(typeof same)[number]];
		if (same.every(({ value }) => value === null)) {
			return bullet(terminal, '·', `${MEASURES[kind] ?? kind}: ${oneLine(same[0]!.reason ?? 'not computed')}.`);
		}
		const values = same.map((each) => `${oneLine(each.name)} ${interval(each)}`).join('; ');
		return bullet(terminal, '·', `${MEASURES[kind] ?? kind}: ${values}. ${oneLine(label ?? '')}`);
	});
}

function left(terminal: Terminal, checkpoints: readonly CheckpointResult[]): string[] {
	return checkpoints
		.filter(({ skipped }) => skipped > 0)
		.map(({ name, skipped, skipped_why = [] }) => {
			const why = skipped_why.map(({ reason, pairs }) => `${oneLine(reason)} (${pairs})`).join('; ');
			return bullet(terminal, '·', `${oneLine(name)} did not score ${plural(skipped, 'pair')}: ${why}`);
		});
}

/** The table of checkpoints, what is recommended and why, what λ chooses, what moved and what is missing, as lines. */
export function checkpointLines(terminal: Terminal, record: RunRecord): string[] {
	const { checkpoints = [], settings } = record;
	const voids = checkpoints.flatMap(({ name, void: gone }) => (gone === undefined ? [] : [{ name, ...gone }]));
	const rule = `ΔA, ΔH: loss above the family’s lowest on eval and held-out; J = ΔA + λ·max(0, ΔH − ΔA${settings.margin === 0 ? '' : ` − ${plain(settings.margin)}`}) at λ = ${plain(settings.lambda)}. train: its own training pairs, in sample and in no criterion.`;
	return [
		lossTable(terminal, record),
		terminal.paint('dim', wrap(rule, terminal.width)),
		'',
		intervalTable(terminal, checkpoints),
		'',
		bullet(
			terminal,
			statusMark(terminal, record.recommended.checkpoint === null ? 'insufficient' : 'pass'),
			oneLine(record.recommended.sentence),
		),
		...claimLines(terminal, record),
		...lambdaLine(terminal, record),
		...drift(terminal, record),
		...voids.map(({ name, reason }) =>
			bullet(terminal, statusMark(terminal, 'warn'), `${oneLine(name)} void: ${oneLine(reason)}`),
		),
		...left(terminal, checkpoints),
		...rewardTable(terminal, checkpoints),
	];
}

/** What each checkpoint forgot, by its policy alone. */
export function forgettingLines(terminal: Terminal, { checkpoints = [] }: RunRecord): string[] {
	const known = checkpoints.flatMap(({ name, forgetting }) =>
		forgetting === undefined ? [] : [{ name, ...forgetting }],
	);
	if (known.length === 0) return [];
	const rows = known.map(({ name, loss, accuracy, lost, gained }) => [
		oneLine(name),
		loss.value === null ? NONE : `${signed(loss.value)} (${bounds(loss) || 'insufficient'})`,
		accuracy.value === null
			? NONE
			: `${signed(100 * accuracy.value, 1)} (${accuracy.low === null || accuracy.high === null ? 'insufficient' : `${signed(100 * accuracy.low, 1)} to ${signed(100 * accuracy.high, 1)}`})`,
		String(lost.length),
		String(gained.length),
	]);
	const columns = [
		{ title: `against ${oneLine(known[0]!.baseline)}`, flexible: true },
		right('nats a token, 95 %'),
		right('accuracy, points'),
		right('lost'),
		right('gained'),
	];
	return [renderTable(terminal, columns, rows)];
}
