import type { Side } from '../../domain/comparison.ts';

/** TRL's columns: log π and log π_ref of the preferred and of the other response, summed over response tokens, nats. */
export const LOGP_COLUMNS = ['chosen_logps', 'rejected_logps', 'ref_chosen_logps', 'ref_rejected_logps'] as const;

/**
 * The same by canonical side, for rows that were scored without a label (the sealed half, and whatever may be judged anew before the
 * scores come back): side a is the one that the id of a comparison orders first.
 */
export const SIDE_COLUMNS = ['a_logps', 'b_logps', 'ref_a_logps', 'ref_b_logps'] as const;

/** Token counts under the names that are in use; the first that is there counts. */
const TOKEN_COLUMNS = [
	['chosen_tokens', 'chosen_length'],
	['rejected_tokens', 'rejected_length'],
] as const;
const SIDE_TOKENS = [['a_tokens'], ['b_tokens']] as const;

const MAX_NAME = 200;

/** What one row says, whichever comparison it is about. */
export interface LogprobsRow {
	readonly chosen: { readonly logp: number; readonly ref: number; readonly tokens: number | null };
	readonly rejected: { readonly logp: number; readonly ref: number; readonly tokens: number | null };
	/** null = named after the file. */
	readonly checkpoint: string | null;
	readonly step: number | null;
	/** Which canonical side the row's chosen is, where it says so. */
	readonly chosenSide: Side | null;
	/** The columns were those of canonical sides: `chosen` is side a, `rejected` side b, and no label plays a part. */
	readonly canonical?: boolean;
}

type Columns = Readonly<Record<string, unknown>>;

/** Why a row cannot be used: «field: expected X, found Y». */
export class LogprobsProblem extends Error {
	override name = 'LogprobsProblem';
}

export function problem(field: string, expected: string, found: string): never {
	throw new LogprobsProblem(`${field}: expected ${expected}, found ${found}`);
}

function shown(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (typeof value === 'string')
		return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
	if (typeof value === 'number') return `the number ${value}`;
	if (Array.isArray(value)) return `a list of ${value.length}`;
	return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function logp(row: Columns, column: string): number {
	const value = row[column];
	if (typeof value !== 'number' || !Number.isFinite(value) || value > 0) {
		problem(column, 'a summed log-probability in nats, 0 or below', shown(value));
	}
	return value;
}

function tokens(row: Columns, columns: readonly string[]): number | null {
	const column = columns.find((name) => row[name] != null);
	if (column === undefined) return null;
	const value = row[column];
	if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
		problem(column, 'the number of response tokens', shown(value));
	}
	return value;
}

function checkpointName(value: unknown): string | null {
	if (value == null) return null;
	const name = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
	if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name)) {
		problem('checkpoint', `a name of 1 to ${MAX_NAME} characters on one line`, shown(value));
	}
	return name;
}

function stepOfRow(value: unknown): number | null {
	if (value == null) return null;
	if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
		problem('step', 'a whole number of training steps', shown(value));
	}
	return value;
}

/**
 * Reads the numbers of one row; which comparison it is about is another matter.
 * @throws LogprobsProblem
 */
export function readLogprobsRow(row: Columns): LogprobsRow {
	const canonical = SIDE_COLUMNS.some((column) => row[column] != null);
	const mixed = canonical ? LOGP_COLUMNS.find((column) => row[column] != null) : undefined;
	if (mixed !== undefined) {
		problem(mixed, `either ${SIDE_COLUMNS.join(', ')} or TRL's columns`, 'some of both');
	}
	const columns = canonical ? SIDE_COLUMNS : LOGP_COLUMNS;
	const counts = canonical ? SIDE_TOKENS : TOKEN_COLUMNS;
	const [chosen, rejected, refChosen, refRejected] = columns.map((column) => logp(row, column));
	const side = row.chosen_side ?? null;
	if (side !== null && side !== 'a' && side !== 'b') problem('chosen_side', '"a" or "b"', shown(side));
	return {
		chosen: { logp: chosen!, ref: refChosen!, tokens: tokens(row, counts[0]) },
		rejected: { logp: rejected!, ref: refRejected!, tokens: tokens(row, counts[1]) },
		checkpoint: checkpointName(row.checkpoint),
		step: stepOfRow(row.step),
		chosenSide: side,
		...(canonical ? { canonical } : {}),
	};
}

/** The id that a row carries, as text; null = none. Our own training exports keep theirs under metadata. */
export function rowId(row: Columns): string | null {
	const own = (row.metadata as { readonly pairwright?: { readonly id?: unknown } } | null | undefined)?.pairwright?.id;
	const id = row.id ?? own;
	if (id == null) return null;
	if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
	if (typeof id !== 'string' || id === '' || id.length > MAX_NAME) {
		problem('id', 'the id of a comparison, or the id that the imported row carried', shown(id));
	}
	return id;
}
