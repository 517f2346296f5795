/**
 * A real VS Code for end-to-end tests: code-server with the packed extension installed, driven through a real browser. One editor
 * serves a whole test file: `const editor = useEditor({…})` at its top, `editor()` inside tests.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../../src/dev/chromium.ts';
import { ensureCodeServer } from '../../../src/dev/code-server.ts';
import { type EditorServer, startEditorServer } from '../../../src/dev/editor-server.ts';
import { ensureHostPackage } from '../../../src/dev/package.ts';
import { runCommand } from './workbench.ts';

export interface EditorOptions {
	/** Fills the folder before the editor opens it. */
	readonly prepare?: (workspace: string) => void | Promise<void>;
	/** What to open, if not the folder itself: a path below it, such as a .code-workspace. */
	readonly open?: string;
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Packed extensions to install beside ours. */
	readonly extensions?: readonly string[];
	readonly theme?:
		| 'Default Dark Modern'
		| 'Default Light Modern'
		| 'Default High Contrast'
		| 'Default High Contrast Light';
	/** Ask whether the folder is trusted, as for a user; default off. */
	readonly workspaceTrust?: boolean;
	/** The annotator's handle; null leaves the extension to ask. */
	readonly person?: string | null;
	readonly viewport?: { readonly width: number; readonly height: number };
}

export interface Editor {
	readonly page: Page;
	readonly workspace: string;
	/** A home folder of its own: what the extension keeps for the user is below it. */
	readonly home: string;
	/** Runs a command by its title in the palette. */
	command(title: string): Promise<void>;
	/** Saves a picture under PAIRWRIGHT_SHOTS, if set; its path. */
	screenshot(name: string): Promise<string | null>;
	/** What the page has reported against its security policy. */
	readonly violations: readonly string[];
	/** The newest log of an output channel, by a part of its name, e.g. "Pairwright"; empty if there is none. */
	log(channel: string): string;
	/** Reloads the window, as "Developer: Reload Window" does. */
	reload(): Promise<void>;
}

interface Session extends Editor {
	close(): Promise<void>;
	report(): string;
}

/** The workbench is there and the extensions have started. */
async function untilReady(page: Page): Promise<void> {
	await page.waitForSelector('.monaco-workbench .part.activitybar, .monaco-workbench .part.sidebar', {
		timeout: 60_000,
	});
	await page.waitForSelector('.statusbar-item', { timeout: 60_000 });
}

async function open(options: EditorOptions): Promise<Session> {
	const say = (line: string): void => console.error(line);
	const executablePath = findChromium();
	if (executablePath === null) throw new Error('No Chromium: npm run test:e2e says how to get one.');
	const entry = await ensureCodeServer(say);
	const vsix = await ensureHostPackage(say);

	const root = mkdtempSync(join(tmpdir(), 'pairwright-e2e-'));
	const workspace = join(root, 'workspace');
	const home = join(root, 'home');
	mkdirSync(workspace);
	mkdirSync(home);
	let server: EditorServer | undefined;
	let browser: Browser | undefined;
	const close = async (): Promise<void> => {
		await browser?.close().catch(() => undefined);
		await server?.stop();
		rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	};
	try {
		await options.prepare?.(workspace);
		server = await startEditorServer({
			entry,
			vsix,
			more: options.extensions ?? [],
			profile: join(root, 'profile'),
			workspace: options.open === undefined ? workspace : join(workspace, options.open),
			workspaceTrust: options.workspaceTrust ?? false,
			idleSeconds: 900,
			settings: {
				'workbench.colorTheme': options.theme ?? 'Default Dark Modern',
				...options.settings,
			},
			env: {
				HOME: home,
				XDG_STATE_HOME: undefined,
				XDG_CACHE_HOME: undefined,
				XDG_CONFIG_HOME: undefined,
				XDG_DATA_HOME: undefined,
				PAIRWRIGHT_ANNOTATOR: options.person === null ? undefined : (options.person ?? 'tester'),
			},
		});
		browser = await chromium.launch({
			executablePath,
			args: [
				...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
				...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
			],
		});
		const context: BrowserContext = await browser.newContext({
			viewport: options.viewport ?? { width: 1280, height: 800 },
		});
		const page = await context.newPage();
		page.setDefaultTimeout(60_000);
		const consoleLines: string[] = [];
		const violations: string[] = [];
		page.on('console', (message) => {
			const text = message.text();
			if (message.type() === 'error' || message.type() === 'warning') consoleLines.push(`${message.type()}: ${text}`);
			if (/Content[- ]Security[- ]Policy|securitypolicyviolation/i.test(text)) violations.push(text);
		});
		page.on('pageerror', (error) => consoleLines.push(`uncaught: ${error.message}`));
		await page.goto(server.url, { timeout: 60_000 });
		await untilReady(page);

		const logs = join(root, 'profile/user/logs');
		const newest = (pattern: string): string => {
			const found = globSync(pattern, { cwd: logs }).sort();
			const last = found.at(-1);
			return last === undefined ? '' : readFileSync(join(logs, last), 'utf8');
		};
		let shots = 0;
		const running = server;
		return {
			page,
			workspace,
			home,
			violations,
			command: (title) => runCommand(page, title),
			async screenshot(name) {
				const folder = process.env.PAIRWRIGHT_SHOTS;
				if (folder === undefined || folder === '') return null;
				mkdirSync(folder, { recursive: true });
				shots++;
				const path = join(folder, `${name.replace(/[^\w.-]+/g, '-')}.png`);
				await page.screenshot({ path });
				return path;
			},
			log: (channel) => newest(`**/*${channel}*.log`),
			async reload() {
				// By the command, as people do: the window saves which tabs are open before it goes.
				const loaded = page.waitForEvent('load', { timeout: 120_000 });
				await runCommand(page, 'Developer: Reload Window');
				await loaded;
				await untilReady(page);
			},
			close,
			report: () =>
				[
					`Browser console:\n${consoleLines.slice(-40).join('\n')}`,
					`Extension host:\n${newest('**/remoteexthost.log').slice(-4000)}`,
					`Pairwright:\n${newest('**/*Pairwright*.log').slice(-4000)}`,
					`code-server:\n${running.output().slice(-2000)}`,
					`${shots} pictures taken${existsSync(root) ? '' : '; files are gone'}.`,
				].join('\n\n'),
		};
	} catch (error) {
		const said = server?.output().slice(-2000) ?? '';
		await close();
		throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
	}
}

/** Registers hooks that open an editor for this file and close it; a failing test shows the logs and leaves a picture. */
export function useEditor(options: EditorOptions = {}): () => Editor {
	let session: Session | undefined;
	const stop = (): void => process.exit(1);
	before(
		async () => {
			// The runner ends a file that takes too long by a signal; exiting runs the handlers that end the editor.
			process.once('SIGTERM', stop);
			process.once('SIGINT', stop);
			session = await open(options);
		},
		{ timeout: 300_000 },
	);
	afterEach(async (context) => {
		if (session === undefined || !('passed' in context) || context.passed) return;
		await session.screenshot(`failed-${context.name}`).catch(() => null);
		console.error(session.report());
	});
	after(
		async () => {
			await session?.close();
			process.off('SIGTERM', stop);
			process.off('SIGINT', stop);
		},
		{ timeout: 60_000 },
	);
	return () => {
		if (session === undefined) throw new Error('The editor is there only inside tests.');
		return session;
	};
}
