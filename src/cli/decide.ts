import type { Command } from 'commander';
import { withinShares } from '../domain/accuracy-bounds.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { UserError } from '../protocol/errors.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { interval, oneLine, plural } from './format.ts';
import { example, numberBetween, perform } from './register.ts';
import { chosenInWords } from './report-text.ts';

interface Options {
	readonly lambda?: number;
	readonly checkpoint?: string;
	readonly none?: true;
	readonly reason: string;
}

type Decided = Awaited<ReturnType<WorkspaceApi['decide']>>;

export function registerDecide(program: Command): void {
	program
		.command('decide')
		.description('record which λ or checkpoint is chosen, or none; this opens the sealed half of that run')
		.argument('<run>', 'run id, a unique beginning of it, or latest')
		.option('--lambda <x>', 'one of the run’s λ, recommended or not', numberBetween(0, 1))
		.option('--checkpoint <name>', 'one of the checkpoints of a run over checkpoints, recommended or not')
		.option('--none', 'none is good enough')
		.requiredOption('--reason <text>', 'why; it stays with the decision')
		.addHelpText(
			'after',
			example(
				'decide latest --lambda 0.3 --reason "carries over at no cost in eval"',
				'decide latest --checkpoint dpo-step50 --reason "the only one below the reference"',
			),
		)
		.action(
			perform<Options>(async (context, [run], { lambda, checkpoint, none, reason }) => {
				if ([lambda, checkpoint, none].filter((each) => each !== undefined).length !== 1) {
					throw new UserError('usage', 'Say what was chosen: --lambda X, --checkpoint NAME, or --none.');
				}
				if (reason.trim() === '')
					throw new UserError('usage', '--reason: a decision without a reason cannot be understood later.');
				const api = await context.open();
				const done = await api.decide(run!, {
					lambda: lambda ?? null,
					checkpoint: checkpoint ?? null,
					reason,
				});
				const record =
					context.options.json === true ? null : (await api.report(done.decision.run, { part: 'record' })).record;
				context.result(done, () => decisionText(done, record));
			}),
		);
}

/** @param record with what the decision opened, or null */
export function decisionText({ decision, openings, metrics }: Decided, record: RunRecord | null): string {
	const sealed = metrics.heldout_sealed;
	return [
		`Recorded: ${chosenInWords(decision, 'none')} for run ${decision.run}. ${decision.reason}`,
		sealed === null
			? 'This run has no sealed half: nothing was opened.'
			: `Sealed half opened: ${plural(sealed.n, 'pair')}, ${plural(sealed.groups, 'cluster')}. Accuracy ${interval(withinShares(sealed.accuracy))}, NLL ${interval(sealed.nll)}, over-confidence ${interval(sealed.overconfidence)}.`,
		...(sealed === null || record === null ? [] : openedLines(record)),
		...(decision.after_opening
			? [
					`Chosen after seeing E (${plural(openings, 'opening')}): it is no longer an unseen test. Add fresh sealed prompts before the next decision.`,
				]
			: []),
	].join('\n');
}

/** E against pooled training, and apart by facets that the tuning half has too and that only E has. */
function openedLines({ claim, opened }: RunRecord): string[] {
	const loss = (facets: 'seen' | 'unseen', name: 'choice' | 'pooled') =>
		opened?.by_facet?.find((row) => row.facets === facets && row.name === name);
	const apart = (['seen', 'unseen'] as const).flatMap((facets) => {
		const [choice, pooled] = [loss(facets, 'choice'), loss(facets, 'pooled')];
		if (choice === undefined) return [];
		const against = pooled === undefined ? '' : `, pooled ${interval(pooled)}`;
		const which = facets === 'seen' ? 'facets that the tuning half has too' : 'facets that only the sealed half has';
		return [
			`Loss on ${which} (${plural(choice.pairs, 'pair')}, ${plural(choice.clusters, 'cluster')}): ${interval(choice)}${against}.`,
		];
	});
	const beside = (opened?.losses ?? []).flatMap((row) => {
		if (row.checkpoint === undefined || row.name === 'choice') return [];
		const what =
			{ recommended: 'recommended', best_by_eval: 'best by eval' }[row.name as string] ?? 'simultaneous 95 % band';
		return [`Beside it ${oneLine(row.checkpoint)}: loss ${interval(row)} (${what}).`];
	});
	return [...(claim === undefined ? [] : [claim.sentence]), ...apart, ...beside];
}
