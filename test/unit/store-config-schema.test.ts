import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_CONFIG } from '../../src/domain/config.ts';
import { configText, readConfig } from '../../src/workspace/config-file.ts';

test('the schema that editors check config.json against names exactly the settings there are', () => {
	const schema = JSON.parse(readFileSync(new URL('../../media/config.schema.json', import.meta.url), 'utf8')) as {
		properties: Record<string, { properties?: Record<string, unknown>; default?: unknown }>;
	};
	// `gate` is read by the gate alone; its own test is with it.
	const { $schema: _, gate: _gate, ...properties } = schema.properties;
	assert.deepEqual(Object.keys(properties).sort(), Object.keys(DEFAULT_CONFIG).sort());
	for (const key of ['split', 'thresholds', 'rewrites', 'people'] as const) {
		const defaults = Object.fromEntries(
			Object.entries(properties[key]?.properties ?? {}).map(([name, p]) => [name, (p as { default: unknown }).default]),
		);
		assert.deepEqual(defaults, DEFAULT_CONFIG[key]);
	}
});

test('settings are read, filled up with defaults, and never stop the work when malformed', (t) => {
	const dir = mkdtempSync(join(tmpdir(), 'pairwright-config-'));
	t.after(() => rmSync(dir, { recursive: true }));
	const path = join(dir, 'config.json');
	assert.deepEqual(readConfig(path), { config: DEFAULT_CONFIG, problem: null });
	writeFileSync(path, configText());
	assert.deepEqual(readConfig(path), { config: DEFAULT_CONFIG, problem: null });
	writeFileSync(path, '\uFEFF{"scope":"cooking","split":{"seed":"x"},"endpoint":"http://example.org"}');
	assert.deepEqual(readConfig(path).config, {
		...DEFAULT_CONFIG,
		scope: 'cooking',
		split: { seed: 'x', eval_share: 0.2 },
	});
	writeFileSync(path, '{"thresholds":{"forgetting":{"accuracy":0.01}}}');
	assert.deepEqual(readConfig(path).config.thresholds, {
		eval_rise: 0.01,
		forgetting: { loss: 0.05, accuracy: 0.01 },
	});
	for (const [text, part] of [
		['{"split":{"eval_share":7}}', 'split.eval_share'],
		['{"reasons":"clear"}', 'reasons'],
		['{"thresholds":{"forgetting":{"loss":-1}}}', 'thresholds.forgetting.loss'],
		['{torn', 'not valid JSON'],
		['[]', 'config.json'],
	] as const) {
		writeFileSync(path, text);
		const { config, problem } = readConfig(path);
		assert.deepEqual(config, DEFAULT_CONFIG);
		assert.ok(problem?.includes(part), `${text} → ${problem}`);
	}
});
