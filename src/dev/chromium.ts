import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome.exe'];
const elsewhere = [
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
	'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** A Chromium or one of its kin: PAIRWRIGHT_CHROMIUM, else on PATH, else where it usually is. */
export function findChromium(): string | null {
	const named = process.env.PAIRWRIGHT_CHROMIUM;
	if (named !== undefined) return existsSync(named) ? named : null;
	const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
	const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...elsewhere];
	return candidates.find((path) => existsSync(path)) ?? null;
}
