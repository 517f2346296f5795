import { type Command, Option } from 'commander';
import { SPLIT_LABELS, SPLITS, type Split } from '../domain/split.ts';
import type { SplitsOverview } from '../protocol/curation.ts';
import { UserError } from '../protocol/errors.ts';
import type { SplitCount, WorkspaceApi } from '../protocol/workspace-api.ts';
import { addFilters, type FilterOptions, filterOf, movePreviewText } from './filter-options.ts';
import { count, plural } from './format.ts';
import { leakText } from './leak-text.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Options extends FilterOptions {
	readonly assign?: Split;
	readonly dryRun?: true;
	readonly alone?: true;
	readonly ids?: string[];
	readonly reason?: string;
	readonly freeze?: true | string[];
	readonly acceptLeak?: string[];
}

type Frozen = Partial<Record<Split, Awaited<ReturnType<WorkspaceApi['freeze']>>>>;
type Assigned = Awaited<ReturnType<WorkspaceApi['assign']>>;
type Accepted = Awaited<ReturnType<WorkspaceApi['acceptLeak']>>;

export function registerSplit(program: Command): void {
	const command = program
		.command('split')
		.description('show the splits; move prompts; freeze with a manifest; accept a leak')
		.addOption(
			new Option('--assign <split>', 'move the prompts of --ids or of the filters, with their clusters, there').choices(
				SPLITS,
			),
		)
		.option('--ids <ids...>', 'prompts or comparisons, or unique beginnings of 8 or more')
		.option('--alone', 'with --assign excluded: not the rest of their clusters')
		.option('--dry-run', 'with --assign: say what it would do, and do nothing')
		.option('--accept-leak <ids...>', 'leaks between these prompts are right as they are; needs --reason')
		.option('--reason <text>', 'why they move, or why a leak is right')
		.option('--freeze [splits...]', 'write a manifest of these splits (default: all that hold prompts)');
	addFilters(command)
		.addHelpText(
			'after',
			example(
				'split',
				'split --assign retention --ids 3f9a1c22 77aa01bc',
				'split --assign excluded --split train --status flagged --dry-run',
				'split --freeze eval heldout',
				'split --accept-leak 3f9a1c22 77aa01bc --reason "a greeting, not a question"',
			),
		)
		.action(
			perform<Options>(
				async (context, _args, { assign, ids, reason, freeze, acceptLeak, dryRun, alone, ...filters }) => {
					const filtered = Object.keys(filters).length > 0;
					if ((assign === undefined) !== (ids === undefined && !filtered) || (ids !== undefined && filtered)) {
						throw new UserError('usage', '--assign goes with --ids, or with filters: which prompts, and where to.');
					}
					if (acceptLeak !== undefined && (reason === undefined || reason.trim() === '')) {
						throw new UserError('usage', '--accept-leak needs --reason: why the same text may stand on both sides.');
					}
					const names = Array.isArray(freeze) ? freeze.map(splitName) : null;
					const api = await context.open();
					const selection = ids === undefined ? { query: await filterOf(api, filters) } : { ids };
					if (assign !== undefined && dryRun === true) {
						const preview = await api.previewMove(selection, assign);
						return context.result({ preview }, () => movePreviewText(preview, SPLIT_LABELS[assign]));
					}
					const assigned =
						assign === undefined
							? null
							: await api.assign(selection, {
									split: assign,
									...(reason === undefined ? {} : { reason }),
									...(alone === undefined ? {} : { alone }),
								});
					const accepted = acceptLeak === undefined ? null : await api.acceptLeak(acceptLeak, reason ?? '');
					let overview = await api.splits();
					const frozen: Frozen = {};
					if (freeze !== undefined) {
						const all = SPLITS.filter((split) => split !== 'excluded' && overview.splits[split].prompts > 0);
						for (const split of names ?? all) frozen[split] = await api.freeze(split);
						overview = await api.splits();
					}
					const document = {
						splits: overview.splits,
						heldout: overview.halves,
						...(assigned === null ? {} : { assigned }),
						...(accepted === null ? {} : { accepted }),
						...(freeze === undefined ? {} : { frozen }),
					};
					context.result(document, (terminal) => splitText(terminal, overview, assigned, frozen, accepted));
				},
			),
		);
}

function splitName(text: string): Split {
	const found = SPLITS.find((split) => split === text);
	if (found === undefined) {
		throw new UserError('usage', `--freeze ${text}: there is no such split. Use ${SPLITS.join(', ')}.`);
	}
	return found;
}

export function splitText(
	terminal: Terminal,
	overview: SplitsOverview,
	assigned: Assigned | null,
	frozen: Frozen,
	accepted: Accepted | null = null,
): string {
	const frozenAt = (place: string) => overview.places.find((p) => p.place === place)?.frozen ?? null;
	const row = (label: string, c: SplitCount, place?: string): string[] => {
		const manifest = place === undefined ? null : frozenAt(place);
		const change =
			manifest === null || manifest.added + manifest.removed === 0
				? ''
				: `, since then +${count(manifest.added)} −${count(manifest.removed)}`;
		return [
			label,
			count(c.prompts),
			count(c.pairs),
			c.pairs === 0
				? ''
				: c.judged === null
					? 'sealed'
					: `${count(c.judged)} (${Math.floor((c.judged / c.pairs) * 100)} %)`,
			c.disputed === null ? 'sealed' : c.disputed === 0 ? '' : count(c.disputed),
			c.judgments === null ? 'sealed' : count(c.judgments),
			manifest === null ? '' : `${manifest.manifest}${change}`,
		];
	};
	const { splits, halves } = overview;
	const table = renderTable(
		terminal,
		[
			{ title: 'split' },
			{ title: 'prompts', align: 'right' },
			{ title: 'pairs', align: 'right' },
			{ title: 'judged', align: 'right' },
			{ title: 'disputed', align: 'right', drop: 2 },
			{ title: 'judgments', align: 'right', drop: 3 },
			{ title: 'frozen as', drop: 1 },
		],
		[
			row(SPLIT_LABELS.train, splits.train, 'train'),
			row(SPLIT_LABELS.eval, splits.eval, 'eval'),
			row(SPLIT_LABELS.heldout, splits.heldout),
			row('  tuning half (R)', halves.reference, 'heldout_reference'),
			row('  sealed half (E)', halves.sealed, 'heldout_sealed'),
			row(SPLIT_LABELS.retention, splits.retention, 'retention'),
			row(SPLIT_LABELS.excluded, splits.excluded, 'excluded'),
		],
	);
	const spans = overview.spans ?? overview.spanning.length;
	const notes = [
		...(assigned === null
			? []
			: [
					`Moved ${plural(assigned.moved, 'prompt')}${assigned.proposed > 0 ? `; ${count(assigned.proposed)} proposed only: frozen or exported` : ''}.`,
				]),
		...(accepted === null ? [] : [`Accepted ${plural(accepted.accepted, 'leak')}: listed, no longer counted.`]),
		...Object.entries(frozen).map(
			([split, f]) => `Froze ${SPLIT_LABELS[split as Split]}: ${plural(f.prompts, 'prompt')}, manifest ${f.manifest}.`,
		),
		...(halves.sealed.reason === undefined
			? []
			: [
					'Sealed: hidden until a decision (pairwright decide); what is left to judge: pairwright progress. The tuning half is the part of held-out that can be counted.',
				]),
		...leakNotes(overview),
		...(spans === 0
			? []
			: [
					`● ${plural(spans, 'cluster')} across splits: only the most protected members take part in runs and go to trainers.`,
				]),
		...(overview.proposals.length === 0 ? [] : [`● ${plural(overview.proposals.length, 'proposal')} to answer.`]),
		...(splits.heldout.prompts > 0
			? []
			: [
					'Nothing is held out yet. Tag prompts outside the training distribution: pairwright tag --search WORDS --facet domain:NAME',
				]),
	];
	return [table, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

/** Leaks that still count, by kind and splits. */
function leakNotes({ leaks = [] }: SplitsOverview): string[] {
	return leaks
		.filter(({ standing }) => standing > 0)
		.map(
			({ kind, splits: [a, b], standing }) =>
				`▲ ${plural(standing, 'leak')}: ${leakText(kind)} in ${SPLIT_LABELS[a]} and ${SPLIT_LABELS[b]}. See pairwright inspect.`,
		);
}
