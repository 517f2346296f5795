import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawingOf, drawingText } from '../../src/editor/candidates/choice.ts';

const of = (settings: Record<string, unknown>) => drawingOf((name) => settings[name]);

test('settings say how responses are drawn; what is out of range or no number is as if not set', () => {
	assert.deepEqual(of({ temperature: 0.9, topP: 0.95, maxTokens: 300, responses: 3 }), {
		responses: 3,
		sampling: { temperature: 0.9, topP: 0.95, maxTokens: 300 },
	});
	assert.deepEqual(of({ temperature: 0, topP: null, maxTokens: 1024, responses: 2 }), {
		responses: 2,
		sampling: { temperature: 0, maxTokens: 1024 },
	});
	const wrong = [{ temperature: 9, topP: '0.5', maxTokens: 1.5, responses: 1 }, { temperature: Number.NaN }, {}];
	for (const settings of wrong) assert.deepEqual(of(settings), { sampling: {} });
});

test('before anything is sent, the sampling is said as it will be recorded', () => {
	const own = drawingText(of({}), 'the server’s');
	assert.equal(own, 'temperature the server’s own, top-p the server’s own, at most 1,024 tokens');
	const set = drawingText(of({ temperature: 0, topP: 0.5, maxTokens: 64 }), 'the model’s');
	assert.equal(set, 'temperature 0, top-p 0.5, at most 64 tokens');
});
