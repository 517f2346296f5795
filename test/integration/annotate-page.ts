/// <reference lib="dom" />
/**
 * The annotate screen's built bundle in Chromium, in the page that the extension makes (the real function, under its real
 * CSP), with a stand-in for the extension: a queue in memory, whose answers a test can delay, refuse and read.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { AnnotateInit, VerdictMessage } from '../../src/protocol/annotate.ts';
import type { BlindPair, QueuePage } from '../../src/protocol/judging.ts';
import { THEMES, type ThemeName } from './report-page.ts';

const ORIGIN = 'http://webview.test';

/** Bundles the screen as the build does, into `folder`. */
export async function bundleAnnotate(folder: string): Promise<void> {
	await build({
		bundle: true,
		format: 'iife',
		target: 'chrome134',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		logLevel: 'warning',
		entryPoints: [
			{ in: 'webview/annotate/main.tsx', out: 'annotate' },
			{ in: 'webview/annotate/style.css', out: 'annotate' },
		],
		outdir: folder,
	});
}

export interface Scene {
	readonly init?: Partial<AnnotateInit>;
	readonly pairs: readonly BlindPair[];
	/** Count before the first pair here. */
	readonly done?: number;
	readonly total?: number;
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
	readonly kept?: unknown;
	/** Methods that are refused, with the message. */
	readonly refuse?: Readonly<Record<string, string>>;
	/** Others' judgments, for Review and History. */
	readonly others?: readonly unknown[];
	readonly detail?: unknown;
	/** How long a verdict takes to reach the disk. */
	readonly saveMs?: number;
	/** Further fields of the judging queue's pages. */
	readonly page?: Pick<QueuePage, 'activeWaits' | 'part'>;
	readonly motion?: boolean;
}

export interface AnnotatePage {
	readonly page: Page;
	calls(method?: string): Promise<{ method: string; args: unknown[] }[]>;
	verdicts(): Promise<VerdictMessage[]>;
	violations(): Promise<string[]>;
	kept(): Promise<unknown>;
	/** As a key does: the press here, then its command from the extension. */
	action(action: string): Promise<void>;
	tell(method: string, ...args: unknown[]): Promise<void>;
	refuse(method: string, message: string | null): Promise<void>;
	/** Waits until a pair may be judged. */
	settle(): Promise<void>;
}

interface StandIn {
	init: AnnotateInit;
	pairs: BlindPair[];
	done: number;
	total: number;
	kept: unknown;
	refuse: Record<string, string>;
	others: unknown[];
	detail: unknown;
	saveMs: number;
	page: Scene['page'];
}

/** Runs in the page before anything else: the extension, as far as the screen can tell. */
function standIn(options: StandIn): void {
	const scope = globalThis as unknown as Record<string, unknown>;
	const calls: { method: string; args: unknown[] }[] = [];
	const violations: string[] = [];
	const judged: string[] = [];
	const later: string[] = [];
	const refuse = options.refuse;
	let kept = options.kept;
	const mine = new Map<string, BlindPair['mine']>();
	scope.testCalls = calls;
	scope.testViolations = violations;
	scope.testKept = () => kept;
	scope.testRefuse = refuse;
	document.addEventListener('securitypolicyviolation', (event) => {
		violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`);
	});
	const pairOf = (id: unknown) => {
		const found = options.pairs.find((pair) => pair.comparison === id);
		return found === undefined ? null : { ...found, mine: mine.get(found.comparison) ?? found.mine };
	};
	const answers: Record<string, (...args: never[]) => unknown> = {
		ready: () => options.init,
		queue: (kind: string, { count, held }: { count: number; held: string[] }) => ({
			kind,
			...(kind === 'judge' ? options.page : {}),
			done: options.done + judged.length,
			total: options.total,
			pairs: options.pairs
				.filter((pair) => pair.mine === null && !judged.includes(pair.comparison) && !held.includes(pair.comparison))
				.toSorted((x, y) => Number(later.includes(x.comparison)) - Number(later.includes(y.comparison)))
				.slice(0, count),
		}),
		pair: pairOf,
		past: () =>
			judged.toReversed().map((comparison) => ({ event: `e-${comparison}`, comparison, at: '2026-01-01T00:00:00Z' })),
		judge: (message: VerdictMessage) => {
			if (!judged.includes(message.comparison)) judged.push(message.comparison);
			const { verdict, strength, reasons, note } = message;
			mine.set(message.comparison, {
				event: `e-${message.comparison}`,
				verdict,
				at: '2026-01-01T00:00:00Z',
				...(strength === undefined ? {} : { strength }),
				...(reasons === undefined ? {} : { reasons }),
				...(note === undefined ? {} : { note }),
			});
			return { event: `e-${message.comparison}`, blind: true };
		},
		skip: (comparison: string) => {
			later.push(comparison);
			return { event: 'skip' };
		},
		flag: () => ({ event: 'flag' }),
		outsideScope: () => ({ text: 'Tagged 1 prompt domain:law' }),
		undo: () => {
			const comparison = judged.pop();
			if (comparison === undefined) return null;
			mine.delete(comparison);
			const undone = { event: 'u', type: 'judged', comparison, prompts: 0, text: 'your verdict' };
			return { undone, pair: pairOf(comparison) };
		},
		others: () => ({ judgments: options.others, resolution: 'disputed' }),
		history: () => options.detail,
		revert: (comparison: string, event: string) => {
			const own = mine.get(comparison);
			if (own?.event === event) {
				mine.delete(comparison);
				judged.splice(judged.indexOf(comparison), 1);
				return { pair: pairOf(comparison), detail: null };
			}
			const detail = options.detail as { readonly history: readonly { readonly event: string }[] };
			const history = detail.history.map((entry) =>
				entry.event === event ? { ...entry, retracted: true, mine: undefined } : entry,
			);
			return { pair: pairOf(comparison), detail: { ...detail, history } };
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
			const refused = refuse[message.m];
			const reply = () =>
				refused === undefined
					? { t: 's', i: message.i, r: answers[message.m as string]?.(...(args as never[])) ?? null }
					: { t: 's', i: message.i, e: { name: 'UserError', reason: 'usage', message: refused } };
			const delay = message.m === 'judge' ? options.saveMs : 0;
			setTimeout(() => window.postMessage(reply(), '*'), delay);
		},
	});
}

export const INIT: AnnotateInit = {
	keep: { folder: 'file:///workspace', target: { type: 'queue', kind: 'judge' } },
	initialised: true,
	folderName: 'workspace',
	person: 'mara',
	reasons: [
		'correct',
		'follows the instruction',
		'complete',
		'clear',
		'concise',
		'honest about limits',
		'safe',
		'tone',
	],
	guidelines: { sha256: 'g1', text: '# How to judge\n\nPrefer what is **true** over what sounds sure.\n' },
	guidelinesRead: { sha256: 'g1', text: '# How to judge\n\nPrefer what is **true** over what sounds sure.\n' },
	comparisons: 240,
	waiting: { judge: 0, review: 0, rejudge: 0 },
	trusted: true,
	unsaved: null,
};

/** Opens the screen as the editor would. */
export async function openAnnotate(browser: Browser, folder: string, scene: Scene): Promise<AnnotatePage> {
	const { webviewHtml } = await import('../../src/editor/webview-html.ts');
	const { theme = 'dark', width = 1400, height = 900, motion = false } = scene;
	type HtmlArguments = Parameters<typeof webviewHtml>;
	const webview = { asWebviewUri: (uri: unknown) => uri, cspSource: ORIGIN } as unknown as HtmlArguments[0];
	const html = webviewHtml(webview, ORIGIN as unknown as HtmlArguments[1], 'annotate', 'Annotate');
	const context = await browser.newContext({ viewport: { width, height } });
	const page = await context.newPage();
	await page.route('**/*', async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
		const name = pathname.split('/').at(-1) ?? '';
		if (!['annotate.js', 'annotate.css'].includes(name)) return route.fulfill({ status: 404, body: '' });
		return route.fulfill({
			contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css',
			body: await readFile(join(folder, name), 'utf8'),
		});
	});
	await page.addInitScript(standIn, {
		init: { ...INIT, ...scene.init },
		pairs: [...scene.pairs],
		done: scene.done ?? 0,
		total: scene.total ?? scene.pairs.length,
		kept: scene.kept ?? null,
		refuse: { ...scene.refuse },
		others: [...(scene.others ?? [])],
		detail: scene.detail ?? null,
		saveMs: scene.saveMs ?? 5,
		page: scene.page,
	} as StandIn);
	await page.goto(`${ORIGIN}/`);
	const colours = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	await page.evaluate(
		([css, name, calm]) => {
			document.documentElement.style.cssText = css as string;
			document.body.classList.add(`vscode-${name}`, ...(calm ? ['vscode-reduce-motion'] : []));
		},
		[colours.join(''), theme, !motion] as const,
	);
	await page.waitForSelector('.side, .state:not(.loading)');
	const read = <T>(name: string) =>
		page.evaluate((key) => {
			const found = (globalThis as unknown as Record<string, unknown>)[key];
			return typeof found === 'function' ? found() : found;
		}, name) as Promise<T>;
	const calls = async (method?: string) =>
		(await read<{ method: string; args: unknown[] }[]>('testCalls')).filter(
			(call) => method === undefined || call.method === method,
		);
	const tell = (method: string, ...args: unknown[]) =>
		page.evaluate((message) => window.postMessage(message, '*'), { t: 'q', m: method, a: args }) as Promise<void>;
	return {
		page,
		calls,
		verdicts: async () => (await calls('judge')).map(({ args }) => args[0] as VerdictMessage),
		violations: () => read('testViolations'),
		kept: () => read('testKept'),
		async action(action) {
			// The press comes first, as it does in the editor.
			await page.keyboard.press('F9');
			await tell('action', action, 'key');
		},
		tell,
		refuse: (method, message) =>
			page.evaluate(
				([name, text]) => {
					const refused = (globalThis as unknown as { testRefuse: Record<string, string> }).testRefuse;
					if (text === null) delete refused[name];
					else refused[name] = text;
				},
				[method, message] as const,
			),
		// By the page's own clock, from the next painting on: a busy machine holds both up.
		settle: () =>
			page.evaluate(
				() =>
					new Promise<void>((done) => {
						requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 380)));
					}),
			),
	};
}
