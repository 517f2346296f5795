/** A data process over a workspace that only knows `info`, `show`, `judge`, `facets` and `close`: for tests of the process itself. */
import { appendFileSync } from 'node:fs';
import { UserError } from '../../src/protocol/errors.ts';
import type { WorkspaceApi } from '../../src/protocol/workspace-api.ts';
import { serveDataProcess } from '../../src/workspace/serve.ts';

if (process.env.TEST_NAPI !== undefined) {
	Object.defineProperty(process, 'versions', { value: { ...process.versions, napi: process.env.TEST_NAPI } });
}
if (process.env.TEST_CRASH !== undefined) {
	process.stderr.write('cannot go on\n');
	process.exit(3);
}

serveDataProcess(async ({ root, annotator }, events) => {
	const trace = (line: string) => {
		if (process.env.TEST_TRACE !== undefined) appendFileSync(process.env.TEST_TRACE, `${process.pid} ${line}\n`);
	};
	trace('native');
	const api: Partial<WorkspaceApi> = {
		info: async () => ({ root, person: annotator ?? null, pid: process.pid }) as never,
		async show(id) {
			if (id === 'missing') throw new UserError('not-found', 'There is no comparison missing.');
			if (id === 'defect') return (undefined as unknown as { x: never }).x;
			return new Promise(() => {});
		},
		async judge(input) {
			events.changed({ what: ['judgments'], reason: input.comparison });
			events.notice({ level: 'info', text: 'Saved.' });
			return { judgment: input } as never;
		},
		facets: async () => ['domain:law'],
		async reload() {
			trace('reload');
		},
		async close() {
			trace('close');
			if (process.env.TEST_HANG !== undefined) for (;;);
		},
	};
	return api as WorkspaceApi;
});
