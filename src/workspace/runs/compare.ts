import type { CheckpointResult } from '../../domain/checkpoint.ts';
import { headlineCheckpoint } from '../../domain/headline.ts';
import type { EvaluationSplit } from '../../domain/split.ts';
import { SPLIT_LABELS } from '../../domain/split.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunComparison, RunSide } from '../../protocol/runs.ts';
import {
	type ComparedPair,
	flippedPairs,
	matchScores,
	type NotCompared,
	type SideScore,
	scoreDifferences,
} from '../../scoring/compare-scores.ts';
import { decisionOn } from './decisions.ts';
import type { RunsPort } from './port.ts';
import { runScores } from './reports.ts';
import { findRun, readRecord, readScores, type StoredRecord } from './run-files.ts';

/** Flipped pairs listed at most; the totals count them all. */
const MAX_FLIPPED = 200;

/** A run's headline solution or one of its checkpoints, found. */
export interface FoundSide {
	readonly run: string;
	/** As stored: nothing of E is in it. */
	readonly record: StoredRecord;
	/** null for the probe, whose one headline has no name. */
	readonly checkpoint: string | null;
	readonly result: CheckpointResult | null;
}

/** @throws UserError not-found, ambiguous-id; usage for a checkpoint that the run does not have */
export function findSide(port: Pick<RunsPort, 'paths'>, { run: wanted, checkpoint }: RunSide): FoundSide {
	const run = findRun(port.paths.runs, wanted);
	const record = readRecord(port.paths.runs, run);
	const name = checkpoint ?? headlineCheckpoint(record);
	if (name === null) return { run, record, checkpoint: null, result: null };
	const result = record.checkpoints?.find((each) => each.name === name) ?? null;
	if (result !== null) return { run, record, checkpoint: name, result };
	const names = (record.checkpoints ?? []).map((each) => each.name);
	throw new UserError(
		'usage',
		names.length === 0
			? `Run ${run} is of the text probe and has no checkpoint "${name}": name the run alone.`
			: `Run ${run} has no checkpoint "${name}". It has ${names.join(', ')}.`,
	);
}

/** Every pair under one side; E only where asked for, and then only what a decision has opened of it. */
function sideScores(port: RunsPort, { run, record, checkpoint }: FoundSide, withSealed: boolean): SideScore[] {
	const { beta } = record.settings;
	const lines = withSealed ? runScores(port, run) : readScores(port.paths.runs, run);
	return lines
		.filter((line) => line.checkpoint === checkpoint && (withSealed || line.split !== 'heldout_sealed'))
		.map(({ comparison, split, y, decided, chosen_side, delta, seen = false }) => ({
			comparison,
			split,
			y,
			decided,
			chosenSide: chosen_side,
			margin: beta * delta,
			seen,
		}));
}

const VOID = 'void: trained on, so not held out';

/** Pairs that both sides scored alike and what differs on them, for the gate too, which never asks for E. */
export function matchSides(
	port: RunsPort,
	first: FoundSide,
	second: FoundSide,
	withSealed: boolean,
): {
	readonly pairs: ComparedPair[];
	readonly left: NotCompared;
	readonly differences: RunComparison['differences'];
} {
	const of = (side: FoundSide) => sideScores(port, side, withSealed);
	const { pairs, left } = matchScores(of(first), of(second), port.places());
	const invalid = (first.result?.void ?? second.result?.void) !== undefined;
	const differences = scoreDifferences(pairs).map((each) =>
		invalid && each.split === 'heldout_reference'
			? { ...each, value: null, low: null, high: null, reason: VOID }
			: each,
	);
	return { pairs, left, differences };
}

const counted = (n: number, rest: string): string => `${n} ${n === 1 ? 'pair' : 'pairs'} ${rest}`;

/** In words why pairs stand in no difference; nothing for what is 0. */
export function notesOf(left: NotCompared): string[] {
	const said: [number, string][] = [
		[left.labels, 'have other labels in one of the runs: left out'],
		[left.moved, 'were scored in different splits: left out'],
		[left.seen, 'were trained on by one of them, or are near what was: left out'],
		[left.sealed, 'have gone to the sealed half since: left out'],
		[left.gone, 'are excluded or no longer in the workspace: left out'],
		[left.onlyFirst, 'were scored by the baseline alone'],
		[left.onlySecond, 'were scored by the other alone'],
	];
	return said.filter(([n]) => n > 0).map(([n, rest]) => counted(n, rest));
}

const isProbe = ({ result }: FoundSide): boolean => result === null;

function referenceOf({ record }: FoundSide): string | null {
	return record.engine.models?.find((model) => model.role === 'reference')?.hash ?? null;
}

/** What two sides do not share although their numbers stand side by side. */
export function settingsNotes(first: FoundSide, second: FoundSide): string[] {
	const [a, b] = [first.record.settings, second.record.settings];
	const notes: string[] = [];
	if (isProbe(first) !== isProbe(second)) {
		notes.push('One of the two is the text probe, which scores no language model.');
	}
	if (a.beta !== b.beta) {
		notes.push(`β is ${a.beta} and ${b.beta}: NLL, Brier and over-confidence follow it, accuracy does not.`);
	}
	const [one, other] = [referenceOf(first), referenceOf(second)];
	if (one !== null && other !== null && one !== other) notes.push('The reference models differ.');
	return notes;
}

/** E is compared once a decision on either run has opened it; before, why not. */
function sealedNotes(port: RunsPort, first: FoundSide, second: FoundSide): { open: boolean; notes: string[] } {
	const sides = [first, second];
	if (!sides.every(({ record }) => record.dataset.splits.heldout_sealed.pairs > 0)) return { open: false, notes: [] };
	const decisions = sides.map(({ run }) => decisionOn(port, run));
	const name = SPLIT_LABELS.heldout_sealed;
	if (decisions.includes(null)) {
		return { open: false, notes: [`${name}: compared once both runs are decided.`] };
	}
	const notes = sides.flatMap(({ run, record, checkpoint }, i) => {
		const { lambda } = decisions[i]!;
		if (checkpoint !== null || lambda === null || lambda === record.settings.lambda) return [];
		return [
			`${name}: of run ${run} it is the decided λ = ${lambda}; everything else is at λ = ${record.settings.lambda}.`,
		];
	});
	return { open: true, notes };
}

/**
 * Paired differences second − first over pairs that both scored with the same labels, and the pairs that changed sides.
 * E takes part only where both runs are decided, and never among the flipped pairs.
 * @throws UserError not-found, ambiguous-id, usage, unusable-input for a damaged run
 */
export function compareRuns(port: RunsPort, one: RunSide, other: RunSide): RunComparison {
	const first = findSide(port, one);
	const second = findSide(port, other);
	const sealed = sealedNotes(port, first, second);
	const { pairs, left, differences } = matchSides(port, first, second, sealed.open);
	const flips = flippedPairs(pairs);
	const shown = flips.slice(0, MAX_FLIPPED);
	const facts = port.facts(shown.map((flip) => flip.comparison));
	const count = (now: 'right' | 'wrong') => flips.filter((flip) => flip.now === now).length;
	return {
		baseline: { run: first.run, checkpoint: first.checkpoint },
		other: { run: second.run, checkpoint: second.checkpoint },
		differences,
		flipped: shown.map((flip) => ({ ...flip, preview: facts.get(flip.comparison)?.preview ?? '' })),
		flippedTotal: { lost: count('wrong'), gained: count('right') },
		notes: [...settingsNotes(first, second), ...sealed.notes, ...sealedChoice(pairs, sealed.open), ...notesOf(left)],
	};
}

/** A decision opens E line by line for its choice and baselines alone. */
function sealedChoice(pairs: readonly { readonly split: EvaluationSplit }[], open: boolean): string[] {
	if (!open || pairs.some(({ split }) => split === 'heldout_sealed')) return [];
	return [`${SPLIT_LABELS.heldout_sealed}: opened pair by pair only for what was chosen, so not compared.`];
}
