import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { skipVectors as skip, vectorCases } from '../unit/calibration-support.ts';
import { makeCli } from './cli-run.ts';

interface Value {
	readonly value: number | null;
	readonly low?: number | null;
	readonly high?: number | null;
	readonly reason?: string;
}
type Document = Readonly<Record<string, Value>> & {
	readonly n: number;
	readonly groups: number;
	readonly rejected: readonly { path: string; line: number; reason: string }[];
	readonly ece_sweep: { readonly value: number; readonly bins: number };
	readonly temperature: { readonly status: string };
	readonly details: Readonly<Record<string, never>>;
};

const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Every null in a document says why, or belongs to something that does. */
function unexplained(value: unknown, path: string, explained: boolean, out: string[]): string[] {
	if (value === null && !explained) out.push(path);
	if (typeof value === 'object' && value !== null) {
		const here = explained || 'reason' in value || 'status' in value;
		for (const [key, inner] of Object.entries(value)) unexplained(inner, `${path}.${key}`, here, out);
	}
	return out;
}

test('calibrate reads the binary vectors from a file and from standard input', { skip }, async (t) => {
	const cli = makeCli(t);
	const chosen = vectorCases('ece.json').filter(({ name }) =>
		['random_n1000_overconfident', 'soft_labels_vote_share', 'zero_one_some_wrong'].includes(name),
	);
	assert.equal(chosen.length, 3);
	for (const [which, { name, input, expected }] of chosen.entries()) {
		const rows = lines(input.p!.map((p, i) => ({ p, y: input.y![i] })));
		const file = cli.write(`${name}.jsonl`, rows);
		const packed = cli.write(`${name}.jsonl.gz`, gzipSync(rows));
		const want = expected as Record<string, Record<string, number>>;
		// One way in for each: plain, packed, standard input.
		for (const given of [[{ path: file }, { path: packed }, { path: '-', input: rows }][which]!]) {
			const { code, document } = await cli.json(['calibrate', given.path, '--form', 'binary'], given);
			const of = document as Document;
			assert.equal(code, 0);
			const close = (actual: number | null | undefined, value: number, tolerance = 1e-9): void =>
				assert.ok(Math.abs(actual! - value) <= tolerance, `${name}: ${actual}, ${value}`);
			close(of.ece!.value, want.ece_width!['15']!);
			close(of.ece_mass!.value, want.ece_mass!['15']!);
			close(of.mce!.value, want.mce_width!['15']!);
			close(of.smece!.value, want.smece!.value!, 1e-6);
			close(of.rms_ce_debiased!.value, want.rms_ce_mass_15!.debiased!);
			close(of.ece_sweep.value, want.ece_sweep!.ece!);
			close(of.brier_mean_label!.value, want.brier as unknown as number);
			close(of.nll_clipped!.value, want.nll_clipped as unknown as number);
			if ((want.nll as unknown) === 'Infinity') {
				assert.equal(of.nll!.value, null);
				assert.match(of.nll!.reason!, /infinite/);
			} else close(of.nll!.value, want.nll as unknown as number);
			assert.deepEqual(of.rejected, []);
		}
	}
});

test('bad rows are named with line, field, what was expected and found; the others go on; exit 2', async (t) => {
	const cli = makeCli(t);
	const good = Array.from({ length: 40 }, (_, i) => ({ p: 0.2 + i / 60, y: i % 4 === 0 ? 0.5 : 1, group: i % 13 }));
	const file = cli.write(
		'bad.jsonl',
		`${lines(good)}{"p": 1.5}\n{"p": "0.5"}\n{"y": 1}\n{"p": 0.5, "y": 0.2}\n{"p": 0.5, "group": []}\n{"p": 0.5\n{"p":1e999}\n`,
	);
	const { code, document, stderr } = await cli.json(['calibrate', file]);
	const of = document as Document;
	assert.equal(code, 2);
	assert.equal(stderr, '');
	assert.equal(of.n, 40);
	assert.equal(of.groups, 13);
	assert.deepEqual(
		of.rejected.map(({ line }) => line),
		[41, 42, 43, 44, 45, 46, 47],
	);
	const reasons = of.rejected.map(({ reason }) => reason);
	assert.match(reasons[0]!, /^p: expected a probability from 0 to 1, found the number 1.5$/);
	assert.match(reasons[1]!, /^p: expected .* found the text "0.5"$/);
	assert.match(reasons[2]!, /^p: expected .* found nothing$/);
	assert.match(reasons[3]!, /^y: expected .* from 0.5 to 1, found the number 0.2$/);
	assert.match(reasons[4]!, /^group: expected a text or a number, found an empty list$/);
	const text = await cli.run(['calibrate', file]);
	assert.equal(text.code, 2);
	assert.match(text.stderr, /bad\.jsonl, line 41: p: expected/);
	for (const word of ['accuracy', 'NLL', 'Brier', 'over-confidence', 'slope 1/T*', 'ECE, 15 bins', 'CORP: MCB']) {
		assert.ok(text.stdout.includes(word), word);
	}
	assert.deepEqual(
		unexplained(document, '', false, []).filter((path) => !path.startsWith('.reliability')),
		[],
	);
});

test('nothing usable, an unknown form or no such file is exit 1 with one sentence', async (t) => {
	const cli = makeCli(t);
	const empty = cli.write('empty.jsonl', '');
	const useless = cli.write('useless.jsonl', '{"q": 1}\n{"q": 2}\n');
	const unlabelled = cli.write('unlabelled.jsonl', '{"p": 0.3}\n');
	for (const [args, message] of [
		[['calibrate', empty], /no row/],
		[['calibrate', useless], /Line 1: p: expected .* \(and 1 more\)/],
		[['calibrate', unlabelled, '--form', 'binary'], /y: expected/],
		[['calibrate', 'nowhere.jsonl'], /no such file/],
		[['calibrate', empty, '--form', 'triple'], /triple/],
		[['calibrate', empty, '--bins', '0'], /--bins/],
	] as const) {
		const { code, stdout, stderr } = await cli.run([...args]);
		assert.equal(code, 1, args.join(' '));
		assert.equal(stdout, '');
		assert.match(stderr, message);
		assert.doesNotMatch(stderr, /\n\s+at /);
	}
});

test('groups make clusters; the interval widens with them, the value stays', async (t) => {
	const cli = makeCli(t);
	const rows = Array.from({ length: 120 }, (_, i) => ({ p: 0.3 + 0.6 * ((i * 0.618) % 1), y: 1, group: `g${i % 12}` }));
	const own = cli.write('own.jsonl', lines(rows.map(({ p, y }) => ({ p, y }))));
	// Every pair of a group the same: twelve pairs in truth.
	const same = rows.map((row, i) => ({ ...row, p: rows[i % 12]!.p }));
	const grouped = cli.write('grouped.jsonl', lines(same));
	const repeated = cli.write('repeated.jsonl', lines(same.map(({ p, y }) => ({ p, y }))));
	const read = async (file: string): Promise<Document> => (await cli.json(['calibrate', file])).document as Document;
	const [a, b, c] = [await read(own), await read(grouped), await read(repeated)];
	assert.equal(a.groups, 120);
	assert.equal(b.groups, 12);
	const width = (of: Document): number => of.nll!.high! - of.nll!.low!;
	assert.equal(b.nll!.value, c.nll!.value);
	assert.ok(width(b) > 2.5 * width(c), `${width(b)}, ${width(c)}`);
});

test('--help shows an example and how often the intervals hold the truth', async (t) => {
	const { code, stdout } = await makeCli(t).run(['calibrate', '--help']);
	assert.equal(code, 0);
	assert.match(stdout, /\$ pairwright calibrate margins\.jsonl/);
	assert.match(stdout, /How often 95 % intervals hold the truth/);
	for (const row of [
		/^accuracy /m,
		/^NLL /m,
		/^slope 1\/T\* /m,
		/^NLL, paired difference /m,
		/^ECE \(approximate\) /m,
	]) {
		assert.match(stdout, row);
	}
	// The promise and its exception stand beside the numbers.
	assert.match(stdout, /93\.5–96\.5 % from 30 clusters/);
	assert.match(stdout, /ECE is the exception/);
});
