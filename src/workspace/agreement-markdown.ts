import type { AgreementGroup, AgreementReport, PersonShare, VerdictShare } from '../domain/agreement.ts';
import type { Interval } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { markdownText } from './gate-markdown.ts';

/** How the figures are to be read, for a person: the same in the help of the command and under the page. */
export const AGREEMENT_NOTES: readonly string[] = [
	'Every interval is 95 %, by cluster (delete-one-cluster jackknife); below 8 clusters there is none.',
	"Counted are blind verdicts of named people: a correction replaces what it corrects; a verdict given or changed after others' were seen is left out, the blind one before it stays; scheduled repeats count for self-consistency alone. Nothing of the sealed half before an opening.",
	'α nominal is over a, b, tie, both_bad. α ordinal is over verdict and strength, from a much better to b much better (missing strength = clearly); both_bad is no step of it and left out. κ weighted: linear weights over the same steps.',
	'"undefined: unanimous" = everyone said the same throughout, so that chance agreement is 1: neither 1 nor 0.',
	"Against oneself, and for the side shown first, each person's figure is theirs to see alone, unless the settings show everybody's. The total is then shown only where it does not tell one: at least two others stand in it, and none gave more than two thirds of what the others gave.",
];

/** Pairs of people on the page; `--json` has the first 200. */
const PAIRS = 30;
const NONE = '–';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function number(x: number | null): string {
	return x === null ? NONE : x.toFixed(3).replace('-', '−');
}

function interval({ value, low, high, reason }: Interval): string {
	if (value === null) return reason === undefined ? NONE : markdownText(reason);
	if (low === null || high === null) return number(value);
	return `${number(value)} (${number(low)}${low < 0 ? ' to ' : '–'}${number(high)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	return ['', line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function groups(title: string, list: readonly AgreementGroup[], named: (name: string) => string): string[] {
	// One source, or one month, is what stands above already.
	if (list.length < (title === 'split' ? 1 : 2)) return [];
	return [
		'',
		`### By ${title}`,
		...table(
			[title, 'pairs', 'clusters', 'α', 'α ordinal', "Fleiss' κ", 'same verdict'],
			list.map((group) => [
				markdownText(named(group.name)),
				whole.format(group.comparisons),
				whole.format(group.clusters),
				interval(group.alpha),
				interval(group.alpha_ordinal),
				interval(group.fleiss_kappa),
				interval(group.agreement_pooled),
			]),
		),
	];
}

function share(title: string, of: VerdictShare, people: readonly PersonShare[], ending: string): string[] {
	const all =
		of.value === null ? markdownText(of.reason ?? NONE) : `${interval(of)} of ${whole.format(of.n)} ${ending}`;
	return [
		`- ${title}: ${all}.`,
		...people
			.filter(({ n }) => n > 0)
			.map((person) => `  - ${markdownText(person.annotator)}: ${interval(person)} of ${whole.format(person.n)}`),
	];
}

function overall(report: AgreementReport): string[] {
	const { fleiss_kappa: fleiss, human_reference: human, alpha_ordinal: ordinal } = report;
	if (report.comparisons === 0) {
		return ['', 'No comparison has two blind verdicts of named people yet, so there is nothing to compare.'];
	}
	const without = ordinal.both_bad === 0 ? '' : `, without ${whole.format(ordinal.both_bad)} "both bad"`;
	return [
		'',
		`${whole.format(report.comparisons)} comparisons with two or more blind verdicts: ${whole.format(report.judgments)} verdicts of ${whole.format(report.people)} people in ${whole.format(report.clusters)} clusters.`,
		...table(
			['measure', 'value, 95 % interval'],
			[
				["Krippendorff's α", interval(report.alpha)],
				[`α over verdict and strength${without}`, interval(ordinal)],
				[
					`Fleiss' κ, ${whole.format(fleiss.comparisons)} comparisons with ${fleiss.raters ?? 0} verdicts`,
					interval(fleiss),
				],
				['same verdict, per comparison', interval(report.agreement_per_comparison)],
				['same verdict, per pair of verdicts', interval(report.agreement_pooled)],
				[
					`one against the majority of the others, ${whole.format(human.pairs)} ${human.pairs === 1 ? 'pair' : 'pairs'}`,
					interval(human.accuracy),
				],
			],
		),
	];
}

function people({ pairs, pairs_total }: AgreementReport): string[] {
	if (pairs.length === 0) return [];
	const rows = pairs.slice(0, PAIRS).map((p) => [
		`${markdownText(p.a)} – ${markdownText(p.b)}`,
		whole.format(p.n),
		interval({
			value: p.kappa,
			low: p.kappa_low,
			high: p.kappa_high,
			...(p.reason === undefined ? {} : { reason: p.reason }),
		}),
		number(p.weighted_kappa),
		interval({ value: p.agreement, low: p.agreement_low, high: p.agreement_high }),
	]);
	const more = pairs_total - rows.length;
	return [
		'',
		'### Two people at a time',
		...table(['people', 'pairs', "Cohen's κ", 'κ weighted', 'same verdict'], rows),
		...(more > 0 ? ['', `And ${whole.format(more)} more pairs of people, with fewer comparisons in common.`] : []),
	];
}

function leftOut({ left_out: out }: AgreementReport): string[] {
	const parts = [
		[out.judged_once, 'comparisons that one person judged'],
		[out.not_blind, "verdicts given or changed after others' were seen"],
		[out.sealed.judgments, 'verdicts on the sealed half, until a decision opens it'],
	] as const;
	const found = parts.filter(([n]) => n > 0).map(([n, what]) => `${whole.format(n)} ${what}`);
	return found.length === 0 ? [] : ['', `Left out: ${found.join('; ')}.`];
}

/** How far people agree, as a page: the document of the editor and of `agreement --markdown`. */
export function agreementMarkdown(report: AgreementReport): string {
	const { by, self_consistency: self, position_bias: position } = report;
	return [
		'## Agreement',
		...overall(report),
		...groups('split', by.split, (name) => SPLIT_LABELS[name as keyof typeof SPLIT_LABELS] ?? name),
		...groups('source', by.source, (name) => name),
		...groups('facet', by.facet, (name) => name),
		...groups('month', by.time, (name) => name),
		...people(report),
		'',
		'### Against oneself',
		'',
		...share('Same verdict when the pair came again', self, self.by_person, 'scheduled repeats'),
		...share('For the side shown first (½ where the order does not matter)', position, position.by_person, 'verdicts'),
		...leftOut(report),
		'',
		...AGREEMENT_NOTES.map((note) => `> ${note}`)
			.join('\n>\n')
			.split('\n'),
		'',
	].join('\n');
}
