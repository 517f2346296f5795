/// <reference lib="dom" />
/**
 * The Splits view's bundle in Chromium, in the page that the extension makes and under its CSP. The extension's side is
 * played by an object of this process: a list of prompts of any length, paged by cursors as the data process does.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ListQuery, PromptRow } from '../../src/protocol/lists.ts';
import type { SplitsHost } from '../../src/protocol/splits.ts';
import { THEMES, type ThemeName } from './report-page.ts';
import { coverageFixture, inspectionFixture, promptRow, splitsState } from './splits-rows.ts';

const ORIGIN = 'http://webview.test';
const ROOT = resolve(import.meta.dirname, '../..');

export async function buildSplits(): Promise<string> {
	const outdir = await mkdtemp(join(tmpdir(), 'pairwright-splits-'));
	await build({
		absWorkingDir: ROOT,
		bundle: true,
		minify: true,
		platform: 'browser',
		target: 'chrome134',
		format: 'iife',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		define: { 'process.env.NODE_ENV': '"production"' },
		entryPoints: [
			{ in: 'webview/splits/main.tsx', out: 'splits' },
			{ in: 'webview/splits/style.css', out: 'splits' },
		],
		outdir,
	});
	return outdir;
}

export interface Call {
	readonly method: string;
	readonly args: readonly unknown[];
}

export interface FakeHost {
	readonly host: SplitsHost;
	readonly calls: Call[];
}

/** Answers as the extension does, over `total` prompts of `promptRow`. */
export function fakeHost(total: number, overrides: Partial<SplitsHost> = {}): FakeHost {
	const calls: Call[] = [];
	const matches = (row: PromptRow, query: ListQuery): boolean =>
		(query.split === undefined || row.split === query.split) &&
		(query.half === undefined || row.half === query.half) &&
		(query.tag === undefined || row.tags.includes(query.tag)) &&
		(query.source === undefined || row.sources.includes(query.source)) &&
		(query.facet === undefined || row.tags.some((tag) => tag.startsWith(`${query.facet}:`))) &&
		(query.status !== 'flagged' || row.flagged) &&
		(query.search === undefined || row.preview.toLowerCase().includes(query.search.toLowerCase()));
	const done = async () => ({ text: 'Moved 2 prompts to eval.', event: 'e1' });
	const host: SplitsHost = {
		ready: async () => ({ keep: { folder: 'file:///workspace' }, name: 'workspace', focus: null }),
		state: async () => splitsState(total),
		page: async ({ limit = 100, after, ...query }) => {
			const start = after === undefined ? 0 : Number(after);
			const plain = Object.keys(query).length === 0;
			const all = plain
				? total
				: Array.from({ length: total }, (_, index) => index).filter((n) => matches(promptRow(n), query));
			const size = typeof all === 'number' ? all : all.length;
			const indexes =
				typeof all === 'number' ? range(start, Math.min(size, start + limit)) : all.slice(start, start + limit);
			const end = start + indexes.length;
			const asks = query.verdict ?? query.annotator ?? (query.status === 'flagged' ? undefined : query.status);
			return {
				prompts: indexes.map(promptRow),
				total: size,
				next: end < size ? String(end) : null,
				...(asks === undefined ? {} : { sealedOut: 16 }),
			};
		},
		cursors: async (filter, every) => {
			const all = Array.from({ length: total }, (_, index) => index).filter((n) => matches(promptRow(n), filter));
			return Array.from({ length: Math.floor(all.length / every) }, (_, n) => String((n + 1) * every));
		},
		open: async () => {},
		texts: async ({ kind, a, b }) => ({
			prompts: [
				`Prompt ${Number.parseInt(a, 16) + 1}, whole. Both say how to water a fern in winter.`,
				`Prompt ${Number.parseInt(b, 16) + 1}, whole. Both say how to water a fern in winter, twice.`,
			],
			responses: kind === 'response-copy' ? ['The very same answer.', 'The very same answer.'] : null,
		}),
		tag: done,
		untag: async () => ({ text: 'Removed domain:law from 2 prompts.', event: 'e2' }),
		saveSearch: async () => ({ text: 'Saved “mine” for the team.', event: 'e3' }),
		deleteSearch: async (name) => ({ text: `Deleted the saved search “${name}”.`, event: 'e4' }),
		dismiss: async (prompts) => ({ text: `Dismissed ${prompts.length} suggestions.`, event: 'e5' }),
		coverage: async (precision) => coverageFixture(precision),
		assign: done,
		mend: done,
		accept: done,
		inspect: async () => inspectionFixture,
		stopInspecting: async () => {},
		undo: async () => ({ text: 'Undone. 2 prompts went from held-out to train.', event: null }),
		freeze: async () => {},
		answer: done,
		run: async () => {},
		...overrides,
	};
	const watched = Object.fromEntries(
		Object.entries(host).map(([method, work]) => [
			method,
			(...args: unknown[]) => {
				calls.push({ method, args });
				return (work as (...args: unknown[]) => unknown)(...args);
			},
		]),
	);
	return { host: watched as unknown as SplitsHost, calls };
}

function range(from: number, to: number): number[] {
	return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

export interface OpenedSplits {
	readonly page: Page;
	violations(): Promise<string[]>;
	kept(): Promise<unknown>;
	tell(method: string, ...args: unknown[]): Promise<void>;
}

export interface OpenSettings {
	readonly host: SplitsHost;
	readonly bundleDir: string;
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
	readonly kept?: unknown;
}

/** Runs in the page before anything else. */
function standIn(kept: unknown): void {
	const scope = globalThis as unknown as Record<string, unknown> & {
		callHost(method: string, args: unknown[]): Promise<{ r?: unknown; e?: unknown }>;
	};
	const violations: string[] = [];
	scope.testKept = kept;
	scope.testViolations = violations;
	document.addEventListener('securitypolicyviolation', (event) => {
		violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`);
	});
	scope.acquireVsCodeApi = () => ({
		getState: () => scope.testKept,
		setState: (state: unknown) => {
			scope.testKept = state;
		},
		postMessage: (message: { t: string; i?: string; m?: string; a?: unknown[] }) => {
			if (message.t !== 'q' || message.m === undefined) return;
			void scope.callHost(message.m, message.a ?? []).then((reply) => {
				window.postMessage({ t: 's', i: message.i, ...reply }, '*');
			});
		},
	});
}

export async function openSplits(browser: Browser, settings: OpenSettings): Promise<OpenedSplits> {
	const { webviewHtml } = await import('../../src/editor/webview-html.ts');
	const { host, bundleDir, theme = 'dark', width = 1300, height = 900 } = settings;
	type Given = Parameters<typeof webviewHtml>;
	const webview = { asWebviewUri: (uri: unknown) => uri, cspSource: ORIGIN };
	const html = webviewHtml(webview as unknown as Given[0], ORIGIN as unknown as Given[1], 'splits', 'Splits');
	const context = await browser.newContext({ viewport: { width, height } });
	const page = await context.newPage();
	await page.exposeFunction('callHost', async (method: keyof SplitsHost, args: unknown[]) => {
		try {
			return { r: await (host[method] as (...args: unknown[]) => Promise<unknown>)(...args) };
		} catch (error) {
			return { e: { name: 'UserError', reason: 'usage', message: (error as Error).message } };
		}
	});
	await page.route('**/*', async (route) => {
		const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
		if (name === '') return route.fulfill({ contentType: 'text/html', body: html });
		if (!['splits.js', 'splits.css'].includes(name)) return route.fulfill({ status: 404, body: '' });
		return route.fulfill({
			contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css',
			body: await readFile(join(bundleDir, name), 'utf8'),
		});
	});
	await page.addInitScript(standIn, settings.kept);
	const colours = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	await page.goto(`${ORIGIN}/`);
	await page.evaluate(
		([css, name]) => {
			document.documentElement.style.cssText = css ?? '';
			document.body.classList.add(`vscode-${name}`, 'vscode-reduce-motion');
		},
		[colours.join(''), theme],
	);
	await page.waitForSelector('main');
	const read = <T>(name: string) =>
		page.evaluate((key) => (globalThis as unknown as Record<string, unknown>)[key], name) as Promise<T>;
	return {
		page,
		violations: () => read('testViolations'),
		kept: () => read('testKept'),
		tell: (method, ...args) =>
			page.evaluate((message) => window.postMessage(message, '*'), { t: 'q', m: method, a: args }) as Promise<void>,
	};
}
