import { clearLine, cursorTo } from 'node:readline';
import type { Progress } from '../protocol/workspace-api.ts';
import { bytes, count, duration } from './format.ts';

const BAR = 24;
/** Redraws a second: enough to look alive, too few to slow a pipe to a remote terminal. */
const EVERY_MS = 100;

/** One line about a job: `Reading  ██████░░░░  45,000 / 100,000 rows  45 %  4 s left`. */
export function progressLine({ phase, done, total, unit, eta, message }: Progress): string {
	// One step has no progress to show.
	if (unit === 'steps' && total === 1) return [`${phase} …`, message ?? ''].filter((part) => part !== '').join('  ');
	const amount = (n: number) => (unit === 'bytes' ? bytes(n) : count(n));
	const share = total === null || total <= 0 ? null : Math.min(1, done / total);
	const bar = share === null ? '' : '█'.repeat(Math.round(share * BAR)) + '░'.repeat(BAR - Math.round(share * BAR));
	const of = total === null ? amount(done) : `${amount(done)} / ${amount(total)}`;
	return [
		phase,
		bar,
		unit === 'bytes' ? of : `${of} ${unit}`,
		share === null ? '' : `${Math.floor(share * 100)} %`,
		eta === null ? '' : `${duration(Math.max(0, eta) * 1000)} left`,
		message ?? '',
	]
		.filter((part) => part !== '')
		.join('  ');
}

/** Draws one line over itself; on anything but a terminal it draws nothing. */
export class ProgressBar {
	readonly #stream: NodeJS.WriteStream;
	readonly #enabled: boolean;
	#drawnAt = 0;
	#drawn = false;

	constructor(stream: NodeJS.WriteStream, enabled: boolean) {
		this.#stream = stream;
		this.#enabled = enabled && stream.isTTY === true;
	}

	update(progress: Progress): void {
		const now = Date.now();
		if (!this.#enabled || now - this.#drawnAt < EVERY_MS) return;
		this.#drawnAt = now;
		this.#drawn = true;
		cursorTo(this.#stream, 0);
		clearLine(this.#stream, 0);
		this.#stream.write([...progressLine(progress)].slice(0, (this.#stream.columns ?? 80) - 1).join(''));
	}

	/** Takes the line away, so that other text can stand there. */
	clear(): void {
		if (!this.#drawn) return;
		this.#drawn = false;
		cursorTo(this.#stream, 0);
		clearLine(this.#stream, 0);
	}
}
