import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import type { WorkspaceEvents } from '../../src/protocol/workspace-api.ts';
import { Workspace } from '../../src/workspace/workspace.ts';

/** A folder of one test: a workspace below it, and state folders of the machines that take part. */
export function folder(t: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-store-'));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

export interface Opened {
	readonly workspace: Workspace;
	readonly notices: string[];
}

/** Opens `<dir>/<name>` as `person` on `machine`, made if it is not there. */
export async function openAt(dir: string, person = 'ana', machine = 'one', name = 'work'): Promise<Opened> {
	const root = join(dir, name);
	mkdirSync(root, { recursive: true });
	const notices: string[] = [];
	const events: WorkspaceEvents = { progress() {}, changed() {}, notice: ({ text }) => notices.push(text) };
	const workspace = await Workspace.open(root, { stateDir: join(dir, `state-${machine}`), annotator: person, events });
	if (!existsSync(join(root, '.pairwright', 'config.json'))) await workspace.init({});
	return { workspace, notices };
}

/** TRL rows with explicit prompts, written as JSON Lines. @returns the path */
export function writePairs(dir: string, count: number, name = 'pairs.jsonl', from = 0): string {
	const path = join(dir, name);
	const rows = Array.from({ length: count }, (_, i) =>
		JSON.stringify({
			prompt: `Question ${from + i}: why?`,
			chosen: `Because ${from + i}.`,
			rejected: `No idea about ${from + i}.`,
		}),
	);
	writeFileSync(path, `${rows.join('\n')}\n`);
	return path;
}

let jobs = 0;
export function job(): { job: string } {
	return { job: `test-${++jobs}` };
}

const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** Real preferences beside the clone; tests on them are skipped where they are not. */
export function realData(name: string): { readonly path: string; readonly skip: string | false } {
	const path = join(DATA, name);
	return { path, skip: existsSync(path) ? false : `skipped: ../shared/data/${name} is not there` };
}
