import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { SPLITS, type Split } from '../domain/split.ts';
import type { GenerateOptions, GenerationPlan, GenerationResult } from '../protocol/candidates.ts';
import { UserError } from '../protocol/errors.ts';
import { type CommandContext, EXIT } from './context.ts';
import { expandFiles } from './expand-files.ts';
import { count, oneLine, plural, shortId } from './format.ts';
import { example, numberBetween, perform, wholeNumber } from './register.ts';
import { takeKey } from './score-options.ts';

interface Arguments {
	readonly engine: 'chat' | 'gguf';
	readonly url?: string;
	readonly model: readonly string[];
	readonly apiKeyEnv?: string;
	readonly split?: Split;
	readonly prompts?: readonly string[];
	readonly anew?: true;
	readonly n: number;
	readonly limit?: number;
	readonly temperature?: number;
	readonly topP?: number;
	readonly maxTokens?: number;
	readonly seed: number;
	readonly concurrency?: number;
	readonly context?: number;
	readonly threads?: number;
	readonly gpu?: 'auto' | 'cuda' | 'vulkan' | 'metal' | 'off';
	readonly binaries?: string;
	readonly dryRun?: true;
	readonly yes?: true;
}

/** Failed prompts that are named on a screen. */
const NAMED = 20;

const HELP = `
Prompts that need a second response get what they lack: one where a log brought a response, two where it brought the prompt alone.
Several models take turns. Model, server and sampling are stored with each response and told only after a verdict; nothing is
judged. An answer that says what is there already is asked for again with another seed, three times at most.
A response is on disk before it is counted: Ctrl+C keeps what is done, and the same command goes on from there.

The address, the models and the name of the key variable come from the command line alone, never from a workspace's files. The key
goes to the origin of --url and nowhere else; redirects are not followed.
`;

export function registerGenerate(program: Command): void {
	program
		.command('generate')
		.description(
			'let a model write the responses that prompts lack: by a chat server, or from a GGUF file on this machine',
		)
		.requiredOption('--model <names...>', 'names on the server; or, with --engine gguf, files')
		.addOption(
			new Option(
				'--engine <name>',
				'an OpenAI-style chat server (Ollama, LM Studio, llama-server, vLLM), or model files',
			)
				.choices(['chat', 'gguf'])
				.default('chat'),
		)
		.addOption(new Option('--split <split>', 'only prompts of this split').choices(SPLITS))
		.option('--prompts <ids...>', 'only these prompts, or comparisons’ prompts; unique beginnings of 8 or more')
		.option('--n <count>', 'different responses that each prompt shall have, 2 to 4', wholeNumber(2, 4), 2)
		.option('--anew', 'with --prompts: two new responses each, which make a pair, whatever there is already')
		.option('--limit <prompts>', 'at most so many prompts, those least like train first', wholeNumber(1))
		.option('--dry-run', 'say what would be sent and whether the server has the models; no prompt is sent')
		.option('--yes', 'do not ask before sending; needed where nobody can be asked')
		.optionsGroup('Sampling (default: the server’s own):')
		.option('--temperature <x>', '0 to 5', numberBetween(0, 5))
		.option('--top-p <x>', '0 to 1', numberBetween(0, 1))
		.option('--max-tokens <n>', 'tokens of a response at most (default: 1024)', wholeNumber(1))
		.option('--seed <n>', 'each prompt and try gets a seed of its own from it', wholeNumber(0), 0)
		.optionsGroup('Engine chat:')
		.option('--url <base>', 'address of the server, e.g. http://127.0.0.1:11434')
		.option('--api-key-env <name>', 'environment variable that holds the key; it is sent to --url alone')
		.option('--concurrency <n>', 'requests in flight at most (default: 4)', wholeNumber(1))
		.optionsGroup('Engine gguf:')
		.option('--context <tokens>', 'context size at most (default: the model’s own)', wholeNumber(1))
		.option('--threads <n>', 'CPU threads (default: measured)', wholeNumber(1))
		.addOption(
			new Option('--gpu <kind>', 'what computes (default: auto)').choices(['auto', 'cuda', 'vulkan', 'metal', 'off']),
		)
		.option('--binaries <dir>', 'folder with further engine binaries (CUDA, Vulkan)')
		.addHelpText(
			'after',
			HELP +
				example(
					'generate --url http://127.0.0.1:11434 --model llama3.2 qwen3 --dry-run',
					'generate --url http://127.0.0.1:8000 --model base --split heldout --temperature 0.9 --yes',
					'generate --engine gguf --model model.gguf --limit 50',
				),
		)
		.action(
			perform<Arguments>(async (context, _args, given) => {
				const options = generateOptions(given);
				const api = await context.open();
				const dryRun = given.dryRun === true;
				const plan = await api.planGeneration(dryRun ? { ...options, check: true } : options);
				if (dryRun || plan.requests === 0) {
					context.result({ plan }, () => [planText(plan), ...servedText(plan)].join('\n'));
					if ((plan.served?.missing.length ?? 0) > 0) context.exitCode = EXIT.nothing;
					return;
				}
				if (given.yes !== true) await confirm(context, plan);
				else if (!plan.local) context.warn(planText(plan));
				const done = await context.job('generate', (job) => api.generate({ ...options, planned: plan.ids }, job));
				context.exitCode = exitOf(done);
				context.result(done, () => doneText(done));
				if (context.options.json !== true) {
					for (const { prompt, reason } of done.failed.first.slice(0, NAMED)) {
						context.warn(`${shortId(prompt)}: ${oneLine(reason)}`);
					}
					if (done.failed.total > NAMED)
						context.warn(`… and ${count(done.failed.total - NAMED)} more prompts without a response.`);
				}
			}),
		);
}

/** Options that only one engine has. */
const BELONGS: Readonly<Partial<Record<keyof Arguments, readonly [string, Arguments['engine']]>>> = {
	url: ['--url', 'chat'],
	apiKeyEnv: ['--api-key-env', 'chat'],
	concurrency: ['--concurrency', 'chat'],
	context: ['--context', 'gguf'],
	threads: ['--threads', 'gguf'],
	gpu: ['--gpu', 'gguf'],
	binaries: ['--binaries', 'gguf'],
};

/** From the command line alone: nothing that a workspace holds may aim an engine. @throws UserError usage */
export function generateOptions(given: Arguments, env: NodeJS.ProcessEnv = process.env): GenerateOptions {
	const { engine, model, url, split, n, limit, seed, temperature, topP, maxTokens, concurrency } = given;
	for (const [key, [flag, owner]] of Object.entries(BELONGS) as [keyof Arguments, readonly [string, string]][]) {
		if (given[key] !== undefined && owner !== engine) {
			throw new UserError('usage', `${flag} belongs to --engine ${owner}; this is --engine ${engine}. Leave it out.`);
		}
	}
	if (engine === 'chat' && url === undefined) {
		throw new UserError(
			'usage',
			'Name the chat server with --url, e.g. --url http://127.0.0.1:11434; or use --engine gguf.',
		);
	}
	const { context, threads, gpu, binaries } = given;
	return {
		engine,
		...(url === undefined ? {} : { url }),
		...(given.apiKeyEnv === undefined ? {} : { key: takeKey(given.apiKeyEnv, env) }),
		models: engine === 'gguf' ? expandFiles('--model', model) : [...new Set(model)],
		...(split === undefined ? {} : { split }),
		...(given.prompts === undefined ? {} : { prompts: given.prompts }),
		...(given.anew === undefined ? {} : { anew: true }),
		responses: n,
		sampling: {
			seed,
			...(temperature === undefined ? {} : { temperature }),
			...(topP === undefined ? {} : { topP }),
			...(maxTokens === undefined ? {} : { maxTokens }),
		},
		...(concurrency === undefined ? {} : { concurrency }),
		...(limit === undefined ? {} : { limit }),
		...(engine === 'chat'
			? {}
			: {
					gguf: {
						...(context === undefined ? {} : { context }),
						...(threads === undefined ? {} : { threads }),
						...(gpu === undefined ? {} : { gpu: gpu === 'off' ? (false as const) : gpu }),
						...(binaries === undefined ? {} : { binaries }),
					},
				}),
	};
}

/** Asks the person at the terminal. @throws UserError usage where nobody can be asked, cancelled where they say no */
async function confirm(context: CommandContext, plan: GenerationPlan): Promise<void> {
	if (process.stdin.isTTY !== true || context.options.json === true) {
		throw new UserError(
			'usage',
			`${planText(plan)} Nothing was sent: say --yes to send it, or --dry-run to look first.`,
		);
	}
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		const answer = await lines.question(`${planText(plan)} Go on? [y/N] `);
		if (!/^y(es)?$/iu.test(answer.trim())) throw new UserError('cancelled', 'Nothing was sent.');
	} finally {
		lines.close();
	}
}

export function planText(plan: GenerationPlan): string {
	if (plan.requests === 0) {
		return plan.enough > 0
			? `Nothing to ask for: ${plural(plan.enough, 'prompt has', 'prompts have')} enough responses.`
			: 'Nothing to ask for: no prompt needs a second response. Bring some in: pairwright import --as prompts LOG.jsonl';
	}
	const who = plan.models.map(oneLine).join(', ');
	const where =
		plan.server === 'gguf'
			? 'on this machine, by llama.cpp'
			: `to ${plan.server}${plan.local ? ' on this machine' : ', which is not this machine'}`;
	return `${plural(plan.requests, 'request')} for ${plural(plan.prompts, 'prompt')} (${count(plan.characters)} characters) ${where}, model ${who}.`;
}

/** Whether the server has the models, as a dry run looked it up. */
export function servedText({ served, server, models }: GenerationPlan): string[] {
	if (served === undefined) return [];
	const { missing, offered = [], unknown } = served;
	if (unknown !== undefined) return [`Whether it has the model cannot be told: ${oneLine(unknown)}`];
	if (missing.length === 0) return server === 'gguf' ? [] : [`It has ${models.map(oneLine).join(', ')}.`];
	const names = missing.map(oneLine).join(', ');
	if (server === 'gguf') return [`There is no file ${names}.`];
	const has = offered.length === 0 ? 'It lists no model.' : `It lists ${offered.map(oneLine).join(', ')}.`;
	return [`${server} does not list ${names}: it may not have it. ${has}`];
}

function exitOf(done: GenerationResult): number {
	if (done.cancelled) return EXIT.cancelled;
	if (done.failed.total === 0 && done.stopped === undefined) return EXIT.done;
	return done.generated === 0 ? EXIT.nothing : EXIT.partly;
}

export function doneText(done: GenerationResult): string {
	const again = [
		...(done.identical > 0 ? [`${plural(done.identical, 'answer')} said what was there already`] : []),
		...(done.empty > 0 ? [`${plural(done.empty, 'answer')} said nothing`] : []),
	];
	return [
		`${done.cancelled ? 'Cancelled; what is stored stays. ' : ''}Stored ${plural(done.generated, 'response')}, made ${plural(done.paired, 'pair')} to judge.`,
		...(again.length === 0 ? [] : [`${again.join(', ')}: asked again with another seed.`]),
		...(done.cut === 0
			? []
			: [`${plural(done.cut, 'response was', 'responses were')} cut at the most tokens (--max-tokens).`]),
		...(done.failed.total === 0 ? [] : [`${plural(done.failed.total, 'response is', 'responses are')} still missing.`]),
		...(done.stopped === undefined ? [] : [`Stopped: ${oneLine(done.stopped)}`]),
		`${plural(done.waiting.prompts, 'prompt needs a', 'prompts need a')} second response now.`,
	].join('\n');
}
