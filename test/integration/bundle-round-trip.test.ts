/**
 * The whole way round, with real training: bundle → a tiny model trained on a CPU → checkpoints → scores → run → decision. Needs the data
 * beside the repository (harmful text: tests only) and a Python with the bundle's requirements.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { runPython, trainingPython } from '../fixtures/python.ts';
import { makeCli } from './cli-run.ts';

const SHARED = join(import.meta.dirname, '../../../shared');
const TOKENIZER = join(SHARED, 'models/tokenizer.json');
const DATA = join(SHARED, 'data/harmless.jsonl');
const CHECK = join(import.meta.dirname, '../fixtures/bundle_check.py');
const SHARDED = join(import.meta.dirname, '../fixtures/sharded_on_cpu.py');

const python = existsSync(DATA) && existsSync(TOKENIZER) ? trainingPython() : null;
const skip = !existsSync(DATA)
	? 'no ../shared'
	: python === null
		? 'no Python with the packages of media/bundle/requirements.txt'
		: false;

/** Longer and on more pairs with PAIRWRIGHT_LONG=1. */
const long = process.env.PAIRWRIGHT_LONG === '1';
const STEPS = long ? 120 : 30;
const SAVE = long ? 30 : 10;
const SIZES = long
	? { train: 300, eval: 120, R: 120, E: 120, retention: 40 }
	: { train: 48, eval: 20, R: 44, E: 20, retention: 8 };

interface Turn {
	readonly role: string;
	readonly content: string;
}
interface Pair {
	readonly prompt: readonly Turn[];
	readonly chosen: readonly Turn[];
	readonly rejected: readonly Turn[];
}

/** Short pairs; held-out is what speaks of some topics, as a person would tag it. */
function* shortRows(): Generator<object> {
	const room = { ...SIZES };
	let turn = 0;
	for (const line of readFileSync(DATA, 'utf8').split('\n')) {
		if (line === '') continue;
		const { prompt, chosen, rejected } = JSON.parse(line) as Pair;
		const said = [...prompt, ...chosen, ...rejected].reduce((sum, { content }) => sum + content.length, 0);
		const alternates = prompt.every(({ role }, i) => role === (i % 2 === 0 ? 'user' : 'assistant'));
		if (said > (long ? 700 : 360) || !alternates) continue;
		const topic = /\b(drug|weapon|gun|bomb|kill|murder|steal|rob)/i.test(
			prompt.map(({ content }) => content).join(' '),
		);
		const place = topic
			? (['R', 'E'] as const)[turn++ % 2]!
			: (['train', 'eval', 'train', 'retention'] as const)[turn++ % 4]!;
		if (room[place] === 0) continue;
		room[place]--;
		const half = place === 'R' || place === 'E';
		yield {
			...{ prompt, chosen, rejected },
			...(half ? { split: 'heldout', half: place, tags: ['domain:crime'] } : { split: place }),
		};
	}
}

const LOSSES = ['train_loss', 'reference_loss', 'eval_loss', 'penalty_loss', 'monitoring_loss'] as const;

interface Scored {
	readonly id: string;
	readonly a_logps: number;
}

interface MetricsLine {
	readonly step: number;
	readonly look?: boolean;
	readonly train_loss?: number;
	readonly reference_loss?: number;
	readonly hinge_open?: number;
	readonly eval_loss?: number;
	readonly penalty_loss?: number;
	readonly monitoring_loss?: number;
}

const lines = <T>(path: string): T[] =>
	readFileSync(path, 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as T);

async function mustRun(args: readonly string[], cwd: string): Promise<string> {
	const { code, stdout, stderr } = await runPython(python!, args, cwd);
	assert.equal(code, 0, `${args.join(' ')}\n${stdout}\n${stderr}`);
	return stdout;
}

/** Types of the tensors in a safetensors file. */
function dtypesOf(path: string): string[] {
	const bytes = readFileSync(path);
	const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0))));
	return [...new Set(Object.values(header as object).flatMap(({ dtype }) => dtype ?? []))] as string[];
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((done) => server.once('listening', done));
	const { port } = server.address() as AddressInfo;
	await new Promise((done) => server.close(done));
	return port;
}

/** The bundle's own launch file with the model in shards over two nodes, which are two launches on this machine's CPU. */
async function onTwoNodes(home: string, script: readonly string[]): Promise<void> {
	const text = readFileSync(join(home, 'bundle/launch/fsdp.yaml'), 'utf8');
	writeFileSync(join(home, 'fsdp-cpu.yaml'), text.replace('use_cpu: false', 'use_cpu: true'));
	const port = String(await freePort());
	const node = (rank: string): Promise<string> =>
		mustRun(
			[
				...['-m', 'accelerate.commands.launch', '--config_file', 'fsdp-cpu.yaml', '--num_machines', '2'],
				...['--num_processes', '2', '--machine_rank', rank, '--main_process_ip', '127.0.0.1'],
				...['--main_process_port', port, SHARDED, ...script],
			],
			home,
		);
	await Promise.all([node('0'), node('1')]);
}

test('bundle, training, checkpoints, scores, run, decision', { skip }, async (t) => {
	const cli = makeCli(t);
	const home = join(cli.dir, '..');
	const done = async (...args: string[]): Promise<never> => {
		const { code, document, stderr } = await cli.json(args);
		assert.equal(code, 0, stderr);
		return document;
	};
	assert.equal((await cli.run(['init', cli.dir])).code, 0);
	const rows = [...shortRows()];
	await done('import', cli.write('rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
	const folder = join(home, 'bundle');
	const bundle = (await done('export', '--bundle', folder)) as {
		export: string;
		files: { name: string; role: string; pairs: number }[];
	};
	const of = (role: string): number =>
		bundle.files.reduce((sum, file) => sum + (file.role === role ? file.pairs : 0), 0);

	await mustRun([CHECK, 'make', TOKENIZER, join(home, 'base')], home);
	const options = (output: string, ...more: string[]): string[] => [
		...['bundle/train_gdpo.py', '--model', 'base', '--output', output, '--max-steps', String(STEPS)],
		...['--save-steps', String(SAVE), '--batch-size', '4', '--gradient-accumulation', '1', '--max-length', '256'],
		...['--learning-rate', '1e-3', '--seed', '3', ...more],
	];
	const train = (output: string, ...more: string[]): Promise<string> => mustRun(options(output, ...more), home);
	t.diagnostic(await train('gdpo', '--patience', '0'));
	const metrics = lines<MetricsLine>(join(home, 'gdpo/metrics.jsonl'));
	const steps = metrics.filter(({ look }) => look !== true);
	const looks = metrics.filter(({ look }) => look === true);
	assert.equal(steps.length, STEPS);
	assert.deepEqual(
		looks.map(({ step }) => step),
		Array.from({ length: STEPS / SAVE + 1 }, (_, k) => k * SAVE),
	);
	const mean = (some: readonly MetricsLine[], key: 'train_loss' | 'reference_loss' | 'hinge_open'): number =>
		some.reduce((sum, line) => sum + line[key]!, 0) / some.length;
	// π = π_ref before the first step.
	assert.ok(Math.abs(steps[0]!.train_loss! - Math.LN2) < 1e-5 && Math.abs(looks[0]!.eval_loss! - Math.LN2) < 1e-5);
	const last = steps.slice(-10);
	t.diagnostic(
		`train loss ${steps[0]!.train_loss!.toFixed(4)} → ${mean(last, 'train_loss').toFixed(4)}, R in the penalty ${mean(last, 'reference_loss').toFixed(4)}, hinge open in ${(100 * mean(steps, 'hinge_open')).toFixed(0)} % of steps`,
	);
	for (const { step, eval_loss, penalty_loss, monitoring_loss } of looks) {
		t.diagnostic(
			`step ${step}: eval ${eval_loss!.toFixed(4)}, penalty parts ${penalty_loss!.toFixed(4)}, monitoring parts ${monitoring_loss!.toFixed(4)}`,
		);
	}
	assert.ok(mean(last, 'train_loss') < Math.LN2 - 0.1, 'training fits');
	assert.ok(steps.some(({ hinge_open }) => hinge_open === 1) && steps.some(({ hinge_open }) => hinge_open === 0));
	assert.ok(looks.at(-1)!.penalty_loss! < looks.at(-1)!.monitoring_loss!, 'what is trained on is fitted better');

	// The same run in shards: the same pairs a step, the same losses, and checkpoints that any scorer reads.
	await onTwoNodes(home, options('sharded', '--batch-size', '2', '--patience', '0'));
	const { distributed, world_size } = JSON.parse(readFileSync(join(home, 'sharded/run.json'), 'utf8'));
	assert.deepEqual([distributed, world_size], ['FSDP', 2]);
	const inShards = lines<MetricsLine>(join(home, 'sharded/metrics.jsonl'));
	assert.equal(inShards.length, metrics.length);
	let furthest = 0;
	for (const [k, line] of metrics.entries()) {
		for (const key of LOSSES) furthest = Math.max(furthest, Math.abs((line[key] ?? 0) - (inShards[k]![key] ?? 0)));
	}
	t.diagnostic(`in shards over two nodes: losses within ${furthest.toExponential(1)} of one process`);
	assert.ok(furthest < 1e-3, String(furthest));

	const scored = await mustRun(
		['bundle/score_hf.py', '--reference', 'base', '--run', 'gdpo', '--out', 'scores', '--batch-size', '16'],
		home,
	);
	assert.match(scored, new RegExp(`--trained-on ${bundle.export.slice(0, 12)}\n`));

	const end = `checkpoint-${STEPS}`;
	await mustRun(
		[
			...['bundle/score_hf.py', '--reference', 'base', '--reference-scores', 'scores/reference/logps.jsonl'],
			...['--checkpoint', `sharded/${end}`, '--out', 'scores-sharded', '--batch-size', '16'],
		],
		home,
	);
	const whole = lines<Scored>(join(home, `scores/gdpo-step${STEPS}.jsonl`));
	const apart = Math.max(
		...lines<Scored>(join(home, `scores-sharded/${end}.jsonl`)).map(({ id, a_logps }, k) => {
			assert.equal(id, whole[k]!.id);
			return Math.abs(a_logps - whole[k]!.a_logps);
		}),
	);
	t.diagnostic(`its last checkpoint's scores: within ${apart.toExponential(1)} nats`);
	assert.ok(apart < 0.01, String(apart));

	const plainly = (...options: readonly string[]) =>
		train(
			...(['plain', '--lambda', '0', '--max-length', '64', '--reference-scores'] as const),
			...['scores/reference/logps.jsonl', '--resumable', '--dtype', 'bfloat16', ...options],
		);
	// Reference scores are of whole responses: where the trainer cuts, a look before the first step would not be at ln 2.
	await plainly('--max-steps', '2', '--save-steps', '2');
	const plain = JSON.parse(readFileSync(join(home, 'plain/run.json'), 'utf8'));
	t.diagnostic(JSON.stringify([plain.pairs, plain.left_out_too_long, plain.left_out_without_reference]));
	assert.ok(plain.left_out_too_long.train > 0 && plain.left_out_too_long.looked_at_eval > 0);
	assert.equal(plain.pairs.train + plain.left_out_too_long.train, of('train'));
	const [start] = lines<MetricsLine>(join(home, 'plain/metrics.jsonl'));
	assert.ok(Math.abs(start!.eval_loss! - Math.LN2) < 1e-3 && Math.abs(start!.monitoring_loss! - Math.LN2) < 1e-3);
	assert.deepEqual(dtypesOf(join(home, 'plain/checkpoint-2/model.safetensors')), ['F32'], 'computed in bfloat16 alone');
	await plainly('--max-steps', '3', '--save-steps', '1', '--resume');
	assert.equal(JSON.parse(readFileSync(join(home, 'plain/run.json'), 'utf8')).steps, 3);
	assert.deepEqual(
		lines<MetricsLine>(join(home, 'plain/metrics.jsonl')).flatMap(({ step, look }) => (look === true ? [step] : [])),
		[0, 2, 3],
		'it goes on from the look of its checkpoint, and does not look again',
	);
	const files = readdirSync(join(home, 'scores')).filter((name) => name.endsWith('.jsonl'));
	assert.equal(files.length, STEPS / SAVE);
	const name = `gdpo-step${STEPS}`;
	const checked = JSON.parse(
		(await mustRun([CHECK, 'check', 'bundle', 'base', `gdpo/checkpoint-${STEPS}`, `scores/${name}.jsonl`], home))
			.trim()
			.split('\n')
			.at(-1)!,
	);
	t.diagnostic(JSON.stringify(checked));
	assert.equal(checked.pairs, of('eval') + of('monitoring'));
	assert.equal(checked.sealed, of('sealed'));
	assert.equal(checked.other_tokens, 0);
	assert.deepEqual(checked.rule, {
		learnt_by_heart: [false, true, true],
		generalizes: [false, false, false],
		both_apart_and_falling: [false, false, false],
		only_the_others_get_worse: [false, false, false],
	});
	assert.deepEqual(checked.launch, {
		'deepspeed.yaml': 'DistributedType.DEEPSPEED',
		'fsdp.yaml': 'DistributedType.FSDP',
		'one-gpu.yaml': 'DistributedType.NO',
	});
	for (const key of ['furthest_from_trl', 'furthest_from_float64', 'furthest_loss'])
		assert.ok(checked[key] < 1e-3, key);
	assert.ok(checked.furthest_in_bfloat16 < 1e-2, 'a sum of bfloat16 logits is float32');

	// Ten times the learning rate learns the penalty parts by heart, and the run says so and ends.
	t.diagnostic(await train('stopped', '--patience', '1', '--monitor-steps', '5', '--learning-rate', '1e-2'));
	const stopped = JSON.parse(readFileSync(join(home, 'stopped/run.json'), 'utf8'));
	assert.equal(stopped.state, 'stopped');
	assert.match(stopped.stopped, /learnt by heart \(looks at steps \d+\)/);
	assert.ok(stopped.steps < STEPS && existsSync(join(home, `stopped/checkpoint-${stopped.steps}`)));

	const run = (await done(
		...['score', '--engine', 'logprobs', '--logprobs', ...files.map((file) => join(home, 'scores', file))],
		...['--trained-on', bundle.export.slice(0, 12)],
	)) as {
		run: string;
		checkpoints: {
			name: string;
			step: number;
			void?: { what: string };
			metrics: Record<string, { n: number; nll: { value: number } } | null>;
		}[];
		dataset: { splits: Record<string, { pairs: number }> };
	};
	assert.deepEqual(
		run.checkpoints.filter((each) => each.void === undefined).map(({ step }) => step),
		Array.from({ length: STEPS / SAVE }, (_, k) => (k + 1) * SAVE),
		'R is not void: parts of it were left alone',
	);
	const final = run.checkpoints.find((each) => each.name === name)!;
	assert.equal(final.metrics.heldout_reference!.n, of('monitoring'), 'judged on what the penalty did not read');
	assert.equal(final.metrics.train!.n, of('train'));
	assert.equal(final.metrics.retention!.n, of('retention'));
	// TRL's loss over the same pairs, from the trainer's own look at the last step.
	const look = looks.at(-1)!;
	assert.ok(Math.abs(final.metrics.heldout_reference!.nll.value - look.monitoring_loss!) < 1e-4);
	assert.ok(Math.abs(final.metrics.eval!.nll.value - look.eval_loss!) < 1e-4);

	const pairs = join(home, 'pairs.jsonl');
	await done('report', 'latest', '--scores', pairs);
	const written = new Map(
		lines<{ id: string; checkpoint: string; a_logps: number; b_logps: number }>(
			join(home, 'scores', `${name}.jsonl`),
		).map((row) => [row.id, row]),
	);
	const read = lines<{ comparison: string; checkpoint: string; chosen_logps: number; rejected_logps: number }>(
		pairs,
	).filter(({ checkpoint }) => checkpoint === name);
	assert.equal(read.length, written.size - of('sealed'), 'E is in no list before a decision');
	for (const { comparison, chosen_logps, rejected_logps } of read) {
		const { a_logps, b_logps } = written.get(comparison)!;
		assert.deepEqual([chosen_logps, rejected_logps].sort(), [a_logps, b_logps].sort());
	}
	const decided = (await done('decide', 'latest', '--checkpoint', name, '--reason', 'the round trip')) as {
		openings: number;
		metrics: { heldout_sealed: { n: number } };
	};
	assert.equal(decided.openings, 1);
	assert.equal(decided.metrics.heldout_sealed.n, SIZES.E);
});
