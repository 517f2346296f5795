import { UserError } from '../protocol/errors.ts';
import { throwIfCancelled } from './chunks.ts';
import { asConversation, conversationOf, isConversationRow } from './conversation-rows.ts';
import type { Row } from './parse-row.ts';
import type { Parsed } from './parsed-rows.ts';
import { messageTree } from './shapes/message-tree.ts';
import { openTable, type Table } from './table.ts';

/** Characters of messages that may wait for the rest of their trees: all of the largest public table fit, whatever its order. */
const HELD_CHARACTERS = 256 * 1024 * 1024;
/** What a message costs beside its text. */
const MESSAGE_CHARACTERS = 500;
/** Trees of one file: each costs about 100 bytes. */
const MOST_TREES = 2_000_000;

export interface GatherOptions {
	readonly format?: string | undefined;
	readonly mapping?: unknown;
	readonly signal?: AbortSignal | undefined;
	/** Told while a table of messages is read for the first of two times; bytes are those of the file. */
	readonly onFirstReading?: FirstReading | undefined;
	/** Rows of the first reading; by default all. With fewer, what is missing of a tree is not told. */
	readonly look?: number;
	/** How many messages each tree has, kept for the next opening of the same content: that reads the file once. */
	readonly counted?: CountedTrees | undefined;
	/** Chats of one message a row are gathered, too: they are prompts, and no pairs. */
	readonly conversations?: boolean;
	/** For tests. */
	readonly held?: number;
}

export interface CountedTrees {
	sizes?: Map<string, number>;
}

export type FirstReading = (rows: number, bytes: number, totalBytes: number) => void;

/** One row a message (OpenAssistant's flat table): which tree it stands in and what it replies to, but not the replies. */
function isMessageRow(row: Row): boolean {
	return (
		['message_id', 'message_tree_id', 'text', 'role'].every((name) => name in row) &&
		!('prompt' in row) &&
		!('replies' in row)
	);
}

/**
 * Opens a file of rows. Where they are single messages, those of one tree are gathered into one row, as the files of trees have them;
 * its line is that of its first message. The file is read twice, first to learn how many messages each tree has: a tree is given,
 * and let go of, with its last message, so a table whose trees lie together takes no more memory than its largest tree.
 * @throws UserError `unusable-input` where there is no file that can be read, or where more than 256 MB of messages wait for others
 */
export async function openPairTable(path: string, options: GatherOptions): Promise<Table> {
	const table = await openTable(path, options.signal);
	const { format = 'auto', mapping } = options;
	if (mapping !== undefined || (format !== 'auto' && format !== messageTree.name)) return table;
	const held: Parsed[][] = [];
	let first: Row | null | undefined;
	while (first == null) {
		const next = await table.rows.next();
		if (next.done === true) break;
		held.push(next.value);
		first = next.value.find(({ row }) => row !== null)?.row;
		if (held.length > 100) break;
	}
	const kind = first == null ? undefined : kindOf(first, options);
	if (kind === undefined) return { ...table, rows: again(held, table.rows) };
	await table.rows.return();
	const known = options.counted?.sizes;
	const { sizes, whole } = known === undefined ? await treeSizes(path, kind, options) : { sizes: known, whole: true };
	if (whole && options.counted !== undefined) options.counted.sizes = sizes;
	const second = await openTable(path, options.signal);
	const rows = gathered(path, kind, second.rows, sizes, options.held ?? HELD_CHARACTERS);
	return { ...second, rows: whole ? rows : withoutRefused(rows) };
}

async function* again(held: Parsed[][], rows: Table['rows']): AsyncGenerator<Parsed[], void> {
	try {
		while (held.length > 0) yield held.shift()!;
		yield* rows;
	} finally {
		await rows.return();
	}
}

async function* withoutRefused(rows: AsyncGenerator<Parsed[], void>): AsyncGenerator<Parsed[], void> {
	for await (const some of rows) yield some.filter(({ row }) => row !== null);
}

interface TreeSizes {
	readonly sizes: Map<string, number>;
	/** Whether all rows were counted. */
	readonly whole: boolean;
}

async function treeSizes(
	path: string,
	kind: Kind,
	{ signal, onFirstReading, look = Number.POSITIVE_INFINITY }: GatherOptions,
): Promise<TreeSizes> {
	const sizes = new Map<string, number>();
	const table = await openTable(path, signal);
	let count = 0;
	for await (const some of table.rows) {
		throwIfCancelled(signal);
		for (const { row } of some) {
			const tree = row === null ? null : kind.idOf(row);
			if (tree !== null) sizes.set(tree, (sizes.get(tree) ?? 0) + 1);
		}
		if (sizes.size > MOST_TREES) {
			throw new UserError(
				'unusable-input',
				`${path} has more than ${MOST_TREES.toLocaleString('en')} trees of messages. Split it into several files by message_tree_id.`,
			);
		}
		count += some.length;
		onFirstReading?.(count, table.consumed(), table.totalBytes);
		if (count >= look) return { sizes, whole: false };
	}
	return { sizes, whole: true };
}

function treeOf(row: Row): string | null {
	return isMessageRow(row) && typeof row.message_tree_id === 'string' ? row.message_tree_id : null;
}

interface Waiting {
	readonly messages: { readonly line: number; readonly message: Row }[];
	bytes: number;
	characters: number;
}

async function* gathered(
	path: string,
	kind: Kind,
	rows: Table['rows'],
	sizes: Map<string, number>,
	most: number,
): AsyncGenerator<Parsed[], void> {
	const trees = new Map<string, Waiting>();
	let held = 0;
	for await (const some of rows) {
		const out: Parsed[] = [];
		for (const parsed of some) {
			const id = parsed.row === null ? null : kind.idOf(parsed.row);
			if (parsed.row === null || id === null) {
				out.push(parsed);
				continue;
			}
			const tree = trees.get(id) ?? { messages: [], bytes: 0, characters: 0 };
			trees.set(id, tree);
			const { message, characters } = kind.kept(parsed.row);
			tree.messages.push({ line: parsed.line, message });
			tree.bytes += parsed.bytes;
			tree.characters += characters;
			held += characters;
			if (tree.messages.length === sizes.get(id)) {
				trees.delete(id);
				held -= tree.characters;
				out.push(...kind.whole(id, tree));
			}
		}
		if (held > most) {
			throw new UserError(
				'unusable-input',
				`${path}: more than ${Math.round(most / 1024 / 1024)} MB of messages wait for others of their trees, which stand far away in the file. Sort its rows by ${kind.column} and import it again.`,
			);
		}
		yield out;
	}
}

/** What single messages are gathered into. */
interface Kind {
	/** Names what they are gathered by, for messages. */
	readonly column: string;
	idOf(row: Row): string | null;
	kept(row: Row): { message: Row; characters: number };
	whole(id: string, waiting: Waiting): Parsed[];
}

const TREES: Kind = { column: 'message_tree_id', idOf: treeOf, kept: slim, whole: asTree };

const CONVERSATIONS: Kind = {
	column: 'the id of the chat',
	idOf: conversationOf,
	kept: (row) => ({ message: row, characters: MESSAGE_CHARACTERS + JSON.stringify(row).length }),
	whole: (_, { messages, bytes }) => {
		const lines = messages.map(({ line }) => line);
		return [{ line: lines[0]!, lines, bytes, row: asConversation(messages.map(({ message }) => message)), reason: '' }];
	},
};

function kindOf(first: Row, { conversations = false }: GatherOptions): Kind | undefined {
	if (isMessageRow(first)) return TREES;
	return conversations && isConversationRow(first) ? CONVERSATIONS : undefined;
}

/** A message without what no pair of a tree keeps: lists and objects (labels, reactions, scores of classifiers). */
function slim(row: Row): { message: Row; characters: number } {
	let characters = MESSAGE_CHARACTERS;
	const message: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(row)) {
		if (value === null || (typeof value === 'object' && name !== 'text')) continue;
		if (typeof value === 'string') characters += value.length;
		Object.defineProperty(message, name, { value, enumerable: true });
	}
	return { message, characters };
}

/** One row for a tree, and a refusal for each message that is left out: all of them where there is no tree. Its rows' order plays no part. */
function asTree(id: string, { messages, bytes }: Waiting): Parsed[] {
	const first = messages[0]!;
	const refused = (line: number, reason: string): Parsed => ({ line, bytes: 0, row: null, reason });
	const lines = messages.map(({ line }) => line);
	const none = (reason: string): Parsed[] => lines.map((line) => refused(line, reason));
	const nodes = new Map<string, { line: number; message: Row; replies: Row[] }>();
	const inOrder = messages.toSorted((x, y) => (String(x.message.message_id) < String(y.message.message_id) ? -1 : 1));
	for (const { line, message } of inOrder) {
		const name = String(message.message_id);
		if (nodes.has(name)) return none(`message_id: expected each message of "${id}" once, found "${name}" twice`);
		const replies: Row[] = [];
		nodes.set(name, {
			line,
			message: {
				...message,
				replies,
				deleted: isTrue(message.deleted),
				review_result: !isFalse(message.review_result),
			},
			replies,
		});
	}
	const out: Parsed[] = [];
	const roots: Row[] = [];
	for (const { line, message } of nodes.values()) {
		const { parent_id: parent } = message;
		if (parent === undefined || parent === '') roots.push(message);
		else if (nodes.has(String(parent))) nodes.get(String(parent))?.replies.push(message);
		else {
			const why = `parent_id: expected a message of the tree, found "${String(parent)}", which is not in the file; it is left out`;
			out.push(refused(line, why));
		}
	}
	if (roots.length !== 1) {
		const found = roots.length === 0 ? 'none' : String(roots.length);
		return none(`message_tree_id: expected one first message (without parent_id) in "${id}", found ${found}`);
	}
	const told = new Set(out.map(({ line }) => line));
	const reached = new Set<unknown>(roots);
	for (const message of reached) for (const reply of (message as { replies: Row[] }).replies) reached.add(reply);
	for (const { line, message } of nodes.values()) {
		if (reached.has(message) || told.has(line)) continue;
		const why = `parent_id: expected a message that leads to the first one of "${id}", found "${String(message.parent_id)}", which does not; it is left out`;
		out.push(refused(line, why));
	}
	const { tree_state: state } = roots[0]!;
	const row = { message_tree_id: id, ...(state === undefined ? {} : { tree_state: state }), prompt: roots[0] };
	return [{ line: first.line, lines, bytes, row, reason: '' }, ...out];
}

const isTrue = (value: unknown): boolean => value === true || /^true$/iu.test(String(value));
const isFalse = (value: unknown): boolean => value === false || /^false$/iu.test(String(value));
