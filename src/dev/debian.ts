import { existsSync } from 'node:fs';
import { run } from './steps.ts';

/** Whether packages can be installed here without asking anyone: a Debian (or kin) container or CI machine. */
export function isRootOnDebian(): boolean {
	return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Those of the packages that are not installed; all of them where there is no dpkg. */
export async function missingPackages(packages: readonly string[]): Promise<string[]> {
	const missing: string[] = [];
	for (const name of packages) {
		const { code, output } = await run('/usr/bin/dpkg-query', ['-s', name]);
		if (code !== 0 || !/^Status: .* ok installed$/m.test(output)) missing.push(name);
	}
	return missing;
}

/** The command that gets them, for people. */
export function aptCommand(packages: readonly string[]): string {
	return `sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/** Installs packages as root. Package lists of a fresh machine are empty or old, so they are brought up to date first. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	// A list that cannot be refreshed may still name what is needed: the install decides.
	const update = await run('apt-get', ['update', '-q'], { env });
	const install = await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env });
	if (install.code !== 0) {
		const said = `${update.code === 0 ? '' : update.output}${install.output}`.trim().split('\n').slice(-15).join('\n');
		throw new Error(`apt-get could not install ${packages.join(', ')}:\n${said}`);
	}
}
