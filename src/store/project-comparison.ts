import type { JournalEvent } from '../domain/events.ts';
import { contentId } from '../domain/identity.ts';
import { isNamed, type Judgment, type Strength, type Verdict } from '../domain/judgment.ts';
import { type Resolved, resolve } from '../domain/resolution.ts';

/** A judgment that came with an imported row. */
export interface SourceVote {
	readonly annotator: string;
	/** The file's labels name nobody and the user named no source: a copy under another name is the same label. */
	readonly anonymous: boolean;
	readonly verdict: Verdict;
	readonly strength: Strength | null;
	readonly note: string | null;
	readonly at: string | null;
	/** The k-th such in its file, from 0. */
	readonly k: number;
}

/** Where one annotator stands on a comparison; source labels name nobody and have no standing. */
export interface Standing {
	readonly annotator: string;
	/** null: no verdict in force, only a skip. */
	readonly judgment: Judgment | null;
	/** seq of the event behind the verdict; null for an imported one. */
	readonly seq: number | null;
	readonly cannot: boolean;
	/** seq of the latest "later", while it is the last word. */
	readonly later: number | null;
}

export interface ComparisonState extends Resolved {
	/** All judgments in force, history included, oldest first. */
	readonly judgments: readonly Judgment[];
	/** Named people with a verdict. */
	readonly named: number;
	/** Flagged, and nobody has settled it since. */
	readonly flagged: boolean;
	readonly standing: readonly Standing[];
	/** Its answer is known, to those people: who marked or settled it. Gold only where the comparison stands in a place for it. */
	readonly gold: { readonly verdict: Verdict; readonly known: readonly string[] } | null;
	/** Answers to it as gold, of each person the first. No votes. */
	readonly goldAnswers: readonly { readonly annotator: string; readonly verdict: Verdict; readonly blind: boolean }[];
}

/** Identity of an imported judgment (rules.md, Identity): a re-ordered or renamed copy adds nothing. */
export function voteKey(vote: SourceVote): string {
	return JSON.stringify([
		vote.anonymous ? 'source:*' : vote.annotator.normalize('NFC'),
		vote.verdict,
		vote.strength,
		vote.note?.normalize('NFC') ?? null,
		vote.at,
		vote.k,
	]);
}

function timeOf(at: string | null): number {
	const ms = at === null ? Number.NaN : Date.parse(at);
	return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

function importedJudgment(comparison: string, vote: SourceVote): Judgment {
	let id: string | null = null;
	return {
		// Hashed when read: an import of 100,000 rows reads none.
		get id() {
			id ??= contentId([comparison, ...(JSON.parse(voteKey(vote)) as unknown[])]);
			return id;
		},
		comparison,
		annotator: vote.annotator,
		verdict: vote.verdict,
		...(vote.strength === null ? {} : { strength: vote.strength }),
		...(vote.note === null ? {} : { note: vote.note }),
		kind: 'first',
		blind: true,
		at: vote.at,
		imported: true,
	};
}

export function judgmentOf(event: JournalEvent & { type: 'judged' }): Judgment {
	return {
		id: event.id,
		comparison: event.comparison,
		annotator: event.person,
		verdict: event.verdict,
		...(event.strength === undefined ? {} : { strength: event.strength }),
		...(event.reasons === undefined ? {} : { reasons: event.reasons }),
		...(event.note === undefined ? {} : { note: event.note }),
		...(event.shown_first === undefined ? {} : { shown_first: event.shown_first }),
		...(event.ms === undefined ? {} : { ms: event.ms }),
		...(event.guideline === undefined ? {} : { guideline: event.guideline }),
		kind: event.kind,
		blind: event.blind,
		at: event.time,
		imported: false,
	};
}

/** An answer to a gold pair, for showing it to who gave it: it is no vote, and no judgment of the comparison. */
export function goldJudgment(event: JournalEvent & { type: 'gold-answered' }): Judgment {
	return judgmentOf({ ...event, type: 'judged', kind: 'first' });
}

/**
 * State of one comparison from everything said about it: a pure function of sets, so that duplicates and the order in
 * which files were read do not matter.
 * @param events its events in journal order, retracted ones left out
 * @param votes imported votes, ordered by (import, row); the same vote in two files counts once
 */
export function projectComparison(
	id: string,
	events: readonly JournalEvent[],
	votes: readonly SourceVote[],
): ComparisonState {
	const once = new Map<string, Judgment>();
	for (const vote of votes) {
		const key = voteKey(vote);
		if (!once.has(key)) once.set(key, importedJudgment(id, vote));
	}
	// Stable sort: equal times keep file order, "the latest counts (by `at`, else line)".
	const imported = [...once.values()].sort((x, y) => {
		const [a, b] = [timeOf(x.at), timeOf(y.at)];
		return a < b ? -1 : a > b ? 1 : 0;
	});
	const latest = new Map<string, { judgment: Judgment; seq: number | null }>();
	for (const judgment of imported) latest.set(judgment.annotator, { judgment, seq: null });

	const own: Judgment[] = [];
	const skips = new Map<string, { cannot: boolean; later: number | null }>();
	let adjudicated: Verdict | null = null;
	let flagged = false;
	let gold: Verdict | null = null;
	const known = new Set<string>();
	const answers = new Map<string, { annotator: string; verdict: Verdict; blind: boolean }>();
	for (const event of events) {
		if (event.type === 'judged') {
			const judgment = judgmentOf(event);
			own.push(judgment);
			const before = latest.get(event.person);
			// A live verdict follows the imported one unless that is dated later.
			if (before === undefined || before.seq !== null || timeOf(before.judgment.at) <= timeOf(event.time)) {
				latest.set(event.person, { judgment, seq: event.seq });
			}
			skips.delete(event.person);
		} else if (event.type === 'skipped') {
			const cannot = event.cannot !== undefined || (skips.get(event.person)?.cannot ?? false);
			skips.set(event.person, { cannot, later: cannot ? null : event.seq });
		} else if (event.type === 'adjudicated') {
			adjudicated = event.verdict;
			known.add(event.person);
			// It answers what was flagged before it; a flag after it asks for another look.
			flagged = false;
		} else if (event.type === 'flagged') {
			flagged = true;
		} else if (event.type === 'gold-marked') {
			gold = event.verdict;
			known.add(event.person);
		} else if (event.type === 'gold-answered' && !answers.has(event.person)) {
			answers.set(event.person, { annotator: event.person, verdict: event.verdict, blind: event.blind });
		}
	}

	const verdicts = [...latest.values()].map((entry) => entry.judgment);
	const standing: Standing[] = [];
	for (const annotator of [...new Set([...latest.keys(), ...skips.keys()])].sort()) {
		if (annotator.startsWith('source:')) continue;
		const entry = latest.get(annotator);
		const skip = skips.get(annotator);
		standing.push({
			annotator,
			judgment: entry?.judgment ?? null,
			seq: entry?.seq ?? null,
			cannot: skip?.cannot ?? false,
			later: entry === undefined ? (skip?.later ?? null) : null,
		});
	}
	return {
		...resolve(verdicts, adjudicated),
		judgments: [...imported, ...own],
		named: verdicts.filter((j) => isNamed(j.annotator)).length,
		flagged,
		standing,
		gold: gold === null ? null : { verdict: gold, known: [...known].sort() },
		goldAnswers: [...answers.values()],
	};
}
