import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** Which optional columns and message keys a set of rows needs: each column of Parquet has one type in all files of an export. */
export interface ColumnNeeds {
	readonly names: boolean;
	readonly calls: boolean;
	readonly tools: boolean;
	readonly shares: boolean;
}

export const NO_NEEDS: ColumnNeeds = { names: false, calls: false, tools: false, shares: false };

interface Columns {
	readonly prompt: readonly object[];
	readonly tools?: string;
	readonly metadata: { readonly pairwright: Readonly<Record<string, string>> };
}

/** Keys of `metadata.pairwright`, as own-columns.ts writes them. */
const OWN_KEYS = ['half', 'id', 'metadata', 'source', 'split', 'tags'] as const;
const MESSAGE_COLUMNS = ['prompt', 'chosen', 'rejected'] as const;

/** What one row of `writeColumns` needs beside what all have. Quotes inside texts are escaped, so that a key is told from its bytes. */
export function needsOf(line: string, needs: ColumnNeeds): ColumnNeeds {
	const calls = needs.calls || line.includes('"tool_calls":');
	const tools = needs.tools || line.includes('"tools":');
	const shares = needs.shares || line.includes('"vote_share":');
	// A call has a name too.
	const names = needs.names || (line.includes('"name":') && hasNames(line));
	return { names, calls, tools, shares };
}

function hasNames(line: string): boolean {
	const row = JSON.parse(line) as Readonly<Record<string, readonly object[]>>;
	return MESSAGE_COLUMNS.some((column) => row[column]?.some((message) => 'name' in message));
}

/** A type of values, from which both the Parquet schema and the features of a data card follow. */
export type FieldType = 'string' | { readonly list: FieldType } | { readonly struct: readonly Field[] };
export interface Field {
	readonly name: string;
	readonly type: FieldType;
}

const text = (name: string): Field => ({ name, type: 'string' });

/** The columns of an export, in their order. */
export function exportFields({ names, calls, tools, shares }: ColumnNeeds): readonly Field[] {
	const call: FieldType = {
		struct: [text('id'), text('type'), { name: 'function', type: { struct: [text('name'), text('arguments')] } }],
	};
	const message: FieldType = {
		struct: [
			...[text('role'), text('content')],
			...(calls ? [{ name: 'tool_calls', type: { list: call } }] : []),
			...(names ? [text('name')] : []),
		],
	};
	const own = [...OWN_KEYS, ...(shares ? ['vote_share'] : [])].map(text);
	return [
		...MESSAGE_COLUMNS.map((name) => ({ name, type: { list: message } })),
		...(tools ? [text('tools')] : []),
		{ name: 'metadata', type: { struct: [{ name: 'pairwright', type: { struct: own } }] } },
	];
}

function schemaOf({ name, type }: Field): SchemaElement[] {
	const optional = { repetition_type: 'OPTIONAL' } as const;
	if (type === 'string') return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional }];
	if ('list' in type) {
		return [
			{ name, converted_type: 'LIST', num_children: 1, ...optional },
			{ name: 'list', repetition_type: 'REPEATED', num_children: 1 },
			...schemaOf({ name: 'element', type: type.list }),
		];
	}
	return [{ name, num_children: type.struct.length, ...optional }, ...type.struct.flatMap(schemaOf)];
}

/**
 * Rows of `writeColumns` as a Parquet file, one row group at a time: memory holds one group. The same rows in the same groups give the
 * same bytes: nothing in the file tells when or where it was made.
 */
export class RowGroups {
	readonly #fields: readonly Field[];
	readonly #bytes = new ByteWriter();
	readonly #writer: ParquetWriter;
	readonly #out: (bytes: Uint8Array) => void;

	/** @param out takes the file's bytes in their order */
	constructor(needs: ColumnNeeds, out: (bytes: Uint8Array) => void) {
		this.#fields = exportFields(needs);
		this.#out = out;
		const schema = [{ name: 'schema', num_children: this.#fields.length }, ...this.#fields.flatMap(schemaOf)];
		this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'pairwright' });
	}

	/** @param lines rows as JSON; one group */
	write(lines: readonly string[]): void {
		if (lines.length === 0) return;
		const rows = lines.map((line) => JSON.parse(line) as Columns & Readonly<Record<string, unknown>>);
		const columnData = this.#fields.map(({ name }) => ({ name, data: rows.map((row) => row[name] ?? null) }));
		this.#writer.write({ columnData, rowGroupSize: rows.length });
		this.#flush();
	}

	finish(): void {
		this.#writer.finish();
		this.#flush();
	}

	/** The writer goes on counting where in the file it is. */
	#flush(): void {
		this.#out(new Uint8Array(this.#bytes.buffer.slice(0, this.#bytes.index)));
		this.#bytes.index = 0;
	}
}
