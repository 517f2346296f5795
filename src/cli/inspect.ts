import type { Command } from 'commander';
import type { Inspection, PlaceNovelty, Suggestion } from '../domain/inspection.ts';
import { JUDGED_PREFIX } from '../domain/judged-prefix.ts';
import type { ShiftAuc } from '../domain/run-record.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { bounds, count, fixed, NONE, oneLine, percent, plural, shortId } from './format.ts';
import { leakText } from './leak-text.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

/** Leaks and suggestions at a terminal: enough to act on; `--json` has more. */
const LEAKS = 8;
const SUGGESTIONS = 5;

export function registerInspect(program: Command): void {
	program
		.command('inspect')
		.description('look at the splits without a run: leakage, shift, novelty with suggestions, composition')
		.addHelpText('after', example('inspect', 'inspect --json | jq -r .novelty.suggestions[].prompt'))
		.action(
			perform(async (context) => {
				const api = await context.open();
				const inspection = await context.job('inspect', (job) => api.inspect(job));
				context.result(inspection, (terminal) => inspectionText(terminal, inspection));
			}),
		);
}

/** What a person should know of the splits, first what spoils a run. */
export function inspectionText(terminal: Terminal, inspection: Inspection): string {
	return [
		leakage(terminal, inspection),
		shift(terminal, inspection),
		novelty(terminal, inspection),
		composition(terminal, inspection),
		next(terminal, inspection),
	]
		.filter((part) => part !== '')
		.join('\n\n');
}

function section(terminal: Terminal, title: string, lines: readonly string[]): string {
	return [terminal.paint('bold', title), ...lines].join('\n');
}

function leakage(terminal: Terminal, { leakage: leaks, leaks: counts }: Inspection): string {
	const standing = leaks.filter((leak) => leak.accepted === undefined);
	const total = counts?.reduce((sum, each) => sum + each.standing, 0) ?? standing.length;
	const accepted = counts?.reduce((sum, each) => sum + each.accepted, 0) ?? leaks.length - standing.length;
	const rest = accepted === 0 ? '' : `; ${count(accepted)} accepted with a reason`;
	if (total === 0) {
		const mark = statusMark(terminal, 'pass');
		return section(terminal, 'Leakage', [
			bullet(terminal, mark, `No prompt stands in two splits, copied or nearly, and no response does${rest}.`),
		]);
	}
	const severe = standing.some(({ splits, kind }) => splits.includes('train') && kind !== 'response-copy');
	const mark = statusMark(terminal, severe ? 'fail' : 'warn');
	return section(terminal, 'Leakage', [
		bullet(
			terminal,
			mark,
			`${plural(total, 'leak')} between splits${rest}. A text on both sides makes a score look better than it is.`,
		),
		...(counts ?? [])
			.filter((each) => each.standing > 0)
			.map(({ kind, splits: [a, b], standing: n }) =>
				bullet(terminal, ' ', `${count(n)}: ${leakText(kind)}, in ${SPLIT_LABELS[a]} and ${SPLIT_LABELS[b]}`),
			),
		...standing
			.slice(0, LEAKS)
			.map((leak) =>
				bullet(
					terminal,
					terminal.paint('dim', '·'),
					`${shortId(leak.a)} ${SPLIT_LABELS[leak.splits[0]]} – ${shortId(leak.b)} ${SPLIT_LABELS[leak.splits[1]]}: ${leakText(leak.kind, leak.similarity)}`,
				),
			),
		...(total > LEAKS ? [bullet(terminal, ' ', `and ${count(total - LEAKS)} more, with --json`)] : []),
	]);
}

const VERDICTS = {
	pass: 'different',
	fail: 'not different',
	insufficient: 'cannot be said',
} as const;

function auc(terminal: Terminal, name: string, of: ShiftAuc): string {
	const mark = statusMark(terminal, of.status);
	if (of.auc === null) return bullet(terminal, mark, `${name}: ${VERDICTS[of.status]}. ${of.reason ?? ''}`.trim());
	const range = bounds(of, 2);
	const p = of.p === undefined || of.p === null ? '' : `, permutation p ${of.p < 0.001 ? '< .001' : fixed(of.p)}`;
	const sizes = `${plural(of.heldout.clusters, 'held-out cluster')} against ${count(of.train.clusters)} of train`;
	const why = of.reason === undefined ? '' : `. ${of.reason}`;
	const without = of.words_left_out ?? [];
	const words = without.length === 0 ? '' : `; without the words searched for: ${without.slice(0, 8).join(', ')}`;
	return bullet(
		terminal,
		mark,
		`${name}: ${VERDICTS[of.status]}, AUC ${fixed(of.auc, 2)}${range === '' ? '' : ` (${range})`}${p}; ${sizes}${words}${why}`,
	);
}

function facts(terminal: Terminal, of: Inspection['shift']['facts']): string[] {
	const p = (value: number): string => (value < 0.001 ? '< .001' : fixed(value));
	return (of?.lengths ?? []).map(({ what, heldout, train, longer, d, p: chance }) =>
		bullet(
			terminal,
			' ',
			`A held-out ${what} has ${count(Math.round(heldout))} characters (median), one of train ${count(Math.round(train))}; it is the longer in ${percent(longer)} of comparisons (Kolmogorov–Smirnov ${fixed(d, 2)}, p ${p(chance)})`,
		),
	);
}

function shift(terminal: Terminal, { shift: found }: Inspection): string {
	return section(terminal, 'Is held-out really out of distribution?', [
		auc(terminal, 'Prompt text', found.prompts),
		auc(terminal, 'Response differences', found.responses),
		...facts(terminal, found.facts),
		...(found.message === '' ? [] : [wrap(found.message, terminal.width, '    ')]),
	]);
}

function novelty(terminal: Terminal, { novelty: found }: Inspection): string {
	const title = 'Novelty: how far from the nearest train prompts';
	if (found.threshold === null) {
		return section(terminal, title, [
			bullet(terminal, statusMark(terminal, 'insufficient'), found.reason ?? 'It cannot be said.'),
		]);
	}
	const row = ({ split, prompts, beyond, median, p95 }: PlaceNovelty): string[] => [
		SPLIT_LABELS[split],
		count(prompts),
		prompts === 0 ? NONE : `${count(beyond)} (${percent(beyond / prompts)})`,
		fixed(median),
		fixed(p95),
	];
	const table = renderTable(
		terminal,
		[
			{ title: 'split' },
			{ title: 'prompts', align: 'right' },
			{ title: `beyond ${fixed(found.threshold)}`, align: 'right' },
			{ title: 'median', align: 'right', drop: 2 },
			{ title: '95 % below', align: 'right', drop: 1 },
		],
		found.places.map(row),
	);
	const suggestions = found.suggestions.slice(0, SUGGESTIONS).flatMap((each) => suggestion(terminal, each));
	const about = `Distance to the ${ordinal(found.k)} nearest train cluster, 0 to 1; 95 % of train prompts stay below ${fixed(found.threshold)}.`;
	return section(terminal, title, [
		terminal.paint('dim', wrap(about, terminal.width, '  ')),
		table,
		...(found.reason === undefined ? [] : ['', wrap(found.reason, terminal.width, '  ')]),
		...(suggestions.length === 0 ? [] : ['', 'Most unlike train, not held out yet:', ...suggestions]),
		...waitingLines(terminal, found.waiting, SUGGESTIONS),
	]);
}

/** What waits for a second response and lies beyond the threshold; nothing where nothing waits. */
export function waitingLines(terminal: Terminal, waiting: Inspection['novelty']['waiting'], limit: number): string[] {
	if (waiting === undefined) return [];
	const { prompts, compared, beyond, suggestions } = waiting;
	const sample = compared === undefined ? '' : ` (${count(compared)} of them looked at)`;
	const all = `Waiting for a second response: ${plural(prompts, 'prompt')}${sample}`;
	if (beyond === 0) return ['', `${all}, none of them unlike train.`];
	const listed = suggestions.slice(0, limit);
	const rest = beyond - listed.length;
	return [
		'',
		`${all}, ${count(beyond)} unlike train, most novel first:`,
		...listed.flatMap((each) => suggestion(terminal, each)),
		...(rest > 0 ? [bullet(terminal, ' ', `and ${count(rest)} more: pairwright prompts`)] : []),
	];
}

function ordinal(n: number): string {
	const tens = n % 100;
	return `${n}${tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

function suggestion(
	terminal: Terminal,
	{ prompt, novelty: far, members, split, preview, nearest }: Suggestion,
): string[] {
	const more = members > 1 ? `, with ${plural(members - 1, 'more prompt')} of its cluster` : '';
	const first = nearest[0];
	return [
		bullet(
			terminal,
			terminal.paint('cyan', '→'),
			`${shortId(prompt)}  ${fixed(far)}  ${SPLIT_LABELS[split]}${more}: ${oneLine(preview)}`,
		),
		...(first === undefined
			? []
			: [
					terminal.paint(
						'dim',
						bullet(
							terminal,
							' ',
							`nearest train prompt, ${percent(first.similarity)} alike: ${oneLine(first.preview)}`,
						),
					),
				]),
	];
}

function composition(terminal: Terminal, { composition: places }: Inspection): string {
	const table = renderTable(
		terminal,
		[
			{ title: 'split' },
			{ title: 'prompts', align: 'right' },
			{ title: 'clusters', align: 'right' },
			{ title: 'pairs', align: 'right' },
			{ title: 'judged', align: 'right' },
			{ title: 'tags', flexible: true, drop: 1 },
		],
		places.map(({ split, prompts, clusters, pairs, judged, facets }) => [
			SPLIT_LABELS[split],
			count(prompts),
			count(clusters),
			count(pairs),
			judged === null ? 'sealed' : count(judged),
			facets.map(({ facet, prompts: n }) => `${oneLine(facet)} ${count(n)}`).join(', '),
		]),
	);
	// Of the sealed half nothing is asked: the line stands there whatever was judged.
	const open = places.some(
		({ split, pairs, judged }) => split !== 'train' && split !== 'excluded' && pairs > 0 && (judged ?? 0) < pairs,
	);
	return section(terminal, 'Composition', [table, ...(open ? ['', wrap(JUDGED_PREFIX, terminal.width, '  ')] : [])]);
}

/** What is most worth doing, as commands. */
function next(
	terminal: Terminal,
	{ leakage: leaks, shift: found, novelty: { suggestions, waiting } }: Inspection,
): string {
	const steps: string[] = [];
	const [leak] = leaks.filter((each) => each.accepted === undefined);
	if (leak !== undefined) {
		const [a, b] = [shortId(leak.a), shortId(leak.b)];
		const way =
			leak.kind === 'response-copy'
				? `pairwright split --assign excluded --ids ${leak.splits[0] === 'train' ? a : b}`
				: `pairwright split --assign ${home(leak.splits)} --ids ${a} ${b}`;
		steps.push(`Mend a leak: ${way}`);
		steps.push(`Or say why it is right: pairwright split --accept-leak ${a} ${b} --reason "…"`);
	}
	const first = suggestions[0] ?? waiting?.suggestions[0];
	if (first !== undefined) {
		steps.push(
			`If it lies outside your training distribution: pairwright tag ${shortId(first.prompt)} --facet domain:NAME --reason "…"`,
		);
	}
	if (found.status === 'fail') {
		steps.push(
			'Hold out prompts that are less like the training prompts: pairwright tag --search WORDS --facet domain:NAME',
		);
	}
	if (steps.length === 0) return '';
	return section(
		terminal,
		'Next',
		steps.map((step) => bullet(terminal, '→', step)),
	);
}

/** The most protected of the splits: where copies belong together. */
function home(splits: Inspection['leakage'][number]['splits']): string {
	if (splits.some((split) => split.startsWith('heldout'))) return 'heldout';
	return splits.includes('retention') ? 'retention' : 'eval';
}
