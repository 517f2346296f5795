/**
 * Near-duplicates of 100,000 prompts, against datasketch's MinHash-LSH on the same texts, shingling included in both. One in five
 * prompts is a copy of another with some words changed, so that Jaccard similarities between 0.5 and 1 are all there.
 * `PAIRWRIGHT_BENCH_PROMPTS=20000 npm run bench near-duplicates`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/calibration/random.ts';
import { findNearDuplicates, NEAR_DUPLICATE } from '../../src/shift/near-duplicates.ts';
import { jaccard, shingles } from '../../src/shift/shingles.ts';

const PROMPTS = Number(process.env.PAIRWRIGHT_BENCH_PROMPTS ?? '100000');
/** Before the other's runs, and again after them: what else the machine does then weighs on both. */
const REPEATS = 4;
const python = process.env.PYTHON ?? 'python3';

/** Zipf words, about 60 a prompt; `family` names the prompt that a text was made from. */
function makePrompts(): { texts: string[]; family: number[] } {
	const random = seededRandom(11);
	const syllables =
		'a e i o u al an ar at be ca co de di en er es fo in is it la li ma me ne no on or pa re ri se st te th ti to un ve'.split(
			' ',
		);
	const base = syllables.length;
	const spell = (n: number): string => {
		let word = '';
		for (let left = n + base; left > 0; left = Math.floor(left / base)) word += syllables[left % base]!;
		return word;
	};
	const word = (): string => spell(Math.floor(30_000 ** random.unit()));
	const texts: string[] = [];
	const family: number[] = [];
	for (let i = 0; i < PROMPTS; i++) {
		if (i < 100 || random.unit() < 0.8) {
			texts.push(Array.from({ length: 30 + random.index(61) }, word).join(' '));
			family.push(i);
			continue;
		}
		const from = random.index(i);
		const words = texts[from]!.split(' ');
		// Changed at random places, at the ends, or not at all but for case and space.
		const kind = random.index(4);
		if (kind === 0) for (let k = random.index(4); k > 0; k--) words[random.index(words.length)] = word();
		if (kind === 1) for (let k = random.index(12); k > 0; k--) words.push(word());
		if (kind === 2) words.splice(0, random.index(8));
		texts.push(kind === 3 ? words.join('  ').toUpperCase() : words.join(' '));
		family.push(family[from]!);
	}
	return { texts, family };
}

function median(values: number[]): number {
	return values.toSorted((x, y) => x - y)[values.length >> 1]!;
}

/** Pairs with J ≥ 0.8 by sets of strings: all within families, and all among the first 1,500 prompts. */
function truth(texts: readonly string[], family: readonly number[]): [number, number][] {
	const members = new Map<number, number[]>();
	family.forEach((f, i) => {
		const of = members.get(f);
		if (of === undefined) members.set(f, [i]);
		else of.push(i);
	});
	const sets = new Map<number, Set<string>>();
	const setOf = (i: number): Set<string> => {
		let set = sets.get(i);
		if (set === undefined) {
			set = shingles(texts[i]!);
			sets.set(i, set);
		}
		return set;
	};
	const pairs: [number, number][] = [];
	const first = Math.min(1500, texts.length);
	for (let i = 0; i < first; i++) {
		for (let j = i + 1; j < first; j++) if (jaccard(setOf(i), setOf(j)) >= NEAR_DUPLICATE) pairs.push([i, j]);
	}
	for (const of of members.values()) {
		for (let x = 0; x < of.length; x++) {
			for (let y = x + 1; y < of.length; y++) {
				if (of[y]! < first) continue;
				if (jaccard(setOf(of[x]!), setOf(of[y]!)) >= NEAR_DUPLICATE) pairs.push([of[x]!, of[y]!]);
			}
		}
	}
	return pairs;
}

const { texts, family } = makePrompts();
const expected = truth(texts, family);
const times: number[] = [];
let found = findNearDuplicates(texts);
function measure(): void {
	for (let k = 0; k < REPEATS; k++) {
		const started = performance.now();
		found = findNearDuplicates(texts);
		times.push((performance.now() - started) / 1000);
	}
}
measure();
const { copyOf } = found;
const listed = new Set(found.pairs.map(({ a, b }) => a * PROMPTS + b));
const isFound = (i: number, j: number): boolean => {
	const [a, b] = copyOf[i]! < copyOf[j]! ? [copyOf[i]!, copyOf[j]!] : [copyOf[j]!, copyOf[i]!];
	return a === b || listed.has(a * PROMPTS + b);
};
const recall = expected.filter(([i, j]) => isFound(i, j)).length / expected.length;
const folder = mkdtempSync(join(tmpdir(), 'pairwright-near-'));
try {
	writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
	writeFileSync(join(folder, 'pairs.json'), JSON.stringify(expected));
	const script = join(import.meta.dirname, 'near_duplicates_datasketch.py');
	const { status, stdout, stderr } = spawnSync(python, [script, folder], { encoding: 'utf8', maxBuffer: 2 ** 26 });
	measure();
	const ours = median(times);
	process.stdout.write(
		`${PROMPTS} prompts, ${expected.length} pairs with J ≥ 0.8: ${ours.toFixed(2)} s (${times.map((t) => t.toFixed(2)).join(', ')}), recall ${recall}, ${found.pairs.length} pairs of distinct texts, complete ${found.complete}\n`,
	);
	if (status !== 0)
		process.stdout.write(`skipped: ${python} has no numpy (${(stderr ?? '').trim().split('\n').at(-1)})\n`);
	else {
		const floor: { what: string; seconds: number[]; recall: number } = JSON.parse(stdout);
		const seconds = median(floor.seconds);
		process.stdout.write(`${floor.what}: ${seconds.toFixed(1)} s, recall ${floor.recall.toFixed(3)}\n`);
		process.stdout.write(
			`FIGURE ${JSON.stringify({
				work: `near-duplicates of ${PROMPTS.toLocaleString('en')} prompts`,
				ours: `${ours.toFixed(2)} s`,
				floor: `${floor.what} ${seconds.toFixed(1)} s`,
				ratio: Number((seconds / ours).toFixed(1)),
				aim: '>= 20',
				recall: Number(recall.toFixed(4)),
			})}\n`,
		);
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}
