/**
 * One full run over made-up pairs in a process of its own, so that its memory is its own: `timed-run.ts PAIRS` prints a line of JSON;
 * `timedRun` starts it and reads that.
 */
import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { runProbe } from '../../src/scoring/run-probe.ts';
import { madeRun } from './made-run.ts';

export interface TimedRun {
	readonly pairs: number;
	readonly seconds: number;
	/** Of all threads. */
	readonly processor: number;
	/** Of the whole process, its made-up pairs included. */
	readonly peakMegabytes: number;
	/** Seconds by phase. */
	readonly phases: Readonly<Record<string, number>>;
}

export function timedRun(pairs: number): TimedRun {
	const heap = Math.round((0.6 * totalmem()) / 2 ** 20);
	const out = execFileSync(process.execPath, [`--max-old-space-size=${heap}`, import.meta.filename, String(pairs)], {
		stdio: ['ignore', 'pipe', 'inherit'],
		encoding: 'utf8',
	});
	return JSON.parse(out) as TimedRun;
}

export function describe({ pairs, seconds, processor, peakMegabytes, phases }: TimedRun): string {
	const parts = Object.entries(phases).map(([name, of]) => `${name} ${of.toFixed(1)} s`);
	return `${pairs} pairs: ${seconds.toFixed(1)} s (${parts.join(', ')}; processor ${processor.toFixed(1)} s), at most ${peakMegabytes} MB`;
}

async function measure(pairs: number): Promise<TimedRun> {
	const dataset = madeRun(pairs);
	const phases: Record<string, number> = {};
	let phase = '';
	const started = performance.now();
	let since = started;
	const cpu = process.cpuUsage();
	const enter = (next: string): void => {
		const now = performance.now();
		if (phase !== '') phases[phase] = (now - since) / 1000;
		phase = next;
		since = now;
	};
	await runProbe(
		dataset,
		{ lambda: 1, margin: 0, seed: 0 },
		{ onProgress: (progress) => progress.phase !== phase && enter(progress.phase) },
	);
	enter('');
	const { user, system } = process.cpuUsage(cpu);
	return {
		pairs,
		seconds: (performance.now() - started) / 1000,
		processor: (user + system) / 1e6,
		peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
		phases,
	};
}

if (import.meta.main) process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
