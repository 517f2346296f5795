import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { GateConfig } from '../domain/gate.ts';
import { UserError } from '../protocol/errors.ts';

const finite = v.pipe(v.number(), v.finite());
const notNegative = v.pipe(finite, v.minValue(0));
const share = v.pipe(finite, v.minValue(0), v.maxValue(1));

const Loss = v.strictObject({ max: v.exactOptional(finite), max_rise: v.exactOptional(notNegative) });
const split = {
	accuracy: v.exactOptional(v.strictObject({ min: v.exactOptional(share), max_fall: v.exactOptional(share) })),
	nll: v.exactOptional(Loss),
	brier: v.exactOptional(Loss),
	overconfidence: v.exactOptional(Loss),
};

/** Strict: a threshold with a misspelt name would otherwise be no threshold at all, and the gate would pass. */
export const gateSchema = v.strictObject({
	engine: v.exactOptional(v.picklist(['checkpoints', 'probe'])),
	eval: v.exactOptional(v.strictObject(split)),
	heldout: v.exactOptional(v.strictObject({ ...split, gap: v.exactOptional(v.strictObject({ max: finite })) })),
	retention: v.exactOptional(v.strictObject(split)),
	forgetting: v.exactOptional(
		v.strictObject({
			loss: v.exactOptional(v.strictObject({ max_rise: notNegative })),
			accuracy: v.exactOptional(v.strictObject({ max_fall: share })),
		}),
	),
	no_failing_check: v.exactOptional(v.boolean()),
	recommended: v.exactOptional(v.boolean()),
	baseline: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
	allow_insufficient: v.exactOptional(v.boolean()),
});

export const GATE_EXAMPLE =
	'"gate": {"heldout": {"nll": {"max": 0.65}, "overconfidence": {"max": 0.05}}, "eval": {"accuracy": {"min": 0.6}}}';

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The gate's tolerances in a settings file, or in a file that holds nothing else. Unlike other settings nothing is guessed: a gate
 * that ran with defaults would promise what nobody asked for.
 * @throws UserError unusable-input with file and key; usage where there are none
 */
export function readGateConfig(path: string): GateConfig {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/u, ''));
	} catch (error) {
		throw new UserError('unusable-input', `${path} cannot be read as JSON: ${(error as Error).message}.`);
	}
	if (!isObject(value)) throw new UserError('unusable-input', `${path}: expected an object.`);
	const known = Object.keys(gateSchema.entries);
	const own = 'gate' in value ? value.gate : Object.keys(value).some((key) => known.includes(key)) ? value : {};
	if (!isObject(own)) throw new UserError('unusable-input', `${path}: gate: expected an object.`);
	const parsed = v.safeParse(gateSchema, own);
	if (!parsed.success) {
		const issue = parsed.issues[0];
		const at = ['gate', ...(issue.path ?? []).map((part) => String(part.key))].join('.');
		const wrong = issue.expected === 'never' ? 'there is no such setting' : issue.message;
		throw new UserError('unusable-input', `${path}: ${at}: ${wrong}. The gate did not run.`);
	}
	return parsed.output;
}
