import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { AgreementGroup, AgreementReport, PeoplePair, PersonShare, VerdictShare } from '../domain/agreement.ts';
import type { Interval } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { AGREEMENT_NOTES, agreementMarkdown } from '../workspace/agreement-markdown.ts';
import { bounds, count, fixed, interval, NONE, oneLine, plural } from './format.ts';
import { named } from './people.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import { bullet, type Terminal, wrap } from './terminal.ts';

/** Rows at a terminal; `--json` has all groups, and the 200 pairs of people with most in common. */
const GROUPS = 12;
const PAIRS = 10;

const HELP = `\n${AGREEMENT_NOTES.map((note) => wrap(note, 110)).join('\n')}\n`;

export function registerAgreement(program: Command): void {
	program
		.command('agreement')
		.description('annotators against each other: α, κ, agreement, self-consistency, position bias, a human reference')
		.option('--markdown <file>', 'also write it as Markdown')
		.addHelpText(
			'after',
			HELP + example('agreement', 'agreement --json | jq .alpha', 'agreement --markdown agreement.md'),
		)
		.action(
			perform<{ markdown?: string }>(async (context, _args, { markdown }) => {
				const api = await context.open();
				const report = await api.agreement();
				const names = Object.fromEntries(
					(await api.people()).flatMap(({ person, name }) => (name === null ? [] : [[person, name]])),
				);
				if (markdown !== undefined) {
					const path = resolve(markdown);
					await mkdir(dirname(path), { recursive: true });
					await writeFile(path, agreementMarkdown(report));
				}
				context.result(report, (terminal) => agreementText(terminal, report, names));
			}),
		);
}

/** Names that people gave themselves, by handle. */
type Names = Readonly<Record<string, string>>;

/** How far people agree, for a terminal. */
export function agreementText(terminal: Terminal, report: AgreementReport, names: Names = {}): string {
	const parts = [
		overall(terminal, report),
		groups(terminal, 'split', report.by.split, (name) => SPLIT_LABELS[name as keyof typeof SPLIT_LABELS] ?? name),
		groups(terminal, 'source', report.by.source),
		groups(terminal, 'facet', report.by.facet),
		groups(terminal, 'month', report.by.time),
		people(terminal, report, names),
		themselves(terminal, report),
		leftOut(terminal, report),
	];
	return parts.filter((part) => part !== '').join('\n\n');
}

function section(terminal: Terminal, title: string, lines: readonly string[]): string {
	return [terminal.paint('bold', title), ...lines].join('\n');
}

function overall(terminal: Terminal, report: AgreementReport): string {
	const { comparisons, judgments, clusters, fleiss_kappa: fleiss, alpha_ordinal: ordinal } = report;
	const title = 'How far people agree';
	if (comparisons === 0) {
		return section(terminal, title, [
			bullet(
				terminal,
				'→',
				'No comparison has two blind verdicts of named people yet, so there is nothing to compare. Let a second person judge some: Review in the editor gives them pairs that others judged.',
			),
		]);
	}
	const about = `${plural(comparisons, 'comparison')} with two or more blind verdicts: ${plural(judgments, 'verdict')} of ${plural(report.people, 'person', 'people')} in ${plural(clusters, 'cluster')}.`;
	const raters =
		fleiss.raters === null || fleiss.comparisons === comparisons
			? ''
			: `, ${count(fleiss.comparisons)} with ${fleiss.raters}`;
	const without = ordinal.both_bad === 0 ? '' : `, without ${plural(ordinal.both_bad, 'verdict')} that both are bad`;
	const reference = report.human_reference;
	const rows: [string, Interval][] = [
		["Krippendorff's α", report.alpha],
		[`α over verdict and strength${without}`, ordinal],
		[`Fleiss' κ${raters}`, fleiss],
		['same verdict, per comparison', report.agreement_per_comparison],
		['same verdict, per pair of verdicts', report.agreement_pooled],
		[`one against the majority of the others, ${plural(reference.pairs, 'pair')}`, reference.accuracy],
	];
	return section(terminal, title, [
		wrap(about, terminal.width, '  '),
		'',
		renderTable(
			terminal,
			[{ title: 'measure', flexible: true }, { title: 'value', align: 'right' }, { title: '95 % interval' }],
			rows.map(([name, of]) => [name, fixed(of.value), bounds(of) || (of.value === null ? '' : NONE)]),
		),
		...reasons(terminal, rows),
	]);
}

/** Why numbers or intervals are missing, each reason once. */
function reasons(terminal: Terminal, rows: readonly (readonly [string, Interval])[]): string[] {
	const words = [...new Set(rows.flatMap(([, { reason }]) => (reason === undefined ? [] : [reason])))];
	return words.length === 0
		? []
		: ['', terminal.paint('dim', wrap(`Missing: ${words.join('; ')}.`, terminal.width, '  '))];
}

/** `0.742 (0.70–0.78)`, or in short why not. */
function cell(of: Interval, wide: boolean): string {
	if (of.value === null) return of.reason?.replace(/^undefined: no pair.*$/u, NONE) ?? NONE;
	return wide ? interval(of) : fixed(of.value);
}

function groups(
	terminal: Terminal,
	title: string,
	list: readonly AgreementGroup[],
	named: (name: string) => string = oneLine,
): string {
	// One month, or one source, is what stands above already.
	if (list.length < 2 && title !== 'split') return '';
	if (list.length === 0) return '';
	const shown = list.toSorted((x, y) => (title === 'source' || title === 'facet' ? y.comparisons - x.comparisons : 0));
	const wide = terminal.width >= 72;
	const table = renderTable(
		terminal,
		[
			// A flexible column is never narrower than 8: short names do without.
			{ title, flexible: title === 'source' || title === 'facet' },
			{ title: 'pairs', align: 'right' },
			{ title: 'clusters', align: 'right', drop: 3 },
			{ title: 'α', align: 'right' },
			{ title: 'α ordinal', align: 'right', drop: 2 },
			{ title: "Fleiss' κ", align: 'right', drop: 4 },
			{ title: 'same verdict', align: 'right', drop: 1 },
		],
		shown
			.slice(0, GROUPS)
			.map((group) => [
				named(group.name),
				count(group.comparisons),
				count(group.clusters),
				cell(group.alpha, wide),
				cell(group.alpha_ordinal, false),
				cell(group.fleiss_kappa, false),
				cell(group.agreement_pooled, false),
			]),
	);
	const more = list.length - GROUPS;
	return [table, ...(more > 0 ? [bullet(terminal, ' ', `and ${count(more)} more, with --json`)] : [])].join('\n');
}

function bounded(value: number | null, low: number | null, high: number | null, wide: boolean): string {
	return wide ? interval({ value, low, high }) : fixed(value);
}

function people(terminal: Terminal, { pairs, pairs_total }: AgreementReport, names: Names): string {
	if (pairs.length === 0) return '';
	const wide = terminal.width >= 72;
	const row = (pair: PeoplePair): string[] => [
		`${named(names, pair.a)} – ${named(names, pair.b)}`,
		count(pair.n),
		pair.kappa === null ? (pair.reason ?? NONE) : bounded(pair.kappa, pair.kappa_low, pair.kappa_high, wide),
		fixed(pair.weighted_kappa),
		bounded(pair.agreement, pair.agreement_low, pair.agreement_high, terminal.width >= 100),
	];
	const table = renderTable(
		terminal,
		[
			{ title: 'two people', flexible: true },
			{ title: 'pairs', align: 'right' },
			{ title: "Cohen's κ", align: 'right' },
			{ title: 'κ weighted', align: 'right', drop: 2 },
			{ title: 'same verdict', align: 'right', drop: 1 },
		],
		pairs.slice(0, PAIRS).map(row),
	);
	const more = pairs_total - PAIRS;
	const rest =
		more > 0 ? [bullet(terminal, ' ', `and ${plural(more, 'more pair')} of people; --json has the first 200`)] : [];
	return [table, ...rest].join('\n');
}

function shares(
	terminal: Terminal,
	title: string,
	of: VerdictShare,
	list: readonly PersonShare[],
	ending: string,
): string[] {
	const all =
		of.value === null ? `${title}: ${of.reason ?? NONE}` : `${title}: ${interval(of)} of ${count(of.n)} ${ending}`;
	const why = of.value !== null && of.reason !== undefined ? ` (${of.reason})` : '';
	return [
		bullet(terminal, '·', `${all}${why}.`),
		...list
			.filter(({ n }) => n > 0)
			.map((person) =>
				bullet(terminal, ' ', `${oneLine(person.annotator)}: ${interval(person)} of ${count(person.n)}`),
			),
	];
}

function themselves(terminal: Terminal, { self_consistency: self, position_bias: position }: AgreementReport): string {
	const kappa = self.kappa.value === null ? '' : `, κ ${interval(self.kappa)}`;
	return section(terminal, 'Against oneself', [
		...shares(terminal, 'Same verdict when the pair came again', self, self.by_person, `scheduled repeats${kappa}`),
		...shares(
			terminal,
			'For the side shown first (½ where the order does not matter)',
			position,
			position.by_person,
			'verdicts for a side',
		),
	]);
}

function leftOut(terminal: Terminal, { left_out: out }: AgreementReport): string {
	const parts = [
		out.judged_once === 0 ? '' : `${plural(out.judged_once, 'comparison')} that one person judged`,
		out.not_blind === 0 ? '' : `${plural(out.not_blind, 'verdict')} given or changed after others' were seen`,
		out.sealed.judgments === 0
			? ''
			: `${plural(out.sealed.judgments, 'verdict')} on the sealed half, until a decision opens it`,
	].filter((part) => part !== '');
	return parts.length === 0 ? '' : terminal.paint('dim', wrap(`Left out: ${parts.join('; ')}.`, terminal.width));
}
