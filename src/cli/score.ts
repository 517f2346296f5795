import { type Command, InvalidArgumentError, Option } from 'commander';
import { ENGINES, LOSSES } from '../domain/checkpoint.ts';
import { LABEL_POLICIES } from '../domain/label-policy.ts';
import type { RejectedRows } from '../protocol/runs.ts';
import type { HttpOptions } from '../protocol/scoring.ts';
import { checkAddress } from '../protocol/server-address.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { type CommandContext, EXIT } from './context.ts';
import { count, plural } from './format.ts';
import { example, numberBetween, perform, wholeNumber } from './register.ts';
import { reportText } from './report-text.ts';
import { type ScoreArguments, scoreOptions } from './score-options.ts';

/** Rejected rows that are named on a screen. */
const NAMED = 20;

const positive = (text: string): number => {
	const value = numberBetween(0, Number.POSITIVE_INFINITY)(text);
	if (value === 0) throw new InvalidArgumentError('Expected a number above 0.');
	return value;
};

const steps = (text: string): number[] => text.split(',').map((part) => wholeNumber(0)(part));

const repeated = (rule: string, before: readonly string[] = []): string[] => [...before, rule];

const COLUMNS = `
Columns of --logprobs files (JSON Lines, a JSON array, or either packed as .gz), TRL's names:
  chosen_logps, rejected_logps          log π of both responses, summed over response tokens, nats
  ref_chosen_logps, ref_rejected_logps  the same under the reference model
  a_logps, b_logps, ref_a_logps, ref_b_logps
                                        instead of these four: by canonical side, for rows scored without a label
  id           which pair: the column id of the imported row, or the comparison's id as "list" gives it (8 or more digits); instead
               of it the pair itself may stand in the row: prompt, chosen, rejected
  chosen_side  a or b: which canonical side the row calls chosen; only where neither texts nor labels say so
  checkpoint   where a file holds several; else the file is one checkpoint, named after it (logps.NAME.jsonl)
  step         training steps, where the name does not say them
  chosen_tokens, rejected_tokens        response tokens; only the losses ipo and sigmoid_norm need them
A row that cannot be used is named and left out (exit code 2); the others go on.

What gguf and http scored is kept in .pairwright/pairwright.db-scores (not committed; at most 1 GB; delete it to clear it): a run
that was stopped goes on where it was, and ten new pairs mean ten pairs to score. --fresh reads nothing of it.

A model file, an address and the name of a key variable come from the command line alone, never from a workspace's files.
`;

export function registerScore(program: Command): void {
	program
		.command('score')
		.description(
			'one GDPO scoring run: what do these pairs teach (probe), or what did these checkpoints learn, and does it carry over to held-out prompts?',
		)
		.addOption(
			new Option(
				'--engine <name>',
				'what scores: the built-in text probe (no language model), model files, a vLLM server, or files of log-probabilities',
			)
				.choices(ENGINES)
				.default('probe'),
		)
		.option(
			'--lambda <x>',
			'0 = in-distribution fit alone … 1 = minimax regret (default: the recommended λ, else 0; checkpoints: 1)',
			numberBetween(0, 1),
		)
		.option(
			'--margin <x>',
			'extra held-out regret that costs nothing, in nats, or auto = what is within noise',
			(text: string) => (text === 'auto' ? text : numberBetween(0, Number.POSITIVE_INFINITY)(text)),
			0,
		)
		.option('--beta <x>', 'inverse temperature of the preference model (default: 1; checkpoints: 0.1)', positive)
		.option('--seed <n>', 'of folds and resampling: the same seed, the same record', wholeNumber(0), 0)
		.addOption(
			new Option(
				'--labels <policy>',
				'which pairs have a label: the share of votes (default), a strict majority alone, or what was adjudicated alone',
			).choices(LABEL_POLICIES),
		)
		.optionsGroup('Engine probe:')
		.option(
			'--features <file>',
			'features of your own, e.g. embeddings of a reward model: JSON Lines of {"id","a":[…],"b":[…]} or {"id","x":[…]}, x = a − b',
		)
		.addOption(
			new Option('--features-mode <mode>', 'beside the probe’s own, or instead of them (default: join)').choices([
				'join',
				'replace',
			]),
		)
		.optionsGroup('Engines gguf and http:')
		.option('--reference <model>', 'the reference model: a file, or a served model’s name')
		.option(
			'--checkpoint <models...>',
			'files, or patterns in quotes, which give their matches in order of steps; or served models’ names',
		)
		.option('--fresh', 'score everything anew, e.g. when a server’s weights changed under their name')
		.optionsGroup('Engine gguf:')
		.option('--template <file>', 'a Jinja chat template instead of the model’s own')
		.option('--context <tokens>', 'context size (default: what the longest pair needs)', wholeNumber(1))
		.option('--threads <n>', 'CPU threads (default: measured)', wholeNumber(1))
		.addOption(
			new Option('--gpu <kind>', 'what computes (default: auto)').choices(['auto', 'cuda', 'vulkan', 'metal', 'off']),
		)
		.option('--no-kl', 'leave out KL per token, for which a run opens every model a second time')
		.option('--binaries <dir>', 'folder with further engine binaries (CUDA, Vulkan)')
		.optionsGroup('Engine http:')
		.option('--url <base>', 'address of the server, e.g. http://127.0.0.1:8000')
		.option('--reference-url <base>', 'where the reference is served, if elsewhere')
		.addOption(
			new Option(
				'--api <name>',
				'what serves (default: found out); all but vllm are refused, with the way out',
			).choices(['vllm', 'sglang', 'llama-cpp-python']),
		)
		.option('--api-key-env <name>', 'environment variable that holds the key; it is sent to --url alone')
		.option('--concurrency <n>', 'requests in flight at most (default: 8)', wholeNumber(1))
		.optionsGroup('Engine logprobs:')
		.option('--logprobs <files...>', 'files, or patterns in quotes; the columns are below')
		.optionsGroup('Engines gguf, http and logprobs:')
		.addOption(new Option('--loss <name>', 'DPO loss of the criterion (default: sigmoid)').choices(LOSSES))
		.option('--label-smoothing <x>', 'ε of cdpo and robust', numberBetween(0, 0.5))
		.option('--steps <n,n,…>', 'training steps in their order, where names do not say them', steps)
		.addOption(new Option('--split <splits...>', 'score only these').choices(['train', 'eval', 'heldout', 'retention']))
		.option(
			'--trained-on <[pattern=]export>',
			'recorded export that those named like the pattern were trained on, or none; EXPORT:train for a bundle with λ 0; repeatable',
			repeated,
		)
		.option('--retention-baseline <run>', 'measure forgetting against this run’s choice')
		.addHelpText(
			'after',
			COLUMNS +
				example(
					'score --lambda 0.3 --margin auto --json',
					"score --engine gguf --reference ref.gguf --checkpoint 'runs/dpo-step*.gguf'",
					'score --engine http --url http://127.0.0.1:8000 --reference base --checkpoint dpo-50 dpo-100',
					"score --engine logprobs --logprobs 'logps.*.jsonl' --trained-on 4f2a91c0",
				),
		)
		.action(
			perform<ScoreArguments>(async (context, _args, given) => {
				const options = scoreOptions(given);
				const api = await context.open();
				if (options.http !== undefined) await sayWhereTextsGo(context, api, options.http);
				const { run, rejected } = await context.job('score', (job) => api.score(options, job));
				if (rejected !== undefined && rejected.total > 0) {
					warnRejected(context, rejected);
					context.exitCode = EXIT.partly;
				}
				const report = await api.report(run);
				context.result(report.record, (terminal) => reportText(terminal, report));
			}),
		);
}

/** Texts leave this machine only to the address that the user just typed; what goes there is said first. */
async function sayWhereTextsGo(context: CommandContext, api: WorkspaceApi, http: HttpOptions): Promise<void> {
	const addresses = [http.url, ...(http.referenceUrl === undefined ? [] : [http.referenceUrl])].map((url) =>
		checkAddress(url, http.key !== undefined && url === http.url),
	);
	const away = [...new Set(addresses.filter(({ loopback }) => !loopback).map(({ origin }) => origin))];
	if (away.length === 0) return;
	const { splits } = await api.info();
	const pairs = Object.entries(splits).reduce(
		(sum, [split, { judged, pairs: all }]) => sum + (split === 'excluded' ? 0 : (judged ?? all)),
		0,
	);
	context.warn(`Sending prompts and responses of up to ${plural(pairs, 'pair')} to ${away.join(' and ')}.`);
}

function warnRejected(context: CommandContext, { total, rows }: RejectedRows): void {
	for (const { path, line, reason } of rows.slice(0, NAMED)) context.warn(`${path}, line ${line}: ${reason}`);
	if (total > NAMED) context.warn(`… and ${count(total - NAMED)} more rejected rows.`);
	context.warn(`${plural(total, 'row')} left out.`);
}
