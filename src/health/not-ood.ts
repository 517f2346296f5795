/**
 * not-ood: is held-out really out of distribution?
 * H0: prompts of held-out and train are told apart by a cross-fitted classifier with an AUC of at least 0.60. H1: less.
 * Statistic: mean of per-fold AUC on prompt text with its 95 % clustered interval (src/shift): `fail` if the upper bound < 0.60,
 * `pass` if the lower bound > 0.60, else `insufficient`. Where only the response differences tell them apart, `warn`: the prompts
 * are not unlike the training ones, something else is.
 * Cluster unit: the cluster of prompts. Minimum n: 8 clusters on each side.
 * "Inputs differ; whether preferences differ is the generalization check."
 */
import type { HealthCheck, Shift } from '../domain/run-record.ts';
import { insufficient } from './check.ts';
import { interval } from './phrases.ts';

export const NOT_OOD = 'not-ood';
const THRESHOLD = 0.6;

function auc(value: number): string {
	return value.toFixed(2);
}

export function checkNotOod({ prompts, responses }: Shift): HealthCheck {
	const remedy = 'Tag prompts that lie outside the training distribution; the Splits view ranks the most novel ones.';
	if (prompts.auc === null || prompts.low === null || prompts.high === null) {
		return insufficient(NOT_OOD, prompts.reason ?? 'Held-out and train prompts cannot be compared.', {
			threshold: THRESHOLD,
			remedy,
		});
	}
	const beside =
		responses.auc === null
			? ''
			: ` By response differences alone: ${auc(responses.auc)}${interval(responses.low, responses.high, auc)}.`;
	const said = `A classifier tells held-out prompts from train prompts with AUC ${auc(prompts.auc)}${interval(prompts.low, prompts.high, auc)}; ½ is a coin.${beside}`;
	const onlyResponses = prompts.status === 'fail' && responses.status === 'pass';
	const status = onlyResponses ? 'warn' : prompts.status;
	const words = {
		pass: 'Inputs differ; whether preferences differ is the generalization check.',
		warn: 'The prompts look like the training ones; only the responses differ.',
		fail: 'The held-out prompts look like the training ones, so these numbers say nothing about other prompts.',
		insufficient: `The interval reaches over ${THRESHOLD}: more held-out prompts are needed to tell.`,
	}[status];
	return {
		check: NOT_OOD,
		status,
		p: null,
		statistic: prompts.auc,
		low: prompts.low,
		high: prompts.high,
		threshold: THRESHOLD,
		n_needed: null,
		evidence: [],
		message: `${said} ${words}`,
		sample_size: `${prompts.heldout.n} held-out prompts in ${prompts.heldout.clusters} clusters, ${prompts.train.n} train prompts in ${prompts.train.clusters}.`,
		...(status === 'insufficient' ? { reason: words } : {}),
		...(status === 'pass' ? {} : { remedy }),
	};
}
