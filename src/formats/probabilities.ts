import type { CalibrationForm } from '../calibration/proper.ts';
import type { ProbabilityColumns } from '../calibration/records.ts';
import { UserError } from '../protocol/errors.ts';
import type { ChunkSource } from './chunks.ts';
import type { Row } from './parse-row.ts';
import { parsedRows } from './parsed-rows.ts';
import { RowError, refuse } from './row-error.ts';

/** Rejected rows that are named; all are counted. */
const NAMED_REJECTED = 1000;

export interface Probabilities extends ProbabilityColumns {
	readonly rejected: readonly { readonly line: number; readonly reason: string }[];
	readonly rejectedCount: number;
}

/** Doubles in a buffer that grows: a million rows cost their numbers, not an object each. */
class Column {
	#values = new Float64Array(1024);
	length = 0;
	push(value: number): void {
		if (this.length === this.#values.length) {
			const wider = new Float64Array(2 * this.length);
			wider.set(this.#values);
			this.#values = wider;
		}
		this.#values[this.length++] = value;
	}
	values(): Float64Array {
		return this.#values.slice(0, this.length);
	}
}

function share(row: Row, field: 'p' | 'y', low: number, what: string): number {
	const value = row[field];
	if (typeof value !== 'number' || !(value >= low && value <= 1)) refuse(field, `${what} from ${low} to 1`, value);
	return value;
}

function label(row: Row, form: CalibrationForm): number {
	if (form === 'binary') return share(row, 'y', 0, 'a label or share of votes');
	return row.y === undefined ? 1 : share(row, 'y', 0.5, 'the share of votes for the chosen response, a number');
}

function groupOf(row: Row): string | null {
	const { group } = row;
	if (group === undefined || group === null) return null;
	if (typeof group === 'number') return `n${group}`;
	if (typeof group !== 'string') refuse('group', 'a text or a number', group);
	return `t${group}`;
}

/**
 * Streams rows `{p, y?, group?}`, as JSON Lines or one JSON array. Rows without a group are each their own cluster. A row that cannot be
 * used is named with its line and left out.
 * @param name names the file in messages
 * @throws UserError `unusable-input` where no row can be used
 */
export async function readProbabilities(
	name: string,
	source: Pick<ChunkSource, 'chunks'>,
	form: CalibrationForm,
): Promise<Probabilities> {
	const p = new Column();
	const y = new Column();
	const cluster = new Column();
	const groups = new Map<string, number>();
	const rejected: { line: number; reason: string }[] = [];
	let rejectedCount = 0;
	let clusters = 0;
	const reject = (line: number, reason: string): void => {
		if (++rejectedCount <= NAMED_REJECTED) rejected.push({ line, reason });
	};
	for await (const rows of parsedRows(name, source)) {
		for (const { line, row, reason } of rows) {
			if (row === null) {
				reject(line, reason);
				continue;
			}
			try {
				const probability = share(row, 'p', 0, 'a probability');
				const target = label(row, form);
				const group = groupOf(row);
				let g = group === null ? undefined : groups.get(group);
				if (g === undefined) {
					g = clusters++;
					if (group !== null) groups.set(group, g);
				}
				p.push(probability);
				y.push(target);
				cluster.push(g);
			} catch (error) {
				if (!(error instanceof RowError)) throw error;
				reject(line, error.message);
			}
		}
	}
	if (p.length === 0) {
		const [first] = rejected;
		const why = first === undefined ? 'It holds no rows.' : `Line ${first.line}: ${first.reason}`;
		const more = rejectedCount > 1 ? ` (and ${rejectedCount - 1} more)` : '';
		throw new UserError('unusable-input', `${name}: no row of it could be used. ${why}${more}`);
	}
	return {
		p: p.values(),
		y: y.values(),
		cluster: Int32Array.from(cluster.values()),
		clusters,
		rejected,
		rejectedCount,
	};
}
