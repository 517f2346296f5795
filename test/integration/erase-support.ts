import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { dump } from '../../src/store/dump.ts';
import { folder, job, type Opened, openAt, writePairs } from './workspace-support.ts';

const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];

export function git(cwd: string, ...args: string[]): string {
	return execFileSync('git', [...IDENTITY, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Files below a folder that hold a text, packed ones unpacked; git's own folder is left out. */
export function holding(root: string, text: string): string[] {
	const found: string[] = [];
	const look = (path: string): void => {
		if (statSync(path).isDirectory()) {
			for (const name of readdirSync(path)) if (name !== '.git') look(join(path, name));
			return;
		}
		const bytes = readFileSync(path);
		if ((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(text)) found.push(path.slice(root.length + 1));
	};
	look(root);
	return found;
}

/** Files of a commit that hold a text. */
export function holdingInGit(repository: string, commit: string, text: string): string[] {
	const names = git(repository, 'ls-tree', '-r', '--name-only', commit).trim().split('\n');
	return names.filter((name) => {
		const bytes = execFileSync('git', ['cat-file', 'blob', `${commit}:${name}`], { cwd: repository });
		return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(text);
	});
}

/** The state, line by line, without what tells one way of getting there from another: events, files, ids and times of acts. */
export function stateOf({ workspace }: Opened): readonly string[] {
	const lines: string[] = [];
	let section = '';
	for (const line of dump(workspace.context.db).split('\n')) {
		if (line.startsWith('# ')) section = line.slice(2);
		else if (!['events', 'sources', 'rows', 'votes'].includes(section)) {
			lines.push(`${section} ${line.replace(/"(event|at)":"[^"]*",?|"seq":\d+,?/gu, '')}`);
		}
	}
	return lines;
}

/** Rows of one prompt each, the words of one of them a secret. */
export function writeRows(path: string, secretAt: number | null, count = 12): string {
	const rows = Array.from({ length: count }, (_, i) =>
		i === secretAt
			? ''
			: JSON.stringify({ prompt: `Question ${i}: why?`, chosen: `Because ${i}.`, rejected: `No idea about ${i}.` }),
	);
	writeFileSync(path, `${rows.join('\n')}\n`);
	return path;
}

export interface Team {
	readonly dir: string;
	readonly server: string;
	readonly ana: Opened;
	readonly bo: Opened;
}

/** A bare repository, and two clones of it with one workspace that ana set up from a file. */
export async function team(t: TestContext, file = (dir: string) => writePairs(dir, 20)): Promise<Team> {
	const dir = folder(t);
	const server = join(dir, 'server.git');
	git(dir, 'init', '-q', '--bare', '-b', 'main', server);
	git(dir, 'clone', '-q', server, 'ana');
	git(join(dir, 'ana'), 'checkout', '-q', '-b', 'main');
	writeFileSync(join(dir, 'ana', 'notes.txt'), 'first\n');
	git(join(dir, 'ana'), 'add', 'notes.txt');
	git(join(dir, 'ana'), 'commit', '-q', '-m', 'notes');
	git(join(dir, 'ana'), 'push', '-q', '-u', 'origin', 'main');
	const ana = await openAt(dir, 'ana', 'one', 'ana');
	await ana.workspace.importFiles([file(dir)], {}, job());
	assert.equal((await ana.workspace.sync(job())).ok, true);
	git(dir, 'clone', '-q', server, 'bo');
	const bo = await openAt(dir, 'bo', 'two', 'bo');
	t.after(async () => {
		await ana.workspace.close();
		await bo.workspace.close();
	});
	return { dir, server, ana, bo };
}

/** Id of the comparison whose prompt holds a text. */
export async function idOf({ workspace }: Opened, text: string): Promise<string> {
	const { comparisons } = await workspace.list({ limit: 500 });
	for (const { id } of comparisons) {
		const { prompt } = await workspace.show(id);
		if (JSON.stringify(prompt).includes(text)) return id;
	}
	throw new Error(`no comparison on ${text}`);
}

export function copiesIn(dir: string): string[] {
	const folder = join(dir, '.pairwright', 'sources');
	return existsSync(folder) ? readdirSync(folder).sort() : [];
}
