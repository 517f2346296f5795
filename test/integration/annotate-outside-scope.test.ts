import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { folder, job, openAt, writePairs } from './workspace-support.ts';

/** The editor's questions, answered at once: what stands in the field is accepted, no reason is given. */
const EDITOR = `
	export const QuickPickItemKind = { Separator: -1 };
	export const window = {
		createQuickPick() {
			let accept;
			let hidden;
			return {
				value: '',
				selectedItems: [],
				onDidChangeValue() {},
				onDidAccept(then) { accept = then; },
				onDidHide(then) { hidden = then; },
				show() { this.value = 'domain:law'; setTimeout(accept, 0); },
				hide() { hidden(); },
				dispose() {},
			};
		},
		showInputBox: async () => '',
	};`;

registerHooks({
	resolve: (name, context, next) =>
		name === 'vscode'
			? { url: `data:text/javascript,${encodeURIComponent(EDITOR)}`, format: 'module', shortCircuit: true }
			: next(name, context),
});

test('a pair that was put outside the scope from the screen is still judged blind', async (t) => {
	const { AnnotateHostImpl } = await import('../../src/editor/annotate/host.ts');
	const { workspace } = await openAt(folder(t));
	t.after(() => workspace.close());
	await workspace.importFiles([writePairs(workspace.context.paths.root, 6)], {}, job());
	const session = { api: async () => workspace };
	const services = {
		ensurePerson: async () => 'ana',
		context: { workspaceState: { get: () => undefined, update: async () => {} } },
	};
	const memory = { wasRevealed: () => false };
	const events = { focus() {}, mode() {}, leave: async () => {}, open() {} };
	type Made = ConstructorParameters<typeof AnnotateHostImpl>;
	const host = new AnnotateHostImpl(
		...([services, session, memory, { type: 'queue', kind: 'judge' }, events] as unknown as Made),
	);
	const { pairs } = await host.queue('judge', { count: 1, held: [] });
	const { comparison, leftSide } = pairs[0]!;
	assert.match((await host.outsideScope(comparison))?.text ?? '', /^Tagged 1 prompt domain:law/u);
	const verdict = { comparison, verdict: leftSide, kind: 'first', queue: 'judge', showing: 's1' } as const;
	await host.judge(verdict as unknown as Parameters<typeof host.judge>[0]);
	const [judged] = workspace.context.events('judged');
	assert.equal(judged?.blind, true);
	assert.deepEqual(workspace.context.events('tagged')[0]?.facet, 'domain:law');
});
