import { findChromium } from './chromium.ts';
import { ensureCodeServer, missingForCodeServer } from './code-server.ts';
import { aptCommand, aptInstall, isRootOnDebian } from './debian.ts';
import { ensureHostPackage } from './package.ts';
import { took } from './steps.ts';

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** A browser to drive: installed as root on Debian, asked for elsewhere. */
async function ensureChromium(): Promise<void> {
	if (findChromium() !== null) return;
	if (!isRootOnDebian()) {
		const missing = ['chromium', ...(await missingForCodeServer())];
		throw new Error(
			[
				'The end-to-end tests drive a real editor in a browser, and there is no Chromium or Chrome.',
				`On Debian or Ubuntu: ${aptCommand(missing)}`,
				'Elsewhere install Chrome, or name one in the environment variable PAIRWRIGHT_CHROMIUM.',
				'All other tests: npm run test:lint, test:types, test:layers, test:unit, test:integration',
			].join('\n'),
		);
	}
	const started = performance.now();
	say('Installing the Debian package chromium …');
	await aptInstall(['chromium']);
	say(`Installed it in ${took(started)}.`);
}

/** Everything that the end-to-end tests need: a browser, an editor, the packed extension. Throws with what is missing. */
export async function prepareEndToEnd(): Promise<void> {
	await ensureChromium();
	await ensureCodeServer(say);
	await ensureHostPackage(say);
}
