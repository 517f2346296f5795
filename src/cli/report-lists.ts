/** Checks, slices, features and shift of one run, as lines for a terminal. */
import { SHARES_NOTE, withinShares } from '../domain/accuracy-bounds.ts';
import { checkTitle, orderedChecks, passesTitle } from '../domain/check-list.ts';
import type { HealthCheck, RunRecord, ShiftAuc, Slice, TaughtFeature } from '../domain/run-record.ts';
import { orderedSlices } from '../domain/slice-order.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { bounds, count, fixed, interval, oneLine, signed } from './format.ts';
import { renderTable } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

const FEATURES = 6;
/** Slices on a terminal, beside all that are flagged. */
const SLICES = 6;

const p = (value: number): string => (value < 0.001 ? 'p < 0.001' : `p = ${fixed(value)}`);

/** What stands under a check that does not pass: its numbers and what to do. */
function beneath({ p: own, p_adjusted, sample_size, remedy, message }: HealthCheck): string {
	const numbers =
		own === null
			? ''
			: p_adjusted === null || p_adjusted === undefined
				? `${p(own)}.`
				: `${p(own)}, ${p(p_adjusted)} adjusted.`;
	return [numbers, sample_size, remedy]
		.filter((part) => part !== undefined && part !== '' && !message.includes(part))
		.map((part) => oneLine(part!))
		.join(' ');
}

/** What fails first, with its numbers; what passes in one line. */
export function checkLines(terminal: Terminal, { health }: RunRecord): string[] {
	const ordered = orderedChecks(health);
	const name = ({ check, split }: HealthCheck): string =>
		`${checkTitle(check)}${split === undefined ? '' : ` (${SPLIT_LABELS[split]})`}`;
	const passes = ordered.filter(({ status }) => status === 'pass');
	const lines = ordered
		.filter(({ status }) => status !== 'pass')
		.flatMap((check) => {
			const line = bullet(terminal, statusMark(terminal, check.status), `${name(check)}: ${oneLine(check.message)}`);
			const more = beneath(check);
			return more === '' ? [line] : [line, terminal.paint('dim', wrap(more, terminal.width, '    '))];
		});
	if (passes.length === 0) return lines;
	const names = passes.map((check) => oneLine(name(check))).join('; ');
	return [...lines, bullet(terminal, statusMark(terminal, 'pass'), `${passesTitle(passes.length)}: ${names}`)];
}

/** Flagged ones first; exploratory, and called so. */
export function sliceLines(terminal: Terminal, { slices }: RunRecord): string[] {
	if (!Array.isArray(slices) || slices.length === 0) return [];
	const ordered = orderedSlices(slices as readonly Slice[]);
	const flagged = ordered.filter((slice) => slice.flagged).length;
	const shown = ordered.slice(0, Math.max(SLICES, flagged));
	return [
		renderTable(
			terminal,
			[
				{ title: '' },
				{ title: 'slice', flexible: true },
				{ title: 'split', drop: 2 },
				{ title: 'pairs', align: 'right', drop: 1 },
				{ title: 'over-confidence', align: 'right' },
				{ title: 'p, adjusted', align: 'right' },
				{ title: 'accuracy', align: 'right', drop: 3 },
			],
			shown.map((slice) => [
				slice.flagged ? statusMark(terminal, 'warn') : '',
				oneLine(slice.name),
				SPLIT_LABELS[slice.split],
				count(slice.pairs),
				interval(slice.overconfidence),
				slice.p_adjusted !== null && slice.p_adjusted < 0.001 ? '< 0.001' : fixed(slice.p_adjusted),
				interval(withinShares(slice.accuracy)),
			]),
		),
		terminal.paint(
			'dim',
			wrap(
				`${shown.length < ordered.length ? `${count(ordered.length - shown.length)} more in the page. ` : ''}A place to look, not a finding: Benjamini–Hochberg at 10 % over all slices. ${SHARES_NOTE}`,
				terminal.width,
			),
		),
	];
}

const KINDS = [
	['named', 'named features'],
	['ngram', 'words and word pairs'],
	['own', 'own features'],
] as const;

/** The strongest of each kind, the sign in words. */
export function featureLines(terminal: Terminal, record: RunRecord): string[] {
	const features = record.features ?? [];
	const strength = (feature: TaughtFeature): number => feature.standardised ?? feature.weight;
	return KINDS.flatMap(([kind, title]) => {
		const own = features.filter((feature) => (feature.kind ?? 'named') === kind);
		if (own.length === 0) return [];
		const strongest = own.toSorted((a, b) => Math.abs(strength(b)) - Math.abs(strength(a))).slice(0, FEATURES);
		const words = (sign: 1 | -1): string =>
			strongest
				.filter((feature) => strength(feature) * sign > 0)
				.map((feature) => `${oneLine(feature.name)} ${signed(strength(feature), 2)}`)
				.join(', ');
		const parts = [
			['prefers', words(1)],
			['avoids', words(-1)],
		].flatMap(([verb, list]) => (list === '' ? [] : [`${verb} ${list}`]));
		return [bullet(terminal, '·', `${title}: ${parts.join('; ')}`)];
	});
}

const SHIFT_WORDS: Readonly<Record<ShiftAuc['status'], string>> = {
	pass: 'out of distribution',
	fail: 'not out of distribution',
	insufficient: 'insufficient to tell',
};

/** Two named AUCs and their three-way answers. */
export function shiftLines(terminal: Terminal, { shift }: RunRecord): string[] {
	if (!shift) return [];
	const line = (name: string, auc: ShiftAuc): string => {
		const range = bounds(auc, 2);
		const said =
			auc.auc === null
				? (auc.reason ?? 'insufficient')
				: `${SHIFT_WORDS[auc.status]}, AUC ${fixed(auc.auc, 2)}${range === '' ? '' : ` (${range})`}`;
		return bullet(terminal, statusMark(terminal, auc.status), `by ${name}: ${oneLine(said)}`);
	};
	const differ = shift.prompts.status === 'pass' || shift.responses.status === 'pass';
	return [
		line('prompt text', shift.prompts),
		line('response differences', shift.responses),
		terminal.paint(
			'dim',
			wrap(
				`${differ ? 'Inputs differ; whether' : 'Whether'} preferences differ is the generalization check.`,
				terminal.width,
				'  ',
			),
		),
	];
}
