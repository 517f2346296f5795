/**
 * A view's built bundle in Chromium, in the page that the extension makes (the real function, under its real CSP), with a
 * stand-in for the editor's side of the messages. Counts what the CSP refuses.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../src/dev/chromium.ts';
import type { ReportState, RunningState } from '../../src/protocol/report.ts';
import type { RunReport } from '../../src/protocol/runs.ts';

const ORIGIN = 'http://webview.test';

export const chromiumPath = findChromium();

// What webview-html.ts uses of the editor.
const VSCODE = `data:text/javascript,
export const Uri = { joinPath: (base, ...parts) => ({ toString: () => [base, ...parts].join('/') }) };
export const env = { language: 'en' };`;
registerHooks({
	resolve: (specifier, context, next) =>
		specifier === 'vscode' ? { url: VSCODE, shortCircuit: true } : next(specifier, context),
});

/** The editor's own colours for each kind of theme, as far as a view uses them. */
export const THEMES: Readonly<
	Record<'dark' | 'light' | 'high-contrast' | 'high-contrast-light', Record<string, string>>
> = {
	dark: {
		'editor-background': '#1f1f1f',
		'sideBar-background': '#181818',
		foreground: '#cccccc',
		descriptionForeground: '#9d9d9d',
		'editorWidget-border': '#454545',
		'panel-border': '#2b2b2b',
		focusBorder: '#0078d4',
		'textLink-foreground': '#4daafc',
		'charts-green': '#89d185',
		'charts-blue': '#3794ff',
		'charts-orange': '#d18616',
		'charts-purple': '#b180d7',
		'editorWarning-foreground': '#cca700',
		errorForeground: '#f85149',
		'button-secondaryBackground': '#313131',
		'button-secondaryForeground': '#cccccc',
		'button-secondaryHoverBackground': '#3c3c3c',
		'button-background': '#0078d4',
		'button-foreground': '#ffffff',
		'button-hoverBackground': '#026ec1',
		'input-background': '#313131',
		'input-foreground': '#cccccc',
		'input-border': '#3c3c3c',
	},
	light: {
		'editor-background': '#ffffff',
		'sideBar-background': '#f8f8f8',
		foreground: '#3b3b3b',
		descriptionForeground: '#3b3b3b',
		'editorWidget-border': '#e5e5e5',
		'panel-border': '#e5e5e5',
		focusBorder: '#005fb8',
		'textLink-foreground': '#005fb8',
		'charts-green': '#388a34',
		'charts-blue': '#0063d3',
		'charts-orange': '#d18616',
		'charts-purple': '#652d90',
		'editorWarning-foreground': '#bf8803',
		errorForeground: '#f85149',
		'button-secondaryBackground': '#e5e5e5',
		'button-secondaryForeground': '#3b3b3b',
		'button-secondaryHoverBackground': '#cccccc',
		'button-background': '#005fb8',
		'button-foreground': '#ffffff',
		'button-hoverBackground': '#0258a8',
		'input-background': '#ffffff',
		'input-foreground': '#3b3b3b',
		'input-border': '#cecece',
	},
	'high-contrast': {
		'editor-background': '#000000',
		'sideBar-background': '#000000',
		foreground: '#ffffff',
		descriptionForeground: 'rgba(255, 255, 255, 0.7)',
		'editorWidget-border': '#6fc3df',
		contrastBorder: '#6fc3df',
		focusBorder: '#f38518',
		'textLink-foreground': '#21a6ff',
		'charts-green': '#89d185',
		'charts-blue': '#3794ff',
		'charts-orange': '#d18616',
		'charts-purple': '#b180d7',
		'editorWarning-foreground': '#ffd370',
		errorForeground: '#f48771',
		// The real theme has no background for secondary buttons.
		'button-secondaryForeground': '#ffffff',
		'button-background': '#000000',
		'button-foreground': '#ffffff',
		'input-background': '#000000',
		'input-foreground': '#ffffff',
		'input-border': '#6fc3df',
	},
	'high-contrast-light': {
		'editor-background': '#ffffff',
		'sideBar-background': '#ffffff',
		foreground: '#292929',
		descriptionForeground: 'rgba(41, 41, 41, 0.7)',
		'editorWidget-border': '#0f4a85',
		contrastBorder: '#0f4a85',
		focusBorder: '#006bbd',
		'textLink-foreground': '#0f4a85',
		'charts-green': '#374e06',
		'charts-blue': '#0063d3',
		'charts-orange': '#d18616',
		'charts-purple': '#652d90',
		'editorWarning-foreground': '#895503',
		errorForeground: '#b5200d',
		'button-secondaryForeground': '#292929',
		'button-secondaryBackground': '#ffffff',
		'button-background': '#0f4a85',
		'button-foreground': '#ffffff',
		'input-background': '#ffffff',
		'input-foreground': '#292929',
		'input-border': '#0f4a85',
	},
};

export type ThemeName = keyof typeof THEMES;

export interface OpenedView {
	readonly page: Page;
	/** Calls that the view made: method and arguments. */
	calls(): Promise<{ method: string; args: unknown[] }[]>;
	/** What the CSP refused; has to stay empty. */
	violations(): Promise<string[]>;
	/** As the extension tells the view something. */
	tell(method: string, ...args: unknown[]): Promise<void>;
	/** What the view gave the editor to keep. */
	kept(): Promise<{ folder?: string; run?: string; view?: { scroll?: number } } | undefined>;
}

export interface OpenOptions {
	readonly state: ReportState | null;
	/** What `details` answers; without it nothing ever comes. */
	readonly details?: ReportState;
	readonly bundleDir: string;
	readonly theme?: ThemeName;
	readonly width?: number;
	readonly height?: number;
	readonly zoom?: number;
	/** What the view kept before it was hidden or the window reloaded. */
	readonly kept?: unknown;
	readonly running?: RunningState;
	/** Methods that the extension refuses, with the message. */
	readonly refuse?: Readonly<Record<string, string>>;
	/** The view's script is on its way until then. */
	readonly hold?: Promise<void>;
	/** The view's script does not come at all. */
	readonly lost?: boolean;
	/** What further methods answer. */
	readonly answers?: Readonly<Record<string, unknown>>;
}

export function launch(): Promise<Browser> {
	if (chromiumPath === null) throw new Error('no Chromium: install it, or name it in PAIRWRIGHT_CHROMIUM');
	return chromium.launch({
		executablePath: chromiumPath,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
	});
}

/** The view's bundle as it ships. */
export async function buildReportView(bundleDir: string): Promise<void> {
	await mkdir(bundleDir, { recursive: true });
	await build({
		absWorkingDir: join(import.meta.dirname, '../..'),
		bundle: true,
		minify: true,
		format: 'iife',
		target: 'chrome134',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		entryPoints: [
			{ in: 'webview/report/main.tsx', out: 'report' },
			{ in: 'webview/report/style.css', out: 'report' },
			{ in: 'webview/report/early.tsx', out: 'report-early' },
		],
		outdir: bundleDir,
		logLevel: 'silent',
	});
}

export function shown(report: RunReport, extra: Partial<Extract<ReportState, { status: 'report' }>> = {}): ReportState {
	return { status: 'report', report, actions: 'all', texts: true, draft: null, ...extra };
}

interface AxeResult {
	readonly id: string;
	readonly impact: string | null;
	readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** axe's findings that hinder people; run in the page's own realm, past its CSP. */
export async function seriousFindings(page: Page): Promise<string[]> {
	const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
	await page.evaluate(source);
	const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
		violations: AxeResult[];
	};
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

/** The page's CSP forbids Playwright's own way of waiting for a condition. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
	for (let attempt = 0; attempt < 600; attempt++) {
		if (await condition()) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	assert.fail('did not happen within 30 s');
}

export async function pageScrollsSideways(page: Page): Promise<boolean> {
	return (await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')) as boolean;
}

/** What the functions that run in the page use of it; the tests are compiled without the DOM. */
interface PageScope {
	[key: string]: unknown;
	document: {
		addEventListener(
			type: 'securitypolicyviolation',
			listener: (event: {
				violatedDirective: string;
				blockedURI: string;
				sourceFile?: string;
				lineNumber: number;
			}) => void,
		): void;
		documentElement: { style: { cssText: string } };
		body: { classList: { add(...names: string[]): void } };
	};
	postMessage(message: unknown, target: string): void;
}

/** Runs in the page before anything else. A null state never answers: that is what loading looks like. */
function standIn(options: {
	state: unknown;
	details: unknown;
	kept: unknown;
	running: unknown;
	refuse: Record<string, string>;
	answers: Record<string, unknown>;
}): void {
	const scope = globalThis as unknown as PageScope;
	const calls: { method: string; args: unknown[] }[] = [];
	const violations: string[] = [];
	let kept = options.kept;
	scope.testCalls = calls;
	scope.testViolations = violations;
	scope.testKept = () => kept;
	scope.document.addEventListener('securitypolicyviolation', (event) => {
		violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`);
	});
	scope.acquireVsCodeApi = () => ({
		getState: () => kept,
		setState: (state: unknown) => {
			kept = state;
		},
		postMessage: (message: { t: string; i?: string; m?: string; a?: unknown[] }) => {
			if (message.t !== 'q' || message.m === undefined) return;
			calls.push({ method: message.m, args: message.a ?? [] });
			if (message.m === 'ready' && options.state === null) return;
			const refused = options.refuse[message.m];
			if (message.m === 'details' && options.details === null && refused === undefined) return;
			const reply =
				refused === undefined
					? {
							t: 's',
							i: message.i,
							r:
								message.m === 'ready'
									? {
											state: options.state,
											keep: { folder: 'file:///workspace', run: 'run' },
											running: options.running,
										}
									: message.m === 'details'
										? options.details
										: (options.answers[message.m] ?? null),
						}
					: { t: 's', i: message.i, e: { name: 'UserError', reason: 'usage', message: refused } };
			setTimeout(() => scope.postMessage(reply, '*'), 0);
		},
	});
}

/** Opens the report as the editor would. */
export async function openReportView(browser: Browser, options: OpenOptions): Promise<OpenedView> {
	const { webviewHtml } = await import('../../src/editor/webview-html.ts');
	const { theme = 'dark', width = 1400, height = 900, zoom = 1 } = options;
	const webview = { asWebviewUri: (uri: unknown) => uri, cspSource: ORIGIN };
	const read = (name: string) => readFile(join(options.bundleDir, name), 'utf8');
	type Parameters_ = Parameters<typeof webviewHtml>;
	const html = webviewHtml(
		webview as unknown as Parameters_[0],
		ORIGIN as unknown as Parameters_[1],
		'report',
		'Calibration report',
		{ style: await read('report.css'), script: await read('report-early.js') },
	);
	const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: zoom });
	const page = await context.newPage();
	const colours = Object.entries(THEMES[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	await page.route('**/*', async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html });
		if (!pathname.endsWith('/report.js')) return route.fulfill({ status: 404, body: '' });
		await options.hold;
		if (options.lost === true) return route.fulfill({ status: 503, body: '' });
		return route.fulfill({ contentType: 'text/javascript', body: await read('report.js') });
	});
	await page.addInitScript(standIn, {
		state: options.state,
		details: options.details ?? null,
		kept: options.kept,
		running: options.running ?? null,
		refuse: { ...options.refuse },
		answers: { ...options.answers },
	});
	await page.goto(`${ORIGIN}/`);
	// The editor sets its variables on the root element and names the theme on the body.
	await page.evaluate(
		([css, name]) => {
			const { document } = globalThis as unknown as PageScope;
			document.documentElement.style.cssText = css ?? '';
			document.body.classList.add(`vscode-${name}`, 'vscode-reduce-motion');
		},
		[colours.join(''), theme],
	);
	// The decision box is the last to be drawn.
	if (options.state !== null) await page.waitForSelector('#decision, .instead h1');
	const evaluate = <T>(name: string) =>
		page.evaluate((key) => {
			const found = (globalThis as unknown as Record<string, unknown>)[key];
			return typeof found === 'function' ? found() : found;
		}, name) as Promise<T>;
	return {
		page,
		calls: () => evaluate('testCalls'),
		violations: () => evaluate('testViolations'),
		kept: () => evaluate('testKept'),
		tell: (method, ...args) =>
			page.evaluate((message) => (globalThis as unknown as PageScope).postMessage(message, '*'), {
				t: 'q',
				m: method,
				a: args,
			}),
	};
}
