import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tableDelimiter } from '../../src/formats/csv-rows.ts';
import { readContent } from './formats-support.ts';

const text = (row: { readonly content?: string } | undefined) => row?.content;

/** The texts of each row's prompt and sides, in the file's own order of chosen and rejected. */
async function read(content: string | Uint8Array) {
	const { rows, rejected, format } = await readContent(content);
	return {
		format,
		rejected,
		lines: rows.map(({ line }) => line),
		prompts: rows.map(({ comparison }) => text(comparison.prompt.messages[0])),
		chosen: rows.map(({ comparison, judgments }) =>
			judgments[0]?.verdict === 'a' ? text(comparison.a[0]) : text(comparison.b[0]),
		),
		metadata: rows.map((row) => row.metadata),
	};
}

const NAMED: readonly (readonly [string, string | Uint8Array])[] = [
	['commas', 'prompt,chosen,rejected\nq1,good,bad\nq2,fine,poor\n'],
	['a byte order mark', '\ufeffprompt,chosen,rejected\nq1,good,bad\nq2,fine,poor\n'],
	['CRLF', 'prompt,chosen,rejected\r\nq1,good,bad\r\nq2,fine,poor\r\n'],
	['tabs', 'prompt\tchosen\trejected\nq1\tgood\tbad\nq2\tfine\tpoor\n'],
	['semicolons', 'prompt;chosen;rejected\nq1;good;bad\nq2;fine;poor\n'],
	['semicolons with commas in the texts', 'prompt;chosen;rejected\nq1;good;bad, worse, worst\nq2;fine;poor\n'],
	['bars', 'prompt|chosen|rejected\nq1|good|bad\nq2|fine|poor\n'],
	['no line end at the end', 'prompt,chosen,rejected\nq1,good,bad\nq2,fine,poor'],
	['lone CR', 'prompt,chosen,rejected\rq1,good,bad\rq2,fine,poor\r'],
	['every cell in quotes', '"prompt","chosen","rejected"\n"q1","good","bad"\n"q2","fine","poor"\n'],
	['other order of columns', 'rejected,prompt,chosen\nbad,q1,good\npoor,q2,fine\n'],
	['gzip', gzipSync('prompt,chosen,rejected\nq1,good,bad\nq2,fine,poor\n')],
];

for (const [name, content] of NAMED) {
	test(`a table with ${name} is told from its content`, async () => {
		const { format, prompts, chosen, lines, rejected } = await read(content);
		assert.deepEqual(
			{ format, prompts, chosen, lines, rejected },
			{
				format: 'trl',
				prompts: ['q1', 'q2'],
				chosen: ['good', 'fine'],
				lines: [2, 3],
				rejected: [],
			},
		);
	});
}

test('quotes, line ends and separators inside quotes belong to the text; a row is named by the line on which it begins', async () => {
	for (const end of ['\n', '\r\n']) {
		const { prompts, chosen, lines } = await read(
			['prompt,chosen,rejected', '"say ""hi"", please', 'now","one,', 'two","a;b"', '', '', 'q2,fine,poor', ''].join(
				end,
			),
		);
		assert.deepEqual(prompts, [`say "hi", please${end}now`, 'q2']);
		assert.deepEqual(chosen, [`one,${end}two`, 'fine']);
		assert.deepEqual(lines, [2, 7]);
	}
});

test('ragged rows, damaged bytes and stray quotes are refused or read by themselves; the others go on', async () => {
	const { prompts, rejected, lines } = await read(
		Buffer.concat([
			Buffer.from('prompt,chosen,rejected\nq1,good\nq2,fine,poor\nq3,a,b,c\nq4,a,b,,\n,,\nq5,say "no" now,b\nq6,a,b\n'),
			Buffer.from([0x71, 0x37, 0x2c, 0xff, 0xfe, 0x2c, 0x62, 0x0a]),
			Buffer.from('q8,a,b\n'),
		]),
	);
	assert.deepEqual(prompts, ['q2', 'q4', 'q5', 'q6', 'q8']);
	assert.deepEqual(lines, [3, 5, 7, 8, 10]);
	assert.deepEqual(
		rejected.map(({ line, reason }) => `${line} ${reason}`),
		[
			'2 row: expected 3 cells as in the header, found 2',
			'4 row: expected 3 cells as in the header, found 4',
			'9 chosen: expected UTF-8, found bytes that are not (save the table as UTF-8)',
		],
	);
});

test('a NUL far into the file refuses its row only', async () => {
	const filler = 'q,good,bad\n'.repeat(500);
	const { rejected, prompts } = await read(`prompt,chosen,rejected\n${filler}q6,a\0,b\nq7,a,b\n`);
	assert.deepEqual(rejected, [{ line: 502, reason: 'chosen: expected text, found a NUL byte' }]);
	assert.equal(prompts.at(-1), 'q7');
});

test('a quote that is never closed is named, and what came before is read', async () => {
	const { prompts, rejected } = await read('prompt,chosen,rejected\nq1,good,bad\nq2,"fine,poor\nq3,a,b\n');
	assert.deepEqual(prompts, ['q1']);
	assert.deepEqual(rejected, [{ line: 3, reason: 'row: expected a closing quote, found the end of the file' }]);
});

test('columns without a name or with the same name are told apart by their place, and kept', async () => {
	const { metadata } = await read(',prompt,chosen,rejected,tag,tag\n0,q,good,bad,x,y\n');
	assert.deepEqual(metadata, [{ 'column 1': '0', tag: 'x', 'tag (column 6)': 'y' }]);
});

test('columns named like parts of an object are data', async () => {
	const { metadata, rejected } = await read('prompt,chosen,rejected,__proto__,constructor,pairwright\nq,a,b,x,y,z\n');
	assert.deepEqual(rejected, []);
	assert.equal(JSON.stringify(metadata), '[{"__proto__":"x","constructor":"y","column:pairwright":"z"}]');
});

test('an empty cell of split, tags and the like says nothing', async () => {
	const { rejected } = await read(
		'prompt,chosen,rejected,split,tags,source,metadata\nq,a,b,,,,\nq2,a,b,eval,"[""domain:law""]",me,"{""k"":1}"\n',
	);
	assert.deepEqual(rejected, []);
});

test('chats written into cells as JSON are chats; other text that looks like JSON is text', async () => {
	const chat = JSON.stringify([{ role: 'user', content: 'q' }]).replaceAll('"', '""');
	const { rows } = await readContent(`prompt,chosen,rejected\n"${chat}",[1],{x}\n`);
	assert.deepEqual(rows[0]?.comparison.prompt.messages, [{ role: 'user', content: 'q' }]);
	assert.deepEqual([text(rows[0]?.comparison.a[0]), text(rows[0]?.comparison.b[0])].sort(), ['[1]', '{x}']);
});

test('JSON in a cell is held to what a row is held to, and refuses its row alone', async () => {
	const cell = (json: string) => `"${json.replaceAll('"', '""')}"`;
	const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
	const chat = (text: string) => `[{"role":"user","content":"${text}"}]`;
	const rows = [
		`q1,good,bad,${cell(deep)}`,
		`q2,good,bad,${cell('{"x":1e999}')}`,
		`q3,good,bad,${cell('{"x":"\\ud800"}')}`,
		`${cell(chat('\\udc00'))},good,bad,`,
		`q5,${cell(deep)},bad,`,
		`q6,fine,poor,${cell('{"x":"\\ud83d\\ude00"}')}`,
	];
	const { rejected, prompts, metadata } = await read(`prompt,chosen,rejected,metadata\n${rows.join('\n')}\n`);
	assert.deepEqual(
		rejected.map(({ line }) => line),
		[2, 3, 4, 5],
	);
	const reasons = rejected.map(({ reason }) => reason).join('\n');
	assert.match(reasons, /metadata: expected at most 200 levels of lists and objects, found 100000/u);
	assert.match(reasons, /metadata\.x: expected a number that fits/u);
	assert.match(reasons, /metadata\.x: expected Unicode text/u);
	assert.match(reasons, /prompt\[0\]\.content: expected Unicode text/u);
	assert.deepEqual(prompts, ['q5', 'q6'], 'text that is no chat stays text, however it looks');
	assert.deepEqual(metadata[1], { x: '😀' });
});

test('what is no table is not taken for one', () => {
	for (const head of ['{"a":1}\n{"b":2}\n', '[{"a":1}]', 'just some words\nand more of them\n', '']) {
		assert.equal(tableDelimiter(head, false), null);
	}
	assert.equal(tableDelimiter('prompt\nq1\nq2\n', true), ',');
	assert.equal(tableDelimiter('{"prompt":"x, y"}\n', true), null);
});
