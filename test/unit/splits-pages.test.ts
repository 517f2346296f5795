import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FetchCursors, type FetchPage, Pages } from '../../webview/splits/pages.ts';

/** A list of `total` numbers behind cursors; remembers what was asked. */
function list(total: () => number) {
	const asked: (string | null)[] = [];
	let running = 0;
	let most = 0;
	const fetch: FetchPage<number> = async ({ limit, after }) => {
		asked.push(after ?? null);
		most = Math.max(most, ++running);
		await Promise.resolve();
		running--;
		const start = after === undefined ? 0 : Number(after);
		const rows = Array.from({ length: Math.max(0, Math.min(limit, total() - start)) }, (_, n) => start + n);
		const end = start + rows.length;
		return { rows, total: total(), next: end < total() ? String(end) : null };
	};
	const cursors = async (every: number) =>
		Array.from({ length: Math.floor(total() / every) }, (_, n) => String((n + 1) * every));
	return { fetch, asked, cursors, most: () => most };
}

function pagesOver({ fetch, cursors }: { fetch: FetchPage<number>; cursors: FetchCursors }, keep = 4) {
	const errors: unknown[] = [];
	const pages = new Pages(fetch, {
		size: 10,
		keep,
		cursors,
		onChange: () => {},
		onError: (error) => errors.push(error),
	});
	return { pages, errors };
}

/** Lets everything that is already on its way come in. */
async function settle(): Promise<void> {
	for (let n = 0; n < 2000; n++) await Promise.resolve();
}

test('the rows in view and the page after them are read, nothing more', async () => {
	const source = list(() => 1000);
	const { asked } = source;
	const { pages } = pagesOver(source);
	pages.want(0, 8);
	await settle();
	assert.equal(pages.total, 1000);
	assert.equal(pages.row(0), 0);
	assert.equal(pages.row(19), 19);
	assert.equal(pages.row(20), undefined);
	assert.deepEqual(asked, [null, '10']);
});

test('a jump reads no page in between, one request at a time, and keeps few pages', async () => {
	const source = list(() => 1000);
	const { asked, most } = source;
	const { pages } = pagesOver(source);
	pages.want(0, 8);
	await settle();
	pages.want(500, 508);
	await settle();
	assert.equal(pages.row(505), 505);
	assert.equal(most(), 1);
	assert.deepEqual(asked, [null, '10', '500', '510']);
	const known = Array.from({ length: 100 }, (_, page) => pages.row(page * 10)).filter((row) => row !== undefined);
	assert.ok(known.length <= 4, `${known.length} pages are kept`);
});

test('once the cursors are known every place is one request away', async () => {
	const source = list(() => 1000);
	const { asked } = source;
	const { pages } = pagesOver(source);
	pages.want(500, 508);
	await settle();
	const before = asked.length;
	pages.want(200, 208);
	await settle();
	assert.equal(pages.row(203), 203);
	assert.ok(asked.length - before <= 2, `${asked.slice(before)}`);
});

test('a wish that changes on the way is not followed to its end', async () => {
	const source = list(() => 100_000);
	const { asked } = source;
	const { pages } = pagesOver(source);
	pages.want(0, 8);
	await settle();
	pages.want(90_000, 90_008);
	for (let n = 0; n < 40; n++) await Promise.resolve();
	pages.want(0, 8);
	await settle();
	assert.equal(pages.row(3), 3);
	assert.ok(asked.length < 100, `${asked.length} pages were read`);
});

test('after a change the old rows stay until the new ones are read', async () => {
	let total = 100;
	const source = list(() => total);
	const { pages } = pagesOver(source);
	pages.want(0, 8);
	await settle();
	total = 5;
	pages.refresh('rows');
	assert.equal(pages.row(7), 7);
	await settle();
	assert.equal(pages.total, 5);
	assert.equal(pages.row(4), 4);
	assert.equal(pages.row(7), undefined);
});

test('a place behind the end of a list that became shorter is not looked for without end', async () => {
	let total = 1000;
	const source = list(() => total);
	const { pages, errors } = pagesOver(source);
	pages.want(900, 908);
	await settle();
	total = 30;
	pages.refresh('rows');
	await settle();
	assert.equal(pages.total, 30);
	assert.deepEqual(errors, []);
});

test('the rows of a range are read across pages', async () => {
	const source = list(() => 100);
	const { pages } = pagesOver(source);
	assert.deepEqual(
		await pages.rows(8, 23),
		Array.from({ length: 15 }, (_, n) => n + 8),
	);
});

test('a failing read is told and does not stop later ones', async () => {
	const good = list(() => 100);
	let fail = true;
	const { pages, errors } = pagesOver({
		...good,
		fetch: async (options) => {
			if (fail) throw new Error('busy');
			return good.fetch(options);
		},
	});
	pages.want(0, 8);
	await settle();
	assert.equal(errors.length, 1);
	fail = false;
	pages.want(0, 8);
	await settle();
	assert.equal(pages.row(0), 0);
});
