import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Side } from '../domain/comparison.ts';
import type { Strength, Verdict } from '../domain/judgment.ts';
import { openChunks } from '../formats/chunks.ts';
import { readPrompt, readSide } from '../formats/messages.ts';
import { parseRow, type Row } from '../formats/parse-row.ts';
import { RowError, refuse } from '../formats/row-error.ts';
import { LineSplitter, type RawRow } from '../formats/split-rows.ts';
import { UserError } from '../protocol/errors.ts';
import type { WorkspaceApi } from '../protocol/workspace-api.ts';
import { EXIT } from './context.ts';
import { plural, shortId } from './format.ts';
import { example, perform } from './register.ts';

type AuthorInput = Parameters<WorkspaceApi['author']>[0];

/** Pairs written by people, and rewrites of a response: each a new comparison. */
export function registerAuthor(program: Command): void {
	program
		.command('author')
		.description('add pairs that I wrote: JSON Lines of {prompt, response_a, response_b, verdict?, strength?}')
		.argument('<file>', 'JSON Lines file')
		.addHelpText('after', example('author my-pairs.jsonl'))
		.action(
			perform(async (context, [file]) => {
				const api = await context.open();
				const done = await authorFile(api, resolve(file!));
				if (done.authored.length === 0) context.exitCode = EXIT.nothing;
				else if (done.rejected.length > 0) context.exitCode = EXIT.partly;
				context.result(done, () =>
					[`Added ${plural(done.authored.length, 'pair')}.`, ...done.authored.map((id) => `  ${shortId(id)}`)].join(
						'\n',
					),
				);
				if (context.options.json !== true) {
					for (const { path, line, reason } of done.rejected) context.warn(`${path}, line ${line}: ${reason}`);
				}
			}),
		);

	program
		.command('improve')
		.description('rewrite one response: a new comparison of the rewrite against the original')
		.argument('<id>', 'comparison, or a unique beginning of 8 or more')
		.addArgument(new Argument('<side>', 'which response the text rewrites').choices(['a', 'b']))
		.requiredOption('--text-file <file>', 'the rewrite, UTF-8')
		.addHelpText('after', example('improve 3f9a1c22 b --text-file better.txt'))
		.action(
			perform<{ textFile: string }>(async (context, [id, side], { textFile }) => {
				const text = await readText(textFile);
				const api = await context.open();
				const { comparison } = await api.improve({ comparison: id!, side: side as Side, text });
				context.result({ authored: [comparison] }, () => `Added the rewrite as ${shortId(comparison)}.`);
			}),
		);
}

/** The text of a file without the line end that editors put last. */
async function readText(path: string): Promise<string> {
	let bytes: Buffer;
	try {
		bytes = await readFile(path);
	} catch (error) {
		throw new UserError('unusable-input', `${path} cannot be read: ${(error as Error).message}`);
	}
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw new UserError('unusable-input', `${path} is not UTF-8 text.`);
	}
	const trimmed = text.replace(/\r?\n$/, '');
	if (trimmed.trim() === '') throw new UserError('unusable-input', `${path} is empty: a rewrite needs text.`);
	return trimmed;
}

/** Writes what each good line holds; the others are named with what was expected. */
async function authorFile(api: WorkspaceApi, path: string) {
	const authored: string[] = [];
	const rejected: { path: string; line: number; reason: string }[] = [];
	for await (const raw of lines(path)) {
		try {
			authored.push((await api.author(authorInput(parseRow(raw)))).comparison);
		} catch (error) {
			const bad = error instanceof RowError || UserError.is(error, 'unusable-input') || UserError.is(error, 'usage');
			if (!bad) throw error;
			rejected.push({ path, line: raw.line, reason: error.message });
		}
	}
	if (authored.length === 0 && rejected.length === 0) {
		throw new UserError('unusable-input', `${basename(path)} holds no row.`);
	}
	return { authored, rejected };
}

async function* lines(path: string): AsyncGenerator<RawRow> {
	const splitter = new LineSplitter();
	const { chunks } = await openChunks(path);
	let first = true;
	for await (const chunk of chunks) {
		const out: RawRow[] = [];
		const bom = first && chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
		first = false;
		splitter.push(bom ? chunk.subarray(3) : chunk, out);
		yield* out;
	}
	const rest: RawRow[] = [];
	splitter.end(rest);
	yield* rest;
}

const VERDICTS: readonly unknown[] = ['a', 'b', 'tie', 'both_bad'];

/** @throws RowError naming the field, what was expected and what was found */
function authorInput(row: Row): AuthorInput {
	const warnings: string[] = [];
	const { verdict, strength, tools } = row;
	if (verdict != null && !VERDICTS.includes(verdict)) refuse('verdict', 'a, b, tie or both_bad', verdict);
	if (strength != null && ![1, 2, 3].includes(strength as number)) refuse('strength', '1, 2 or 3', strength);
	return {
		prompt: { messages: readPrompt(row.prompt, 'prompt', warnings), ...(tools == null ? {} : { tools }) },
		a: readSide(row.response_a, 'response_a', warnings),
		b: readSide(row.response_b, 'response_b', warnings),
		...(verdict == null ? {} : { verdict: verdict as Verdict }),
		...(strength == null ? {} : { strength: strength as Strength }),
	};
}
