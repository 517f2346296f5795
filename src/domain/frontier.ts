import type { FrontierPoint, RunRecord } from './run-record.ts';

/** Points of the frontier that are one and the same solution, in order of λ. Losses in nats. */
export interface Solution {
	readonly first: FrontierPoint;
	readonly last: FrontierPoint;
	readonly fit: number;
	readonly heldout: number;
}

/** Which loss is the fit: out of fold on train for the probe, eval for checkpoints. */
export function fitLoss(
	record: RunRecord,
	point: { readonly train_loss: number | null; readonly eval_loss: number | null },
): number | null {
	return record.objective?.fit === 'eval' ? point.eval_loss : point.train_loss;
}

/** The distinct solutions of a frontier; points without both losses are left out. */
export function solutions(record: RunRecord): Solution[] {
	const found: Solution[] = [];
	for (const point of record.frontier) {
		const fit = fitLoss(record, point);
		if (fit === null || point.heldout_loss === null) continue;
		const before = found.at(-1);
		if (point.same_as_previous && before) found[found.length - 1] = { ...before, last: point };
		else found.push({ first: point, last: point, fit, heldout: point.heldout_loss });
	}
	return found;
}

export function inSolution({ first, last }: Solution, lambda: number | null): lambda is number {
	return lambda !== null && first.lambda <= lambda && lambda <= last.lambda;
}

/** λ as written in text: no trailing zeros. */
export function lambdaText(lambda: number): string {
	return String(Number(lambda.toFixed(3)));
}

/** "λ 0.3–1", "λ 0.25". */
export function lambdaRange({ first, last }: Pick<Solution, 'first' | 'last'>): string {
	const from = lambdaText(first.lambda);
	const to = lambdaText(last.lambda);
	return from === to ? `λ ${from}` : `λ ${from}–${to}`;
}

export interface LambdaChoice {
	readonly lambda: number;
	/** "λ 0.25". */
	readonly label: string;
	/** "recommended, used in this run"; may be empty. */
	readonly detail: string;
}

/** What a decision may name: one λ for each distinct solution, since two λ with the same solution are the same decision. */
export function lambdaChoices(record: RunRecord): LambdaChoice[] {
	const { recommended, settings } = record;
	const path = solutions(record);
	if (path.length === 0) {
		return [{ lambda: settings.lambda, label: `λ ${lambdaText(settings.lambda)}`, detail: 'used in this run' }];
	}
	return path.map((solution) => {
		const isRecommended = inSolution(solution, recommended.lambda);
		const isUsed = inSolution(solution, settings.lambda);
		const lambda = isRecommended ? (recommended.lambda ?? 0) : isUsed ? settings.lambda : solution.first.lambda;
		const detail = [
			isRecommended ? 'recommended' : '',
			isUsed ? 'used in this run' : '',
			solution.first.lambda === solution.last.lambda ? '' : `same solution as ${lambdaRange(solution)}`,
		];
		return { lambda, label: `λ ${lambdaText(lambda)}`, detail: detail.filter((part) => part !== '').join(', ') };
	});
}
