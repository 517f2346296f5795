import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	addFleissUnit,
	addPercent,
	cohenKappa,
	confusionAgreement,
	fleissAgreement,
	fleissKappa,
	fleissLength,
} from '../../src/calibration/agreement/kappa.ts';
import { addCoincidences, krippendorffAlpha } from '../../src/calibration/agreement/krippendorff.ts';
import { type Measured, share } from '../../src/calibration/agreement/measured.ts';
import { compareCase, type Readers, skipVectors as skip, type VectorCase, vectorCases } from './calibration-support.ts';

/** A vector file writes an undefined number as null, and says why in a field of its own. */
const number = (of: Measured): number | null => (typeof of === 'string' ? null : of);

function alphaOf(units: readonly (readonly number[])[], size: number) {
	const matrix = new Float64Array(size * size);
	for (const counts of units) addCoincidences(matrix, counts);
	return matrix;
}

function cohen(vector: VectorCase) {
	const { rater1, rater2, categories } = vector.input as unknown as Record<string, readonly unknown[]>;
	const size = categories!.length;
	const confusion = new Float64Array(size * size);
	rater1!.forEach((rating, i) => {
		const at = categories!.indexOf(rating) * size + categories!.indexOf(rater2![i]);
		confusion[at] = confusion[at]! + 1;
	});
	return { confusion, size };
}

const COHEN: Readers<ReturnType<typeof cohen>> = [
	[/^percent_agreement$/, ({ confusion, size }) => number(confusionAgreement(confusion, size).observed)],
	[/^expected_agreement$/, ({ confusion, size }) => number(confusionAgreement(confusion, size).expected)],
	[/^cohen_kappa$/, ({ confusion, size }) => number(cohenKappa(confusion, size))],
	[
		/^weighted_kappa_(linear|quadratic)$/,
		({ confusion, size }, [, weights]) => number(cohenKappa(confusion, size, weights as 'linear')),
	],
	[/^undefined$/, ({ confusion, size }) => cohenKappa(confusion, size)],
	[
		/^confusion$/,
		({ confusion, size }) => Array.from({ length: size }, (_, i) => [...confusion.subarray(i * size, (i + 1) * size)]),
	],
];

function fleiss(vector: VectorCase) {
	const counts = vector.input.counts as unknown as readonly (readonly number[])[];
	const size = counts[0]!.length;
	const sums = new Float64Array(fleissLength(size));
	for (const unit of counts) addFleissUnit(sums, unit);
	return { sums, size, counts };
}

const FLEISS: Readers<ReturnType<typeof fleiss>> = [
	[/^mean_agreement$/, ({ sums }) => number(fleissAgreement(sums).mean)],
	[/^expected_agreement$/, ({ sums }) => number(fleissAgreement(sums).expected)],
	[/^fleiss_kappa$/, ({ sums }) => number(fleissKappa(sums))],
	[/^undefined$/, ({ sums }) => fleissKappa(sums)],
	[
		/^krippendorff_alpha_nominal_same_data$/,
		({ counts, size }) => number(krippendorffAlpha(alphaOf(counts, size), size)),
	],
];

function krippendorff(vector: VectorCase) {
	const raters = vector.input.ratings_by_rater as unknown as readonly (readonly (string | number | null)[])[];
	const values = [...new Set(raters.flat().filter((x) => x !== null))].sort((x, y) => (x < y ? -1 : 1));
	const units = raters[0]!.map((_, i) => values.map((value) => raters.filter((r) => r[i] === value).length));
	const size = values.length;
	const percent = new Float64Array(4);
	for (const counts of units) addPercent(percent, counts);
	return { size, values: values as number[], units, percent, matrix: alphaOf(units, size) };
}

const KRIPPENDORFF: Readers<ReturnType<typeof krippendorff>> = [
	[/^pairable_values$/, ({ matrix }) => Math.round(matrix.reduce((sum, x) => sum + x, 0))],
	[
		/^alpha_(nominal|ordinal|interval)$/,
		({ matrix, size, values }, [, metric]) => number(krippendorffAlpha(matrix, size, metric as 'nominal', values)),
	],
	[/^percent_agreement_mean_over_units$/, ({ percent }) => number(share(percent.subarray(0, 2)))],
	[/^percent_agreement_pooled_pairs$/, ({ percent }) => number(share(percent.subarray(2, 4)))],
	[/^undefined$/, ({ matrix, size }) => krippendorffAlpha(matrix, size)],
];

test('percent agreement, κ of Cohen and Fleiss, and α are those of the reference vectors', { skip }, () => {
	let fields = 0;
	for (const vector of vectorCases('agreement.json')) {
		if ('rater1' in vector.input) fields += compareCase(vector, cohen(vector), COHEN);
		else if ('counts' in vector.input) fields += compareCase(vector, fleiss(vector), FLEISS);
		else fields += compareCase(vector, krippendorff(vector), KRIPPENDORFF);
	}
	assert.ok(fields > 80, `${fields} fields were compared`);
});
