import { JUDGED_PREFIX } from '../domain/judged-prefix.ts';
import type { Pace, PersonProgress, ProgressGroup, ProgressReport } from '../domain/progress.ts';
import { markdownText } from './gate-markdown.ts';

const whole = new Intl.NumberFormat('en');
const NONE = '–';

/** `2026-03-01 (12.5 a day)`, or why there is no date. */
export function paceWords({ per_day, done_by, reason }: Pace): string {
	const daily =
		per_day === null ? '' : `${per_day < 10 ? per_day.toFixed(1) : whole.format(Math.round(per_day))} a day`;
	if (done_by !== null) return `${done_by} (${daily})`;
	return [daily, reason ?? ''].filter((part) => part !== '').join('; ') || NONE;
}

/** `; done by 2026-03-01 (12.5 a day)`, or why there is no date. */
export function dateWords({ left, pace }: ProgressGroup): string {
	if (left === 0) return '';
	return `${pace.done_by === null ? '; no date: ' : '; done by '}${paceWords(pace)}`;
}

/** What is to know about a person and concerns them alone, a fact each; none where it may not be shown. */
export function ownWords({ own, left }: PersonProgress): string[] {
	if (own === null) return [];
	const speed =
		own.median_ms === null
			? 'no times recorded'
			: `${(own.median_ms / 1000).toFixed(1)} s a verdict (median of ${whole.format(own.timed)}), ${whole.format(own.too_fast)} faster than the texts can be glanced over`;
	const { value, low, high, n, reason } = own.position;
	const bounds = low === null || high === null ? '' : `, ${low.toFixed(2)}–${high.toFixed(2)}`;
	const side =
		value === null
			? `side shown first: ${reason ?? NONE}`
			: `${whole.format(Math.round(value * n))} of ${whole.format(n)} for the side shown first (${value.toFixed(2)}${bounds}; ½ where the order does not matter)`;
	const { gold } = own;
	const range = gold.low === null || gold.high === null ? '' : `, ${gold.low.toFixed(2)}–${gold.high.toFixed(2)}`;
	const right =
		gold.value === null
			? []
			: [
					`${whole.format(Math.round(gold.value * gold.n))} of ${whole.format(gold.n)} gold pairs right (${gold.value.toFixed(2)}${range})`,
				];
	const part =
		left === 0
			? 'own part done'
			: `own part ${own.pace.done_by === null ? 'without a date:' : 'done by'} ${paceWords(own.pace)}`;
	return [speed, side, ...right, part];
}

/** How the numbers come about, said wherever they are shown. */
export const PROGRESS_NOTES = [
	'Asked: verdicts of named people that the overlap asks for, one or two a comparison. An adjudication settles a comparison. Gold pairs ask for none and are not counted.',
	'Date: what is left, without what nobody at work can give, at the pace of first verdicts on the last 7 days with any, over all days from the first of these to today (UTC).',
	JUDGED_PREFIX,
	'Of the sealed half it is counted how many verdicts were given, never what they say.',
] as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	const ofWords = (name: string, i: number): boolean => i === 0 || name === 'done by';
	return [line(head), line(head.map((name, i) => (ofWords(name, i) ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function groups(title: string, list: readonly ProgressGroup[]): string {
	if (list.length === 0) return '';
	const head = [title, 'pairs', 'asked', 'judged', 'left', 'disputed', 'flagged', 'done by'];
	const rows = list.map(({ name, comparisons, needed, judged, left, disputed, flagged, pace }) => [
		markdownText(name),
		...[comparisons, needed, judged, left].map((n) => whole.format(n)),
		disputed === null ? 'sealed' : whole.format(disputed),
		whole.format(flagged),
		left === 0 ? 'done' : markdownText(paceWords(pace)),
	]);
	return table(head, rows);
}

/** Progress as a page: for a comment, a wiki, or the editor's preview. */
export function progressMarkdown(report: ProgressReport): string {
	const { all, people } = report;
	const share = all.needed === 0 ? '' : ` (${Math.floor((100 * all.judged) / all.needed)} %)`;
	const own = people.flatMap((person) => {
		const facts = ownWords(person).map((fact) => `- ${markdownText(fact)}`);
		if (facts.length === 0 || !report.individuals_shown) return facts;
		return [`- ${markdownText(person.person)}`, ...facts.map((fact) => `  ${fact}`)];
	});
	return [
		'# Progress',
		`${whole.format(all.judged)} of ${whole.format(all.needed)} verdicts asked for are given${share}. ${whole.format(all.left)} left${dateWords(all)}.`,
		...(all.nobody === 0
			? []
			: [
					`${whole.format(all.nobody)} of these wait for a further person: whoever is at work has judged the comparison or cannot.`,
				]),
		groups('split', report.splits.length === 0 ? [] : [...report.splits, all]),
		groups('facet', report.facets),
		people.length === 0
			? ''
			: table(
					['person', 'judged of own part', 'left of it', 'judged beyond it', 'later', 'cannot', 'disputed', 'flagged'],
					people.map((p) => [
						`${markdownText(p.person)}${p.sharing ? '' : ' (not sharing)'}`,
						...[p.judged, p.left, p.beyond, p.later, p.cannot, p.disputed, p.flagged].map((n) => whole.format(n)),
					]),
				),
		...(own.length === 0
			? []
			: [
					report.individuals_shown ? '## Everybody’s own figures' : '## Your own figures, shown to you alone',
					own.join('\n'),
				]),
		...PROGRESS_NOTES.map((note) => `*${note}*`),
	]
		.filter((part) => part !== '')
		.join('\n\n')
		.concat('\n');
}
