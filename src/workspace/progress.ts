import { sharesOf, type Tallied } from '../calibration/agreement/people.ts';
import { quantileSorted } from '../calibration/random.ts';
import {
	isTooFast,
	type OwnFigures,
	type PersonProgress,
	type ProgressCount,
	type ProgressGroup,
	type ProgressReport,
	paceOf,
} from '../domain/progress.ts';
import { Assignment, type QueuedSplit } from '../domain/queue-assignment.ts';
import { SPLIT_LABELS } from '../domain/split.ts';
import { positionVerdicts } from '../store/agreement-query.ts';
import { goldTallies } from '../store/gold-query.ts';
import {
	firstVerdicts,
	flaggedBy,
	type StandingRow,
	standings,
	type WorkRow,
	workRows,
} from '../store/progress-query.ts';
import { peopleAtWork, queuedSplit } from '../store/queue-index.ts';
import type { Context } from './context.ts';
import { NO_GOLD_ANSWER } from './gold.ts';
import { peopleSharing } from './my-queue.ts';

const PLACES = [
	['train', SPLIT_LABELS.train],
	['eval', SPLIT_LABELS.eval],
	['R', SPLIT_LABELS.heldout_reference],
	['E', SPLIT_LABELS.heldout_sealed],
	['heldout', `${SPLIT_LABELS.heldout}, half not drawn`],
	['retention', SPLIT_LABELS.retention],
] as const;

type Verdicts = ReturnType<typeof firstVerdicts>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A group while it is counted. */
interface Tally {
	readonly count: Mutable<ProgressCount>;
	readonly days: Map<string, number>;
	unsealed: number;
}

function tally(): Tally {
	const count = { comparisons: 0, needed: 0, judged: 0, left: 0, nobody: 0, disputed: 0, flagged: 0 };
	return { count, days: new Map(), unsealed: 0 };
}

/** What a comparison asks for and has. */
interface Work {
	readonly row: WorkRow;
	readonly wanted: number;
	readonly left: number;
	readonly nobody: number;
	readonly standing: readonly StandingRow[];
	readonly cannot: ReadonlySet<string>;
}

function workOf(row: WorkRow, standing: readonly StandingRow[], assignment: Assignment): Work {
	const wanted = assignment.wanted(row.id, queuedSplit(row.place) as QueuedSplit);
	const left = row.adjudicated ? 0 : Math.max(0, wanted - row.named);
	const cannot = new Set(standing.filter((s) => s.cannot && !s.judged).map(({ person }) => person));
	const judged = new Set(standing.filter((s) => s.judged).map(({ person }) => person));
	const able = left === 0 ? 0 : assignment.people.filter((person) => !cannot.has(person) && !judged.has(person)).length;
	return { row, wanted, left, nobody: Math.max(0, left - able), standing, cannot };
}

function add({ count, ...rest }: Tally, { row, wanted, left, nobody }: Work): Tally {
	// Which of the sealed half were settled before all asked for had judged would tell where people differed.
	const given = row.sealed && row.adjudicated ? wanted : Math.min(row.named, wanted);
	count.comparisons++;
	count.needed += given + left;
	count.judged += given;
	count.left += left;
	count.nobody += nobody;
	if (row.flagged) count.flagged++;
	if (row.disputed && !row.sealed) count.disputed = (count.disputed ?? 0) + 1;
	return { count, ...rest, unsealed: rest.unsealed + (row.sealed ? 0 : 1) };
}

function addDay(days: Map<string, number>, day: string): void {
	days.set(day, (days.get(day) ?? 0) + 1);
}

/** Tallies by name, made when first met. */
class Tallies {
	readonly byName = new Map<string, Tally>();

	add(name: string, work: Work): void {
		this.byName.set(name, add(this.byName.get(name) ?? tally(), work));
	}

	group(name: string, label: string, now: number): ProgressGroup[] {
		const found = this.byName.get(name);
		if (found === undefined) return [];
		const { count, days, unsealed } = found;
		// Verdicts on the sealed half are shown where work is done on them alone: that they differ is a verdict too.
		const disputed = unsealed === 0 ? null : count.disputed;
		return [{ name: label, ...count, disputed, pace: paceOf(days, now, count.left - count.nobody) }];
	}
}

function ownFigures(
	person: string,
	verdicts: Verdicts,
	positions: readonly Tallied[],
	gold: readonly Tallied[],
	now: number,
	left: number,
): OwnFigures {
	const days = new Map<string, number>();
	for (const { day } of verdicts) addDay(days, day);
	const timed = verdicts.filter(({ ms }) => ms !== null);
	const times = Float64Array.from(timed, ({ ms }) => ms as number).sort();
	const { value, low, high, n, reason } = sharesOf(
		positions.filter(({ annotator }) => annotator === person),
		() => true,
		'no verdict for a side with a recorded order of the sides',
	);
	const right = sharesOf(
		gold.filter(({ annotator }) => annotator === person),
		() => true,
		NO_GOLD_ANSWER,
	);
	return {
		gold: {
			...{ value: right.value, low: right.low, high: right.high, n: right.n },
			...(right.reason === undefined ? {} : { reason: right.reason }),
		},
		median_ms: times.length === 0 ? null : Math.round(quantileSorted(times, 0.5)),
		timed: timed.length,
		too_fast: timed.filter(({ ms, chars }) => isTooFast(ms as number, chars)).length,
		position: { value, low, high, n, ...(reason === undefined ? {} : { reason }) },
		pace: paceOf(days, now, left),
	};
}

/** Parts of everybody at work, from what each comparison asks for and has. */
function peopleParts(works: readonly Work[], people: readonly string[], assignment: Assignment) {
	const parts = new Map(
		people.map((person) => [person, { judged: 0, left: 0, beyond: 0, later: 0, cannot: 0, disputed: 0 }]),
	);
	for (const { row, wanted, left, standing, cannot } of works) {
		const assigned = assignment.assignees(row.id, wanted, cannot);
		const judged = new Set<string>();
		for (const s of standing) {
			const part = parts.get(s.person);
			if (part === undefined) continue;
			if (s.judged) {
				judged.add(s.person);
				if (assigned.includes(s.person)) part.judged++;
				else part.beyond++;
				if (row.disputed && !row.sealed) part.disputed++;
			} else if (s.cannot) part.cannot++;
			else if (s.later) part.later++;
		}
		if (left === 0) continue;
		for (const person of assigned) {
			const part = parts.get(person);
			if (part !== undefined && !judged.has(person)) part.left++;
		}
	}
	return parts;
}

/**
 * What is asked for, done and missing, by split, facet and person (design.md §7, rules.md Votes). A comparison asks for one verdict of
 * a named person, or two, as the overlap says; an adjudication settles it. Nothing tells a verdict of the sealed half before an opening.
 * @param now milliseconds since the epoch
 */
export function progress(ctx: Context, now: number = Date.now()): ProgressReport {
	return ctx.db.read(() => {
		const me = ctx.person();
		const sharing = peopleSharing(ctx, me);
		const assignment = new Assignment(ctx.config.split.seed, sharing, ctx.config.queue.overlap);
		const standing = standings(ctx.db);
		const works = workRows(ctx.db).map((row) => workOf(row, standing.get(row.n) ?? [], assignment));
		const [all, places, facets] = [new Tallies(), new Tallies(), new Tallies()];
		const groupsOf = new Map<number, Tally[]>();
		for (const work of works) {
			all.add('all', work);
			places.add(work.row.place, work);
			for (const facet of work.row.facets) facets.add(facet, work);
		}
		for (const { row } of works) {
			const named = [places.byName.get(row.place), ...row.facets.map((facet) => facets.byName.get(facet))];
			groupsOf.set(row.n, [all.byName.get('all'), ...named] as Tally[]);
		}
		const verdicts = firstVerdicts(ctx.db);
		const byPerson = Map.groupBy(verdicts, ({ person }) => person);
		for (const { n, day } of verdicts) for (const { days } of groupsOf.get(n) ?? []) addDay(days, day);

		const people = [...new Set([...sharing, ...peopleAtWork(ctx.db)])].sort();
		const parts = peopleParts(works, people, assignment);
		const positions = positionVerdicts(ctx.db);
		const golds = goldTallies(ctx.db);
		const flagged = flaggedBy(ctx.db);
		const shown = ctx.config.people.show_individuals;
		return {
			at: new Date(now).toISOString(),
			all: all.group('all', 'all', now)[0] ?? { name: 'all', ...tally().count, pace: paceOf(new Map(), now, 0) },
			splits: PLACES.flatMap(([place, label]) => places.group(place, label, now)),
			facets: [...facets.byName.keys()].sort().flatMap((facet) => facets.group(facet, facet, now)),
			people: people.map((person): PersonProgress => {
				const part = parts.get(person) as NonNullable<ReturnType<typeof parts.get>>;
				const may = shown || person === me;
				return {
					...{ person, sharing: sharing.includes(person), ...part, flagged: flagged.get(person) ?? 0 },
					own: may ? ownFigures(person, byPerson.get(person) ?? [], positions, golds, now, part.left) : null,
				};
			}),
			individuals_shown: shown,
		};
	});
}
