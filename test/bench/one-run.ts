/** `one-run.ts PAIRS`: one full run over made-up pairs; prints a line of JSON. */
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

process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
