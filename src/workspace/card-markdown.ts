import type { CardRun, CardSplit, DataCard } from '../domain/data-card.ts';
import { EXPORT_POLICY, RUN_POLICY } from '../domain/label-policy.ts';
import type { Interval } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';

/** Licence identifiers that dataset repositories know; any other is given by its name. */
const LICENCES: readonly string[] = [
	'apache-2.0 mit unknown other unlicense wtfpl pddl odc-by odbl',
	'cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0',
	'cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0',
	'cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 gpl-2.0 gpl-3.0 agpl-3.0 lgpl-3.0 mpl-2.0 bsd-3-clause openrail',
].flatMap((line) => line.split(' '));

const SIZES = [
	[1_000, 'n<1K'],
	[10_000, '1K<n<10K'],
	[100_000, '10K<n<100K'],
	[1_000_000, '100K<n<1M'],
	[10_000_000, '1M<n<10M'],
	[Number.POSITIVE_INFINITY, '10M<n<100M'],
] as const;

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const NONE = '–';

function count(n: number | null): string {
	return n === null ? 'sealed' : whole.format(n);
}

/** People's words inside a page: one line, no markup of theirs. */
function inline(text: string): string {
	return text
		.replace(/\s+/gu, ' ')
		.trim()
		.replace(/[\\`*_{}[\]<>|#~]/gu, '\\$&');
}

function quoted(text: string): string {
	return text
		.split('\n')
		.map((line) => `> ${inline(line)}`.trimEnd())
		.join('\n');
}

function number(x: number | null): string {
	return x === null ? NONE : x.toFixed(3).replace('-', '−');
}

function interval(of: Interval | null): string {
	if (of === null || of.value === null) return of?.reason === undefined ? NONE : inline(of.reason);
	const between = (of.low ?? 0) < 0 || (of.high ?? 0) < 0 ? ' to ' : '–';
	return of.low === null || of.high === null
		? number(of.value)
		: `${number(of.value)} (${number(of.low)}${between}${number(of.high)})`;
}

/** Columns of words; the first one of a table always is one, the others are of numbers. */
const WORDS: readonly string[] = [
	...['format', 'licence', 'SHA-256', 'frozen as', 'between', 'in the sealed half only'],
	...['engine', 'labels', 'verdict', 'choice'],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
	const rule = head.map((name, i) => (i === 0 || WORDS.includes(name) ? '---' : '---:'));
	return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Stands among the tags of every card. */
export const CARD_TAG = 'pairwright';

/** YAML that dataset repositories read; every text as a JSON string, which is YAML too. */
function frontMatter(card: DataCard, more: readonly string[]): string {
	const { licence, pairs } = card;
	const known = licence === null ? null : LICENCES.find((id) => id === licence.toLowerCase());
	const size = SIZES.find(([below]) => pairs < below)?.[1] ?? 'n<1K';
	return [
		'---',
		`pretty_name: ${JSON.stringify(card.title)}`,
		...(licence === null
			? []
			: known === undefined
				? ['license: other', `license_name: ${JSON.stringify(licence)}`]
				: [`license: ${known}`]),
		'size_categories:',
		`- ${size}`,
		'tags:',
		...['preference', 'human-feedback', 'dpo', CARD_TAG].map((tag) => `- ${tag}`),
		...more,
		'---',
	].join('\n');
}

function splitRows(splits: readonly CardSplit[]): string {
	return table(
		['split', 'prompts', 'pairs', 'clusters', 'with a verdict', 'frozen as'],
		splits.map((split) => [
			SPLIT_LABELS[split.place] + (split.place === 'heldout' ? ' (half not drawn yet)' : ''),
			count(split.prompts),
			count(split.pairs),
			count(split.clusters),
			count(split.judged),
			split.frozen === null
				? NONE
				: `\`${split.frozen.manifest}\`${split.frozen.added + split.frozen.removed === 0 ? '' : ` (since: ${split.frozen.added} added, ${split.frozen.removed} gone)`}`,
		]),
	);
}

function choice({ decision }: CardRun): string {
	if (decision === null) return 'open';
	if (decision.checkpoint !== null) return `checkpoint ${inline(decision.checkpoint)}`;
	return decision.lambda === null ? 'none' : `λ = ${decision.lambda}`;
}

function issues(card: DataCard): string {
	const of = (key: 'disputed' | 'flagged' | 'both_bad' | 'waiting' | 'spanning') =>
		card.splits.reduce((sum, split) => sum + (split[key] ?? 0), 0);
	const unjudged = card.splits.reduce(
		(sum, { pairs, judged, place }) => sum + (judged === null || place === 'excluded' ? 0 : pairs - judged),
		0,
	);
	const lines: readonly (readonly [number, string])[] = [
		[of('disputed'), 'Disputed: people disagree without a majority, and nobody settled it'],
		[of('flagged'), 'Flagged by somebody as needing a look'],
		[of('both_bad'), 'Both responses bad: in no fit and no metric'],
		[unjudged, 'No verdict yet'],
		[of('waiting'), 'Judged, but behind one of its evaluation split that is not: in no metric yet'],
		[of('spanning'), 'In no run, because a near-duplicate of the prompt stands in a more protected split'],
	];
	const standing = lines
		.filter(([n]) => n > 0)
		.map(([n, words]) => `- ${words}: ${count(n)} ${n === 1 ? 'pair' : 'pairs'}.`);
	const sealed = card.splits.some(({ judged }) => judged === null)
		? ['Of the sealed half nothing is counted here before a decision opens it.']
		: [];
	return [...(standing.length === 0 ? ['None that is counted.'] : standing), '', ...sealed].join('\n').trimEnd();
}

function leakage(card: DataCard): string {
	const spans =
		card.spanning === 0
			? 'No cluster of near-duplicate prompts stands in more than one split.'
			: `${count(card.spanning)} clusters of near-duplicate prompts stand in more than one split.`;
	if (card.leaks.length === 0) return `No copy or near-copy between splits was found. ${spans}`;
	const kinds: Readonly<Record<string, string>> = {
		'prompt-copy': 'same prompt',
		'prompt-near': 'near-duplicate prompt',
		'response-copy': 'same response',
	};
	return [
		table(
			['what', 'between', 'standing', 'accepted with a reason'],
			card.leaks.map(({ kind, splits, standing, accepted }) => [
				kinds[kind] ?? kind,
				`${SPLIT_LABELS[splits[0]]}; ${SPLIT_LABELS[splits[1]]}`,
				count(standing),
				count(accepted),
			]),
		),
		'',
		spans,
	].join('\n');
}

function people(card: DataCard): string {
	const machines =
		card.machines.length === 0
			? []
			: ['', `Machine judges, shown but never a vote: ${card.machines.map(inline).join(', ')}.`];
	if (card.people.length === 0)
		return ['No named person has judged: the labels are those of the sources.', ...machines].join('\n');
	return [
		'Names are replaced; the order says nothing.',
		'',
		table(
			['person', 'pairs judged', 'of them blind', 'pairs written', 'pairs settled'],
			card.people.map(({ name, judged, blind, written, adjudicated }) => [
				name,
				...[judged, blind, written, adjudicated].map(count),
			]),
		),
		...machines,
	].join('\n');
}

function agreed({ agreement, agreement_by_split }: DataCard): string {
	if (agreement.comparisons === 0)
		return 'No pair has two blind verdicts of named people, so agreement cannot be told.';
	const rows: readonly (readonly [string, Interval])[] = [
		["Krippendorff's α", agreement.alpha],
		['α over verdict and strength', agreement.alpha_ordinal],
		["Fleiss' κ", agreement.fleiss_kappa],
		['same verdict, per pair of verdicts', agreement.agreement_pooled],
		['one person against the majority of the others', agreement.human_reference.accuracy],
	];
	return [
		`Over ${count(agreement.comparisons)} pairs with two or more blind verdicts (${count(agreement.judgments)} verdicts of ${count(agreement.people)} people, ${count(agreement.clusters)} clusters); 95 % intervals by cluster.`,
		'',
		table(
			['measure', 'value'],
			rows.map(([name, of]) => [name, interval(of)]),
		),
		'',
		table(
			['split', 'pairs', "Krippendorff's α"],
			agreement_by_split.map(({ name, comparisons, alpha }) => [
				SPLIT_LABELS[name as keyof typeof SPLIT_LABELS] ?? inline(name),
				count(comparisons),
				interval(alpha),
			]),
		),
	].join('\n');
}

function runs(card: DataCard): string {
	if (card.runs.length === 0) return 'No scoring run was made.';
	const decided = card.runs.filter(({ decision }) => decision !== null);
	return [
		'Loss in nats; the sealed half is shown for decided runs alone.',
		'',
		table(
			[
				'run',
				'engine',
				'labels',
				'verdict',
				'eval',
				'held-out, tuning half',
				'held-out, sealed half',
				'choice',
				'openings',
			],
			card.runs.map((run) => [
				`\`${run.run}\``,
				inline(run.engine),
				inline(run.labels),
				run.verdict,
				interval(run.eval),
				interval(run.heldout),
				run.decision === null ? 'sealed' : interval(run.sealed),
				choice(run),
				count(run.openings),
			]),
		),
		...(decided.length === 0 ? [] : ['']),
		...decided.map((run) => {
			const after = run.decision?.after_opening === true ? ', chosen after seeing the sealed half' : '';
			return `- \`${run.run}\`: ${choice(run)}, decided by ${run.decision?.by}${after}: “${inline(run.decision?.reason ?? '')}”`;
		}),
	].join('\n');
}

/**
 * The card as a README of a dataset repository. Same facts, same bytes: no date of making, no machine, no names.
 * @param more lines of YAML for the front matter: where the files are
 */
export function cardMarkdown(card: DataCard, more: readonly string[] = []): string {
	const section = (title: string, body: string): string => `## ${title}\n\n${body}`;
	const { guidelines } = card;
	const policy = [
		'A pair counts as won by a side where it was adjudicated so, else where more than half of the named people say so, else, if nobody named judged, where the source’s label says so.',
		`Training exports leave out what is not won under \`${EXPORT_POLICY}\` unless another policy is named; runs train and score against the share of votes (\`${RUN_POLICY}\`) unless another is named.`,
		...(card.exports.length === 0
			? ['Nothing was exported for training yet.']
			: [
					`Exports for training so far: ${card.exports.map(({ labels, exports }) => `${count(exports)} under \`${labels}\``).join(', ')}.`,
				]),
	].join(' ');
	const parts = [
		`# ${inline(card.title)}`,
		card.description === null
			? 'Preference pairs: a prompt, two responses, and which one people prefer.'
			: quoted(card.description),
		`${count(card.pairs)} pairs of ${count(card.prompts)} prompts.`,
		section('Scope', card.scope === null ? 'Not stated.' : quoted(card.scope)),
		section(
			'Sources',
			[
				card.sources.length === 0
					? 'No file was imported.'
					: table(
							['source', 'format', 'rows', 'licence', 'SHA-256'],
							card.sources.map(({ name, format, rows, licence, sha256 }) => [
								inline(name),
								inline(format),
								count(rows),
								licence === null ? 'not stated' : inline(licence),
								`\`${sha256}\``,
							]),
						),
				'',
				`Written here: ${count(card.written.authored)} pairs, and ${count(card.written.rewritten)} rewrites of a response.`,
			].join('\n'),
		),
		section('Sizes', splitRows(card.splits)),
		section('People', people(card)),
		section('Agreement', agreed(card)),
		section(
			'Facets of the held-out data',
			card.facets.length === 0
				? 'No prompt is tagged as out of distribution.'
				: table(
						['facet', 'prompts', 'in the sealed half only'],
						card.facets.map(({ facet, prompts, sealedOnly }) => [
							inline(facet),
							count(prompts),
							sealedOnly ? 'yes' : 'no',
						]),
					),
		),
		section('Leakage between splits', leakage(card)),
		section('Known issues', issues(card)),
		section('Label policy', policy),
		section('Runs and decisions', runs(card)),
		section(
			'Guidelines',
			[
				guidelines.sha256 === null ? 'There are none.' : `In force: SHA-256 \`${guidelines.sha256}\`.`,
				...guidelines.judged.map(
					({ sha256, judgments }) => `- ${count(judgments)} judgments were given under \`${sha256}\`.`,
				),
			].join('\n\n'),
		),
	];
	return `${frontMatter(card, more)}\n\n${parts.join('\n\n')}\n`;
}
