import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkSource, checkTree } from '../../../src/dev/layers.ts';

function rules(file: string, text: string): string[] {
	return checkSource(file, text).map(({ line, rule }) => `${line}: ${rule}`);
}

describe('layering check', () => {
	it('finds nothing in the product itself', () => {
		const { files, violations } = checkTree();
		assert.ok(files > 20, `only ${files} files were read`);
		assert.deepEqual(violations, []);
	});

	it('names file, line and rule of an import that points up', () => {
		const text = "import type { Split } from './split.ts';\n\nimport {\n\topen,\n} from '../store/database.ts';\n";
		assert.deepEqual(checkSource('src/domain/example.ts', text), [
			{ file: 'src/domain/example.ts', line: 3, rule: 'domain may not import store' },
		]);
	});

	it('lets the editor alone import vscode', () => {
		const text = "import * as vscode from 'vscode';\n";
		assert.deepEqual(rules('src/editor/example.ts', text), []);
		assert.deepEqual(rules('src/extension.ts', text), []);
		assert.deepEqual(rules('src/workspace/example.ts', text), [
			'1: only src/editor and src/extension.ts may import vscode',
		]);
		assert.deepEqual(rules('webview/example.ts', text), ['1: only src/editor and src/extension.ts may import vscode']);
	});

	it('keeps I/O out of the pure folders, and node:crypto to where ids are made', () => {
		for (const folder of ['domain', 'calibration', 'shift', 'health']) {
			assert.deepEqual(rules(`src/${folder}/example.ts`, "import { readFileSync } from 'node:fs';\n"), [
				`1: ${folder} does no I/O and may not import node:fs`,
			]);
		}
		const crypto = "import { createHash } from 'node:crypto';\n";
		assert.deepEqual(rules('src/domain/identity.ts', crypto), []);
		assert.equal(rules('src/domain/split.ts', crypto).length, 1);
	});

	it('sees dynamic imports, require, re-exports and imports for their effect', () => {
		for (const text of [
			"const x = await import('../editor/panel.ts');",
			"const x = require('../editor/panel.ts');",
			"export { panel } from '../editor/panel.ts';",
			"import '../editor/panel.ts';",
			"import type { Panel } from '../editor/panel.ts';",
		]) {
			assert.deepEqual(rules('src/store/example.ts', text), ['1: store may not import editor'], text);
		}
	});

	it('reads neither comments nor text as imports', () => {
		const text = "// import 'vscode'\n/* import x from 'vscode'; */\nconst example = `\nimport 'vscode';\n`;\n";
		assert.deepEqual(rules('src/domain/example.ts', text), []);
	});

	it('lets the webview import protocol and domain, except what needs node', () => {
		assert.deepEqual(
			rules('webview/report/example.tsx', "import type { Split } from '../../src/domain/split.ts';"),
			[],
		);
		assert.deepEqual(rules('webview/report/example.tsx', "import { a } from '../../src/calibration/ece.ts';"), [
			'1: webview may import only src/protocol and src/domain, not src/calibration/ece.ts',
		]);
		assert.equal(rules('webview/example.ts', "import { a } from '../src/domain/identity.ts';").length, 1);
		assert.equal(rules('webview/example.ts', "import { a } from 'node:path';").length, 1);
	});

	it('keeps SQL and its library in the store', () => {
		const text = "const rows = all('SELECT id FROM pair');\nconst more = all(`\n\tUPDATE pair SET x = 1`);\n";
		assert.deepEqual(rules('src/workspace/example.ts', text), ['1: SQL only in src/store', '2: SQL only in src/store']);
		assert.deepEqual(rules('src/store/example.ts', text), []);
		assert.deepEqual(rules('src/workspace/example.ts', "import Database from 'better-sqlite3';"), [
			'1: only src/store may import better-sqlite3',
		]);
		assert.deepEqual(rules('src/editor/example.ts', "const label = 'Select pairs to tag';"), []);
	});

	it('refuses default exports, barrels, collections and unknown folders', () => {
		assert.deepEqual(rules('src/domain/example.ts', 'const a = 1;\nexport default a;\n'), ['2: no default exports']);
		assert.equal(rules('src/domain/example.ts', "export * from './split.ts';").length, 1);
		assert.equal(rules('src/domain/index.ts', '').length, 1);
		assert.equal(rules('src/domain/utils.ts', '').length, 1);
		assert.equal(rules('src/shared/example.ts', '').length, 1);
	});
});
