/**
 * Judging in a real editor over 100,000 pairs: verdict → next pair painted and key → next pair painted, as the screen itself sees
 * them; then the same while another 100,000 pairs are imported. Needs what the end-to-end tests need.
 */
import { join } from 'node:path';
import { test } from 'node:test';
import type { Frame } from 'playwright-core';
import { useEditor } from '../e2e/harness/editor.ts';
import { runCli } from '../e2e/harness/folder.ts';
import { pick, webview } from '../e2e/harness/workbench.ts';
import { writePairs } from './synthetic.ts';

const PAIRS = Number(process.env.PAIRWRIGHT_BENCH_PAIRS ?? 100_000);
const KEYS = 60;

const editor = useEditor({
	async prepare(workspace) {
		await writePairs(join(workspace, 'first.jsonl'), PAIRS, { seed: 1 });
		await writePairs(join(workspace, 'second.jsonl'), PAIRS, { seed: 2 });
		runCli(workspace, 'init');
		runCli(workspace, 'import', join(workspace, 'first.jsonl'));
	},
	settings: { 'files.simpleDialog.enable': true, 'pairwright.import.largeFiles': 'leave' },
});

interface Timings {
	keys: number[];
}

/** Notes in the page, for each key, when the next question stood on screen: the frame after the text has changed. */
async function watch(frame: Frame): Promise<void> {
	await frame.evaluate(() => {
		const timings: Timings = { keys: [] };
		(globalThis as unknown as { timings: Timings }).timings = timings;
		let pressed = 0;
		let shown = document.querySelector('.question')?.textContent;
		addEventListener('keydown', (event) => (pressed = event.timeStamp), true);
		new MutationObserver(() => {
			const text = document.querySelector('.question')?.textContent;
			if (text === shown || text === undefined) return;
			shown = text;
			const from = pressed;
			requestAnimationFrame(() => setTimeout(() => timings.keys.push(performance.now() - from)));
		}).observe(document.body, { subtree: true, childList: true, characterData: true });
	});
}

async function judge(frame: Frame, count: number): Promise<void> {
	const { page } = editor();
	for (let i = 0; i < count; i++) {
		await page.keyboard.press(i % 2 === 0 ? '1' : '2');
		await page.waitForTimeout(450);
	}
	const { keys, verdicts } = await frame.evaluate(() => ({
		keys: (globalThis as unknown as { timings: Timings }).timings.keys.splice(0),
		verdicts: performance.getEntriesByName('verdict to paint').map((entry) => entry.duration),
	}));
	await frame.evaluate(() => performance.clearMeasures('verdict to paint'));
	const line = (values: readonly number[]): string => {
		const sorted = [...values].sort((x, y) => x - y);
		const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
		return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms (${sorted.length})`;
	};
	console.log(`  verdict → painted: ${line(verdicts)}`);
	console.log(`  key → painted:     ${line(keys)}`);
}

test('judging stays fluent over many pairs and during an import', { timeout: 600_000 }, async () => {
	const { page, command } = editor();
	await command('Pairwright: Start Judging');
	const frame = await webview(page, 'annotate', 60_000);
	await frame.locator('.side.left .scroll').click();
	await watch(frame);
	await page.waitForTimeout(1000);
	console.log(`${PAIRS.toLocaleString('en')} pairs:`);
	await judge(frame, KEYS);

	await command('Pairwright: Import Preference Data…');
	await pick(page, 'second.jsonl');
	await pick(page, 'As the rows say, else by default');
	await frame.locator('.side.left .scroll').click();
	await page.waitForTimeout(500);
	console.log(`while ${PAIRS.toLocaleString('en')} more are imported:`);
	await judge(frame, 30);
});
