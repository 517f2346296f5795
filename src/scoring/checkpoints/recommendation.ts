import type { Judged } from '../../domain/criterion.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted } from '../../health/phrases.ts';
import type { CheckpointFamily } from './family.ts';
import { overfitting } from './overfitting.ts';
import { amount, called, difference, isOpen, listed } from './wording.ts';

export interface Weighed {
	readonly lambda: number;
	readonly judged: readonly (Judged | null)[];
	readonly beats: readonly boolean[];
	readonly recommended: number | null;
	/** Why there is no criterion, or null. */
	readonly reason: string | null;
}

/** What no lower loss than the reference's is called among vetoes. */
export const BEATS_REFERENCE = 'beats-reference';

function vetoes(family: CheckpointFamily, { beats, reason }: Weighed): RunRecord['recommended']['vetoes'] {
	return family.members.flatMap(({ name, standing }, k) => {
		if (standing.void !== null) return [{ checkpoint: name, check: standing.void.check }];
		return beats[k] || reason !== null ? [] : [{ checkpoint: name, check: BEATS_REFERENCE }];
	});
}

function voided(family: CheckpointFamily): string[] {
	const names = family.members.filter(({ standing }) => standing.void !== null).map(({ name }) => name);
	return names.length === 0
		? []
		: [
				`Void, for they were trained on the tuning half: ${listed(names)}.`.replace(
					'they were',
					names.length === 1 ? 'it was' : 'they were',
				),
			];
}

/** Loss against the reference on both sides of the criterion, paired. */
function against(family: CheckpointFamily, k: number): string {
	const on = (split: 'eval' | 'heldout_reference'): string =>
		difference(family.over(split, k, null), family.settings.loss, 'the reference');
	return `${on('eval')} on eval and ${on('heldout_reference')} on the held-out tuning half`;
}

function lowestJ(family: CheckpointFamily, judged: readonly (Judged | null)[]): number {
	return family.valid.reduce((least, k) => (judged[k]!.value < judged[least]!.value ? k : least));
}

function chosen(family: CheckpointFamily, weighed: Weighed): string[] {
	const { judged, lambda, recommended } = weighed;
	const least = lowestJ(family, judged);
	const one = family.valid.length === 1;
	if (recommended === null) {
		const none = one ? `${called(family.members[least]!)}, the only candidate, does not have` : 'no checkpoint has';
		return [
			`Ship none: ${none} a lower loss than the reference on both eval and the held-out tuning half.`,
			`${one ? 'Its' : `${called(family.members[least]!)} has the lowest J at λ = ${lambda}; its`} loss against the reference: ${against(family, least)}.`,
		];
	}
	const name = called(family.members[recommended]!);
	const open = (['eval', 'heldout_reference'] as const).some((split) => isOpen(family.over(split, recommended, null)));
	const lowerThan = `${open ? 'point loss' : 'loss'} is lower than the reference's:`;
	const first = one
		? `${name} is the only candidate (J = 0: nothing to compare with), and its ${lowerThan}`
		: least === recommended
			? `${name} has the lowest J of ${counted(family.valid.length, 'candidate')} at λ = ${lambda}, and its ${lowerThan}`
			: `${name} has the lowest J at λ = ${lambda} (${amount(judged[recommended]!.value)}) of those whose ${lowerThan}`;
	const lower =
		least === recommended ? [] : [`${called(family.members[least]!)} has a lower J, but does not beat the reference.`];
	return [`${first} ${against(family, recommended)}.`, ...untold(family, recommended), ...lower];
}

/** Where nothing is known of its training and no sealed half can tell. */
function untold(family: CheckpointFamily, member: number): string[] {
	const { given, standing } = family.members[member]!;
	const unknown = given.trainedOn === null && standing.checks.every(({ status }) => status === 'insufficient');
	return unknown
		? [
				'Whether it was trained on the tuning half cannot be told: nobody said, and the sealed half is too small to compare with.',
			]
		: [];
}

function undecided(reason: string): string[] {
	if (reason !== 'every candidate is void') return [`No checkpoint can be recommended: ${reason}.`];
	return [
		'Ship none: every checkpoint was trained on the tuning half, so that none can be judged on held-out prompts.',
	];
}

/** Lowest J among those that beat the reference, or none, with what it rests on in words (contract: `recommended`). */
export function recommendation(family: CheckpointFamily, weighed: Weighed): RunRecord['recommended'] {
	const { recommended, reason } = weighed;
	const allVoid = family.valid.length === 0;
	const sentences = [
		...(reason === null ? chosen(family, weighed) : undecided(reason)),
		...(allVoid ? [] : voided(family)),
		...overfitting(family),
	];
	const none = reason ?? (recommended === null ? 'no checkpoint beats the reference on eval and held-out' : null);
	return {
		lambda: null,
		checkpoint: recommended === null ? null : family.members[recommended]!.name,
		sentence: sentences.join(' '),
		vetoes: vetoes(family, weighed),
		...(none === null ? {} : { reason: none }),
	};
}
