/** What a person does in the workbench, as helpers for a Playwright page. */
import type { Frame, Locator, Page } from 'playwright-core';

/** On a machine that does several things at once an answer takes many times as long as on an idle one. */
const timeout = 60_000;

/** Opens the palette, types the title and runs the command that has exactly it. */
export async function runCommand(page: Page, title: string): Promise<void> {
	const input = page.locator('.quick-input-widget input.input, .quick-input-widget .quick-input-box input').first();
	const rows = page.locator('.quick-input-list .monaco-list-row');
	// Longer than the rest: on a busy machine an extension takes half a minute and more to start after the window has opened.
	const deadline = Date.now() + 90_000;
	for (;;) {
		const row = rows.filter({ has: page.getByText(title, { exact: true }) }).first();
		try {
			await page.keyboard.press('F1');
			await input.fill(`>${title}`, { timeout: 5_000 });
			await row.waitFor({ state: 'visible', timeout: 2_000 });
			await row.click({ timeout: 2_000 });
			return;
		} catch (error) {
			// Commands of an extension appear only once it is registered; and a webview that takes the focus closes the palette.
			await page.keyboard.press('Escape');
			if (Date.now() > deadline) throw new Error(`The palette has no command "${title}".`, { cause: error });
		}
	}
}

/**
 * Types into the input box or list that a command has opened, and accepts.
 * @param asked words of its question
 */
export async function answer(page: Page, text: string, asked = ''): Promise<void> {
	// A list that was just answered may still be there, in the same widget.
	await page.locator('.quick-input-widget', { hasText: asked }).first().waitFor({ state: 'visible', timeout });
	const input = page.locator('.quick-input-widget input').first();
	await input.waitFor({ state: 'visible', timeout });
	await input.fill(text);
	await page.keyboard.press('Enter');
}

/** Gives a path to the editor's own dialog for files and folders, which lists them first and may overwrite what is typed too soon. */
export async function answerDialog(page: Page, title: string, path: string): Promise<void> {
	const dialog = page.locator('.quick-input-widget', { has: page.locator('.quick-input-title', { hasText: title }) });
	const input = dialog.locator('input').first();
	await dialog.waitFor({ state: 'visible', timeout });
	const deadline = Date.now() + 90_000;
	while (await dialog.isVisible()) {
		if (Date.now() > deadline) throw new Error(`The dialog "${title}" did not take ${path}.`);
		await input.fill(path, { timeout: 5_000 }).catch(() => undefined);
		await page.waitForTimeout(500);
		if ((await input.inputValue({ timeout: 1_000 }).catch(() => '')) !== path) continue;
		await input.press('Enter', { timeout: 1_000 }).catch(() => undefined);
		await dialog.waitFor({ state: 'hidden', timeout: 6_000 }).catch(() => undefined);
	}
}

/** Picks an entry of the list that a command has opened, by its visible text. */
export async function pick(page: Page, text: string): Promise<void> {
	const row = page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
	await row.waitFor({ state: 'visible', timeout });
	await row.click();
}

/**
 * Runs a command that opens a list, and picks from it. A webview that had the focus before the palette takes it back a moment after the
 * palette has closed, which now and then closes the list too: then once more.
 * @param typed what to type into the list's field first, where the entry lies further down than the list shows
 */
export async function pickAfter(page: Page, title: string, text: string, typed = ''): Promise<void> {
	const row = page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
	for (let left = 3; ; left--) {
		await runCommand(page, title);
		try {
			if (typed !== '') await page.locator('.quick-input-widget input').first().fill(typed, { timeout: 5_000 });
			return await row.click({ timeout: left === 0 ? timeout : 10_000 });
		} catch (error) {
			if (left === 0) throw error;
		}
	}
}

/**
 * Until the pair on screen may be judged: verdicts are refused for a moment after it was painted, by the page's own clock, which a busy
 * machine holds up as well.
 */
export async function untilUnlocked(frame: Frame): Promise<void> {
	await frame.evaluate(
		() =>
			new Promise<void>((done) => {
				requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 450)));
			}),
	);
}

/**
 * Presses a key until it has done what it does. One that comes before the editor knows that the screen has the focus, or before a pair
 * may be judged, is lost: to be pressed again, as a person would.
 */
export async function pressUntil(page: Page, key: string, done: () => boolean | Promise<boolean>): Promise<void> {
	for (let left = 5; left > 0; left--) {
		await page.keyboard.press(key);
		for (const deadline = Date.now() + 6_000; Date.now() < deadline; ) {
			if (await done()) return;
			await page.waitForTimeout(50);
		}
	}
	throw new Error(`${key} did nothing.`);
}

/**
 * Until the editor has written to its own database what a view keeps, which it does every few seconds and when it is idle.
 * @param text of the view's state as JSON
 */
export async function untilKept(page: Page, text: string): Promise<void> {
	await untilThat(page, () =>
		page.evaluate(async (wanted) => {
			const settled = <T>(request: IDBRequest<T>) =>
				new Promise<T>((done, failed) => {
					request.onsuccess = () => done(request.result);
					request.onerror = () => failed(request.error);
				});
			for (const { name } of await indexedDB.databases()) {
				if (name?.startsWith('vscode-web-state-db') !== true) continue;
				const database = await settled(indexedDB.open(name));
				try {
					for (const store of database.objectStoreNames) {
						const values = await settled(database.transaction(store).objectStore(store).getAll());
						// States are JSON in JSON in JSON.
						if (values.some((value) => String(value).replaceAll('\\', '').includes(wanted))) return true;
					}
				} finally {
					database.close();
				}
			}
			return false;
		}, text),
	);
}

/** Whether the frame and the frames around it can be seen: the editor hides the outer one of a tab that is behind another. */
async function isShown(frame: Frame): Promise<boolean> {
	for (let at: Frame | null = frame; at !== null && at.parentFrame() !== null; at = at.parentFrame()) {
		const element = await at.frameElement().catch(() => null);
		if (element === null || !(await element.isVisible().catch(() => false))) return false;
	}
	return true;
}

/**
 * The inner frame of a webview, recognised by its script (`dist/webview/KIND.js`), once it has painted something. A webview is two
 * frames deep, and hidden ones stay in the page: the one that is visible is meant.
 */
export async function webview(
	page: Page,
	kind: 'adjudicate' | 'annotate' | 'mapping' | 'report' | 'splits',
	wait = timeout,
): Promise<Frame> {
	const deadline = Date.now() + wait;
	while (Date.now() < deadline) {
		for (const frame of page.frames()) {
			if (frame.parentFrame() === null || frame.isDetached()) continue;
			if (!(await isShown(frame))) continue;
			const painted = await frame
				.evaluate(
					(name) =>
						document.querySelector(`script[src*="/${name}.js"]`) !== null &&
						(document.getElementById('app')?.childElementCount ?? 0) > 0,
					kind,
				)
				.catch(() => false);
			if (painted) return frame;
		}
		await page.waitForTimeout(50);
	}
	throw new Error(`No visible "${kind}" webview has painted anything within ${wait / 1000} s.`);
}

/**
 * What a screen that shows a pair says around it, in visible words, titles and labels: everything but the texts of the prompt and of
 * the responses, in which any word may stand by chance. Waits for the pair.
 */
export async function wordsAround(frame: Frame): Promise<string> {
	await frame.locator('.side.right article').waitFor();
	return frame.evaluate(() => {
		const texts = '.turn-text, .turn .words, .side article, script, style';
		const said: string[] = [];
		for (const element of document.body.querySelectorAll('*')) {
			if (element.closest(texts) !== null) continue;
			for (const name of ['title', 'aria-label', 'placeholder']) said.push(element.getAttribute(name) ?? '');
			for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) said.push(node.nodeValue ?? '');
		}
		return said.filter((words) => words.trim() !== '').join('\n');
	});
}

/** Entry of the activity bar by its name. */
export function viewContainer(page: Page, name: string): Locator {
	return page
		.locator(`.activitybar .action-item [aria-label^="${name}"], .activitybar [role="tab"][aria-label^="${name}"]`)
		.first();
}

/** Shows a container of views in the side bar. */
export async function openContainer(page: Page, name: string): Promise<void> {
	const tab = viewContainer(page, name);
	await tab.waitFor({ state: 'visible', timeout });
	const title = page.locator('.sidebar .composite.title', { hasText: new RegExp(name, 'i') });
	if (!(await title.isVisible())) await tab.click();
	await title.waitFor({ state: 'visible', timeout });
}

/** A row of a tree view, by a part of its text. */
export function treeRow(page: Page, text: string): Locator {
	return page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
}

/** Texts of the notifications on screen. */
export async function notifications(page: Page): Promise<string[]> {
	return page.locator('.notification-list-item-message').allInnerTexts();
}

/** Waits until it holds. */
export async function untilThat(page: Page, holds: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + timeout;
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error(`It did not come to that within ${timeout / 1000} s.`);
		await page.waitForTimeout(100);
	}
}

/** Text of the rendered document in a tab that says `words`, once it is there. */
export async function documentWith(page: Page, words: RegExp): Promise<string> {
	let found: string | undefined;
	await untilThat(page, async () => {
		const inner = page.frames().filter((frame) => frame.parentFrame()?.parentFrame() != null);
		const read = (frame: Frame) => frame.locator('body').innerText({ timeout: 1_000 });
		const texts = await Promise.all(inner.map((frame) => read(frame).catch(() => '')));
		found = texts.find((text) => words.test(text));
		return found !== undefined;
	});
	return found ?? '';
}
