import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { GateCheck, GateOptions, GateResult } from '../protocol/runs.ts';
import { EXIT } from './context.ts';
import { bounds, fixed, NONE, oneLine, plain } from './format.ts';
import { example, perform } from './register.ts';
import { renderTable } from './table.ts';
import { bullet, statusMark, type Terminal, wrap } from './terminal.ts';

interface Options {
	readonly config?: string;
	readonly checkpoint?: string;
	readonly junit?: string;
	readonly markdown?: string;
}

/** Thresholds of the settings against a run: exit 0 where they are kept, 2 where not. */
export function registerGate(program: Command): void {
	program
		.command('gate')
		.description(
			'check a run against the thresholds under "gate" in the settings: exit 0 passed, 2 not passed, 1 nothing was checked',
		)
		.argument('[run]', 'run id, a unique beginning of it, or latest', 'latest')
		.option('--config <file>', 'thresholds from this file (default: .pairwright/config.json)')
		.option('--checkpoint <name>', 'this checkpoint of the run (default: the recommended one, else the last)')
		.option('--junit <file>', 'also write the result as JUnit XML')
		.option('--markdown <file>', 'also write it as Markdown, for a comment or a summary page')
		.addHelpText('after', example('gate', 'gate latest --junit gate.xml --markdown gate.md'))
		.action(
			perform<Options>(async (context, [run], { config, checkpoint, junit, markdown }) => {
				const api = await context.open();
				const options: GateOptions = {
					...(config === undefined ? {} : { config: resolve(config) }),
					...(checkpoint === undefined ? {} : { checkpoint }),
				};
				const result = await api.gate(run ?? 'latest', options);
				const { gateJunit } = await import('../workspace/gate-junit.ts');
				const { gateMarkdown } = await import('../workspace/gate-markdown.ts');
				if (junit !== undefined) await writeTo(junit, gateJunit(result));
				if (markdown !== undefined) await writeTo(markdown, gateMarkdown(result));
				if (!result.passed) context.exitCode = EXIT.partly;
				context.result(result, (terminal) => gateText(terminal, result));
			}),
		);
}

async function writeTo(file: string, text: string): Promise<void> {
	const path = resolve(file);
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text);
}

const interval = (check: GateCheck): string => bounds(check) || NONE;

export function gateText(terminal: Terminal, result: GateResult): string {
	const { checks, run, checkpoint, baseline, passed, sentence, notes = [] } = result;
	const open = checks.filter((check) => check.status !== 'pass');
	const facts = [
		`Run ${run}`,
		...(checkpoint == null ? [] : [`checkpoint ${oneLine(checkpoint)}`]),
		...(baseline === null ? [] : [`against ${oneLine(baseline)}`]),
	];
	return [
		`${statusMark(terminal, passed ? 'pass' : 'fail')} ${terminal.paint('bold', wrap(oneLine(sentence), terminal.width, '  ').trimStart())}`,
		terminal.paint('dim', `  ${facts.join(' · ')}`),
		'',
		renderTable(
			terminal,
			[
				{ title: '' },
				{ title: 'threshold' },
				{ title: 'status' },
				{ title: 'value', align: 'right' },
				{ title: '95 %', align: 'right', drop: 1 },
				{ title: 'asked for', align: 'right' },
			],
			checks.map((check) => [
				statusMark(terminal, check.status),
				oneLine(check.check),
				check.status,
				check.bound === undefined ? plain(check.value) : fixed(check.value),
				interval(check),
				`${check.bound === undefined ? '' : check.bound === 'max' ? '≤ ' : '≥ '}${plain(check.threshold)}`,
			]),
		),
		...(open.length === 0
			? []
			: [
					'',
					...open.map((check) =>
						bullet(terminal, statusMark(terminal, check.status), `${oneLine(check.check)}: ${oneLine(check.message)}`),
					),
				]),
		...notes.map((note) => bullet(terminal, '·', `Against the baseline: ${oneLine(note)}`)),
	].join('\n');
}
