/// <reference lib="dom" />
/** The adjudicate screen's bundle in Chromium, in the page that the extension makes, with a stand-in for the extension. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { BegunDecision } from '../../src/protocol/adjudicate.ts';
import type { AdjudicationItem } from '../../src/protocol/judging.ts';
import { THEMES, type ThemeName } from './report-page.ts';

const ORIGIN = 'http://webview.test';

/** Bundles the screen as the build does, into `folder`. */
export async function bundleAdjudicate(folder: string): Promise<void> {
	await build({
		bundle: true,
		format: 'iife',
		target: 'chrome134',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		logLevel: 'warning',
		entryPoints: ['main.tsx', 'style.css'].map((file) => ({ in: `webview/adjudicate/${file}`, out: 'adjudicate' })),
		outdir: folder,
	});
}

export interface Scene {
	readonly items: readonly AdjudicationItem[];
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
	readonly begun?: BegunDecision | null;
}

export interface AdjudicatePage {
	readonly page: Page;
	calls(method?: string): Promise<{ method: string; args: unknown[] }[]>;
	violations(): Promise<string[]>;
	action(action: string): Promise<void>;
	/** Presses, and then the commands that they come back as. */
	typedAhead(keys: readonly string[], actions: readonly string[]): Promise<void>;
	/** `decide` is refused with this from now on. */
	refuse(message: string | null): Promise<void>;
}

interface StandIn {
	items: AdjudicationItem[];
	begun: BegunDecision | null;
}

/** Runs in the page before anything else: the extension, as far as the screen can tell. */
function standIn({ items, begun }: StandIn): void {
	const scope = globalThis as unknown as Record<string, unknown>;
	const calls: { method: string; args: unknown[] }[] = [];
	const violations: string[] = [];
	const decided = new Map<string, AdjudicationItem['decided']>();
	let kept: unknown = null;
	scope.testCalls = calls;
	scope.testViolations = violations;
	scope.testRefuse = null;
	document.addEventListener('securitypolicyviolation', (event) => {
		violations.push(`${event.violatedDirective} ${event.blockedURI}`);
	});
	const now = (item: AdjudicationItem) => ({ ...item, decided: decided.get(item.comparison) ?? item.decided });
	const open = () => items.map(now).filter((item) => item.decided === null);
	const answers: Record<string, (...args: never[]) => unknown> = {
		ready: () => ({ keep: { folder: 'file:///workspace' }, initialised: true, begun }),
		queue: ({ count, held }: { count: number; held: string[] }) => ({
			total: open().length,
			items: open()
				.filter(({ comparison }) => !held.includes(comparison))
				.slice(0, count),
		}),
		items: (ids: string[]) => ({
			total: open().length,
			items: items.map(now).filter(({ comparison }) => ids.includes(comparison)),
		}),
		decide: ({ comparison, verdict, reason }: BegunDecision) => {
			const event = `e-${comparison}`;
			decided.set(comparison, { event, verdict, reason, by: 'mara', mine: true, at: '2026-01-02T00:00:00Z' });
			return { event };
		},
		takeBack: (event: string) => {
			decided.delete(event.slice(2));
		},
	};
	scope.acquireVsCodeApi = () => ({
		getState: () => kept,
		setState: (state: unknown) => {
			kept = state;
		},
		postMessage: (message: { t: string; i?: string; m?: string; a?: unknown[] }) => {
			if (message.t !== 'q' || message.m === undefined) return;
			const args = message.a ?? [];
			calls.push({ method: message.m, args });
			const refused = message.m === 'decide' ? scope.testRefuse : null;
			const reply =
				refused === null
					? { t: 's', i: message.i, r: answers[message.m]?.(...(args as never[])) ?? null }
					: { t: 's', i: message.i, e: { name: 'UserError', reason: 'usage', message: refused } };
			setTimeout(() => window.postMessage(reply, '*'), 5);
		},
	});
}

/** Opens the screen as the editor would. */
export async function openAdjudicate(browser: Browser, folder: string, scene: Scene): Promise<AdjudicatePage> {
	const { webviewHtml } = await import('../../src/editor/webview-html.ts');
	const { theme = 'dark', width = 1400, height = 900 } = scene;
	type HtmlArguments = Parameters<typeof webviewHtml>;
	const webview = { asWebviewUri: (uri: unknown) => uri, cspSource: ORIGIN } as unknown as HtmlArguments[0];
	const html = webviewHtml(webview, ORIGIN as unknown as HtmlArguments[1], 'adjudicate', 'Adjudicate');
	const context = await browser.newContext({ viewport: { width, height } });
	const page = await context.newPage();
	await page.route('**/*', async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
		const name = pathname.split('/').at(-1) ?? '';
		if (!['adjudicate.js', 'adjudicate.css'].includes(name)) return route.fulfill({ status: 404, body: '' });
		return route.fulfill({
			contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css',
			body: await readFile(join(folder, name), 'utf8'),
		});
	});
	await page.addInitScript(standIn, { items: [...scene.items], begun: scene.begun ?? null } as StandIn);
	await page.goto(`${ORIGIN}/`);
	const colours = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	await page.evaluate(
		([css, name]) => {
			document.documentElement.style.cssText = css as string;
			document.body.classList.add(`vscode-${name}`, 'vscode-reduce-motion');
		},
		[colours.join(''), theme] as const,
	);
	await page.waitForSelector('.side, .state:not(.loading)');
	const read = <T>(name: string) =>
		page.evaluate((key) => (globalThis as unknown as Record<string, unknown>)[key], name) as Promise<T>;
	const tell = (...args: [action: string, by: string]) =>
		page.evaluate((message) => window.postMessage(message, '*'), { t: 'q', m: 'action', a: args }) as Promise<void>;
	return {
		page,
		calls: async (method) =>
			(await read<{ method: string; args: unknown[] }[]>('testCalls')).filter(
				(call) => method === undefined || call.method === method,
			),
		violations: () => read('testViolations'),
		action: (action) => tell(action, 'palette'),
		// In one task of the page: on a slow machine they may lie too far apart to be of one moment.
		typedAhead: (keys, actions) =>
			page.evaluate(
				([presses, late]) => {
					for (const key of presses) {
						for (const type of ['keydown', 'keyup']) {
							document.body.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true }));
						}
					}
					for (const action of late) window.postMessage({ t: 'q', m: 'action', a: [action, 'key'] }, '*');
				},
				[keys, actions] as const,
			),
		refuse: (message) =>
			page.evaluate((text) => {
				(globalThis as unknown as Record<string, unknown>).testRefuse = text;
			}, message) as Promise<void>,
	};
}
