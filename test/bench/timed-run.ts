/** A full run (one-run.ts) in a process of its own, bundled as the extension is, so that its time and memory are its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { root } from '../../src/dev/paths.ts';
import type { TimedRun } from './one-run.ts';

/** Started from source, each thread would first strip types from all that it imports. */
function bundle(folder: string): string {
	const common: BuildOptions = { bundle: true, platform: 'node', absWorkingDir: root };
	buildSync({
		...common,
		entryPoints: ['src/scoring/thread.ts'],
		format: 'cjs',
		define: { 'import.meta.dirname': '__dirname' },
		outfile: join(folder, 'scoring-thread.cjs'),
	});
	const run = join(folder, 'one-run.mjs');
	buildSync({ ...common, entryPoints: ['test/bench/one-run.ts'], format: 'esm', outfile: run });
	return run;
}

export function timedRun(pairs: number): TimedRun {
	const heap = Math.round((0.6 * totalmem()) / 2 ** 20);
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-timed-run-'));
	try {
		const out = execFileSync(process.execPath, [`--max-old-space-size=${heap}`, bundle(folder), String(pairs)], {
			stdio: ['ignore', 'pipe', 'inherit'],
			encoding: 'utf8',
		});
		return JSON.parse(out) as TimedRun;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function describe({ pairs, seconds, processor, peakMegabytes, phases }: TimedRun): string {
	const parts = Object.entries(phases).map(([name, of]) => `${name} ${of.toFixed(1)} s`);
	return `${pairs} pairs: ${seconds.toFixed(1)} s (${parts.join(', ')}; processor ${processor.toFixed(1)} s), at most ${peakMegabytes} MB`;
}
