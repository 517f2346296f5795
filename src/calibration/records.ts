/**
 * What every calibration number is computed from: weighted (pair, model) records, struct of arrays, one entry a record.
 * A pair scored by K fold models is K records of weight 1/K that share `pair` and `cluster`, so n counts pairs.
 */
export interface Records {
	readonly size: number;
	/** Logit of P(chosen ≻ rejected), nats; ±Infinity where p is 0 or 1. */
	readonly margin: Float64Array;
	/** P(chosen ≻ rejected) = σ(margin). */
	readonly p: Float64Array;
	/** Vote share of the chosen side; in [½, 1] where the pair is oriented, any share in [0, 1] is allowed. */
	readonly y: Float64Array;
	readonly weight: Float64Array;
	/** Cluster of the record, 0 … clusters − 1. */
	readonly cluster: Int32Array;
	readonly clusters: number;
	/** Pair of the record, 0 … pairs − 1. */
	readonly pair: Int32Array;
	readonly pairs: number;
	/** 1 where a strict majority decided the pair: only these count for accuracy. */
	readonly decided: Uint8Array;
}

export function sigmoid(z: number): number {
	if (z >= 0) return 1 / (1 + Math.exp(-z));
	const e = Math.exp(z);
	return e / (1 + e);
}

/** ln(1 + e^z) without overflow. */
export function softplus(z: number): number {
	return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

/** Negative log-likelihood of a vote share: y·ln(1+e^{−z}) + (1−y)·ln(1+e^{z}) in nats, with 0·∞ = 0. */
export function pairLoss(z: number, y: number): number {
	return (y === 0 ? 0 : y * softplus(-z)) + (y === 1 ? 0 : (1 - y) * softplus(z));
}

/** One pair as the metrics see it. */
export interface PairLabel {
	/** Any string; records of one cluster depend on each other. */
	readonly cluster: string;
	readonly y: number;
	readonly decided: boolean;
}

/** Consecutive numbers for strings, in order of first appearance. */
export function numberStrings(values: Iterable<string>): { readonly index: Int32Array; readonly count: number } {
	const seen = new Map<string, number>();
	const out: number[] = [];
	for (const value of values) {
		let i = seen.get(value);
		if (i === undefined) {
			i = seen.size;
			seen.set(value, i);
		}
		out.push(i);
	}
	return { index: Int32Array.from(out), count: seen.size };
}

/**
 * Records of pairs scored by one or more models.
 * @param margins one array of logits per model, each over the same pairs in the same order
 */
export function recordsFromMargins(pairs: readonly PairLabel[], margins: readonly Float64Array[]): Records {
	const models = margins.length;
	const n = pairs.length;
	const size = n * models;
	const { index, count } = numberStrings(pairs.map((pair) => pair.cluster));
	const labels = {
		size,
		margin: new Float64Array(0),
		p: new Float64Array(0),
		y: new Float64Array(size),
		weight: new Float64Array(size).fill(1 / models),
		cluster: new Int32Array(size),
		clusters: count,
		pair: new Int32Array(size),
		pairs: n,
		decided: new Uint8Array(size),
	};
	for (let i = 0, r = 0; i < n; i++) {
		const pair = pairs[i]!;
		for (let k = 0; k < models; k++, r++) {
			labels.y[r] = pair.y;
			labels.cluster[r] = index[i]!;
			labels.pair[r] = i;
			labels.decided[r] = pair.decided ? 1 : 0;
		}
	}
	return withMargins(labels, margins);
}

/** The same pairs scored by other models, as many: labels and clusters are shared with `records`, margins and p are new. */
export function withMargins(records: Records, margins: readonly Float64Array[]): Records {
	const models = margins.length;
	const margin = new Float64Array(records.size);
	const p = new Float64Array(records.size);
	for (let k = 0; k < models; k++) {
		const from = margins[k]!;
		for (let i = 0, r = k; i < from.length; i++, r += models) {
			margin[r] = from[i]!;
			p[r] = sigmoid(from[i]!);
		}
	}
	return { ...records, margin, p };
}

/** One probability and label a row, as columns. */
export interface ProbabilityColumns {
	readonly p: Float64Array;
	readonly y: Float64Array;
	/** 0 … clusters − 1. */
	readonly cluster: Int32Array;
	readonly clusters: number;
}

/** Records of given probabilities, one a pair; the margin is the logit, and every label but ½ is decided. */
export function recordsFromColumns({ p, y, cluster, clusters }: ProbabilityColumns): Records {
	const size = p.length;
	return {
		size,
		margin: p.map((value) => Math.log(value) - Math.log1p(-value)),
		p,
		y,
		weight: new Float64Array(size).fill(1),
		cluster,
		clusters,
		pair: Int32Array.from({ length: size }, (_, i) => i),
		pairs: size,
		decided: Uint8Array.from(y, (share) => (share === 0.5 ? 0 : 1)),
	};
}

/** Records of given probabilities, one a pair; the margin is the logit. */
export function recordsFromProbabilities(pairs: readonly PairLabel[], p: ArrayLike<number>): Records {
	const records = recordsFromMargins(pairs, [Float64Array.from(p, (value) => Math.log(value) - Math.log1p(-value))]);
	for (let i = 0; i < records.size; i++) records.p[i] = p[i]!;
	return records;
}
