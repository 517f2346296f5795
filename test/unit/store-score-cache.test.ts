import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256 } from '../../src/domain/identity.ts';
import { UserError } from '../../src/protocol/errors.ts';
import { loadSqlite } from '../../src/store/database.ts';
import { ScoreCache, scoreCachePath, scoreCacheSize } from '../../src/store/score-cache.ts';

function cachePath(t: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-score-cache-'));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return scoreCachePath(join(dir, 'pairwright.db'));
}

const id = (i: number): string => sha256(String(i));
const score = (i: number) => ({ a: { logp: -1.25 - i, tokens: 3 }, b: { logp: -0.1 * i, tokens: null } });

test('what a model scored is there again, to the bit, after closing; another model has nothing', async (t) => {
	const path = cachePath(t);
	const first = await ScoreCache.open(path);
	assert.equal(first.notice, null);
	const scores = first.model('one', null);
	assert.equal(scores.get(id(1)), null);
	for (let i = 0; i < 40; i++) scores.put(id(i), { score: score(i) });
	scores.flush();
	first.close();
	const second = await ScoreCache.open(path);
	assert.deepEqual(second.model('one', null).get(id(39)), { score: score(39) });
	assert.equal(second.model('two', null).get(id(39)), null);
	second.close();
	assert.ok(scoreCacheSize(path.replace(/-scores$/, '')) > 0);
});

test('every 32 pairs are committed without being asked, the rest within half a second', async (t) => {
	const path = cachePath(t);
	t.mock.timers.enable({ apis: ['setTimeout'] });
	const cache = await ScoreCache.open(path);
	const scores = cache.model('one', null);
	for (let i = 0; i < 33; i++) scores.put(id(i), { score: score(i) });
	const other = await ScoreCache.open(path);
	const seen = other.model('one', null);
	assert.deepEqual([seen.get(id(31)) !== null, seen.get(id(32))], [true, null]);
	t.mock.timers.tick(500);
	assert.notEqual(seen.get(id(32)), null);
	other.close();
	cache.close();
});

test('a divergence counts only against the reference it was computed with', async (t) => {
	const cache = await ScoreCache.open(cachePath(t));
	const scores = cache.model('policy', 'reference');
	const scored = { score: score(1), kl: { sum: 0.5, positions: 7 } };
	scores.put(id(1), scored);
	scores.put(id(2), { score: score(2) });
	scores.flush();
	assert.deepEqual(scores.get(id(1)), scored);
	const other = cache.model('policy', 'another reference');
	assert.deepEqual(other.get(id(1)), { score: score(1) });
	assert.deepEqual(other.get(id(2)), { score: score(2) });
	cache.close();
});

test('what a model gave stands nowhere in the file as a number, the sealed half’s included; nor does it stay of an earlier version', async (t) => {
	const path = cachePath(t);
	const values = Array.from({ length: 40 }, (_, i) => -20.1 - Math.sqrt(i + 2));
	const inClear = (): number[] => {
		const bytes = readFileSync(path);
		const doubles = new Set<number>();
		for (let at = 0; at + 8 <= bytes.length; at++) doubles.add(bytes.readDoubleBE(at)).add(bytes.readDoubleLE(at));
		return values.filter((value) => doubles.has(value));
	};
	const earlier = new (await loadSqlite())(path);
	earlier.exec('CREATE TABLE models(n); CREATE TABLE scores(a REAL); PRAGMA user_version = 1;');
	for (const value of values) earlier.prepare('INSERT INTO scores VALUES (?)').run(value);
	earlier.close();
	assert.equal(inClear().length, values.length, 'the search finds what it looks for');
	const cache = await ScoreCache.open(path);
	const scores = cache.model('policy', 'reference');
	for (const [i, value] of values.entries()) {
		const sides = { a: { logp: value, tokens: 3 }, b: { logp: value, tokens: 4 } };
		scores.put(id(i), { score: sides, kl: { sum: value, positions: 5 } });
	}
	scores.flush();
	assert.equal(scores.get(id(7))!.score.a.logp, values[7]);
	cache.close();
	assert.deepEqual(inClear(), []);
});

test('fresh reads nothing and replaces what was there', async (t) => {
	const cache = await ScoreCache.open(cachePath(t));
	const before = cache.model('one', null);
	before.put(id(1), { score: score(1) });
	before.flush();
	const fresh = cache.model('one', null, true);
	assert.equal(fresh.get(id(1)), null);
	fresh.put(id(1), { score: score(5) });
	fresh.flush();
	assert.deepEqual(before.get(id(1)), { score: score(5) });
	cache.close();
});

test('a damaged file is put aside, named, and begun anew', async (t) => {
	const path = cachePath(t);
	writeFileSync(path, 'this is no database, whatever its name says '.repeat(40));
	const cache = await ScoreCache.open(path);
	assert.match(cache.notice ?? '', /damaged.*scored again/s);
	assert.match(readFileSync(`${path}.damaged`, 'utf8'), /^this is no database/);
	const scores = cache.model('one', null);
	scores.put(id(1), { score: score(1) });
	scores.flush();
	assert.deepEqual(scores.get(id(1)), { score: score(1) });
	cache.close();
	// A page in the middle overwritten: the file opens, but is not sound.
	const big = await ScoreCache.open(path);
	const many = big.model('one', null);
	for (let i = 0; i < 640; i++) many.put(id(i), { score: score(i) });
	many.flush();
	big.close();
	const bytes = readFileSync(path);
	bytes.fill(0x5a, bytes.length - 8192, bytes.length - 2048);
	writeFileSync(path, bytes);
	const again = await ScoreCache.open(path);
	assert.match(again.notice ?? '', /damaged/);
	assert.equal(again.model('one', null).get(id(1)), null);
	again.close();
});

test('past its bound the models used longest ago go, never those of this run', async (t) => {
	const path = cachePath(t);
	const fill = async (names: readonly string[], bound: number) => {
		const cache = await ScoreCache.open(path, bound);
		for (const name of names) {
			const scores = cache.model(name, null);
			for (let i = 0; i < 500; i++) scores.put(id(i), { score: score(i) });
			scores.flush();
		}
		cache.close();
	};
	await fill(['old', 'newer'], 2 ** 30);
	// Where the rows of two models meet, a page may be split in one order of writing and not in another.
	const both = statSync(path).size + 4 * 4096;
	await fill(['now'], both);
	const cache = await ScoreCache.open(path);
	const has = (name: string) => cache.model(name, null).get(id(7)) !== null;
	assert.deepEqual(['old', 'newer', 'now'].map(has), [false, true, true]);
	cache.close();
	assert.ok(statSync(path).size <= both);
	await fill(['now', 'newer'], 1);
	const kept = await ScoreCache.open(path);
	assert.notEqual(kept.model('now', null).get(id(7)), null, 'a run that needs more than the bound keeps its own');
	kept.close();
	assert.ok(!existsSync(`${path}.damaged`));
});

test('a place where no file can be made is named, with what to do', async (t) => {
	const path = join(cachePath(t), 'no', 'such', 'folder');
	await assert.rejects(
		ScoreCache.open(path),
		(error) =>
			UserError.is(error, 'environment') && error.message.includes(path) && /cannot be opened/.test(error.message),
	);
});

test('what cannot be written is an error at the next pair, in words', async (t) => {
	const cache = await ScoreCache.open(cachePath(t));
	const scores = cache.model('one', null);
	t.mock.timers.enable({ apis: ['setTimeout'] });
	scores.put(id(1), { score: score(1) });
	cache.close();
	t.mock.timers.tick(500);
	assert.throws(
		() => scores.put(id(2), { score: score(2) }),
		(error) => UserError.is(error, 'environment') && /cannot be written/.test(error.message),
	);
});
