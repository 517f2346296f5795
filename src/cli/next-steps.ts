import type { RunReport } from '../protocol/runs.ts';
import { plain, plural } from './format.ts';

/** Clusters below which a split gives no interval (rules.md). */
const MIN_CLUSTERS = 8;
const MOST = 3;

/** What is most worth doing after a run, first things first; at most three. */
export function nextSteps({ record, outOfDate, rejudge }: RunReport): string[] {
	const { run, dataset, health, recommended, decision, metrics } = record;
	const steps: string[] = [];
	const failing = (check: string) =>
		health.find((h) => h.check === check && h.status !== 'pass' && h.status !== 'insufficient');

	if (outOfDate !== null && outOfDate.changed > 0) steps.push('The data changed: run it again with pairwright score');
	const leak = failing('leakage');
	if (leak !== undefined) {
		steps.push(
			`Part the copies between splits${leak.evidence.length === 0 ? '' : ` (${plural(leak.evidence.length, 'prompt')})`}: pairwright split --assign excluded --ids ID… for the copies, or open the Splits view`,
		);
	}
	if (dataset.splits.heldout_reference.pairs === 0) {
		steps.push('Hold out prompts unlike the training prompts: pairwright tag --search WORDS --facet domain:NAME');
	} else if (dataset.splits.heldout_reference.clusters < MIN_CLUSTERS) {
		steps.push(
			`Judge or tag more held-out prompts: the tuning half has ${plural(dataset.splits.heldout_reference.clusters, 'cluster')}, intervals need ${MIN_CLUSTERS}`,
		);
	}
	const open = (metrics.eval?.left_out.open ?? 0) + (metrics.heldout_reference?.left_out.open ?? 0);
	if (open > 0)
		steps.push(`Judge what is open in eval and held-out (${plural(open, 'pair')}): pairwright list --status open`);
	if (decision === null) {
		const choice =
			recommended.checkpoint !== null
				? `--checkpoint ${/^[\w.:-]+$/.test(recommended.checkpoint) ? recommended.checkpoint : JSON.stringify(recommended.checkpoint)}`
				: recommended.lambda !== null
					? `--lambda ${plain(recommended.lambda)}`
					: null;
		steps.push(
			choice === null
				? `Record what you do with this run, and open its sealed half: pairwright decide ${run} --none --reason "…"`
				: `Record the choice, and open the sealed half: pairwright decide ${run} ${choice} --reason "…"`,
		);
	} else if (record.checkpoints === undefined) {
		steps.push('Hand the data to a trainer: pairwright export --out DIR');
	}
	if (rejudge.mistakes > 0) {
		steps.push(
			`Judge the most confident mistakes again, blind, in the editor (${plural(rejudge.mistakes + rejudge.controls, 'pair')})`,
		);
	}
	steps.push(`See the charts: pairwright report ${run} --html report.html`);
	return steps.slice(0, MOST);
}
