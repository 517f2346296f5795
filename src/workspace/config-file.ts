import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { DEFAULT_CONFIG, type WorkspaceConfig } from '../domain/config.ts';

const Texts = v.array(v.pipe(v.string(), v.minLength(1)));
const Share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const ConfigFile = v.object({
	scope: v.optional(v.string(), DEFAULT_CONFIG.scope),
	reasons: v.optional(Texts, [...DEFAULT_CONFIG.reasons]),
	criteria: v.optional(Texts, [...DEFAULT_CONFIG.criteria]),
	split: v.optional(
		v.object({
			seed: v.optional(v.pipe(v.string(), v.minLength(1)), DEFAULT_CONFIG.split.seed),
			eval_share: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), DEFAULT_CONFIG.split.eval_share),
		}),
		DEFAULT_CONFIG.split,
	),
	thresholds: v.optional(
		v.object({
			eval_rise: v.optional(v.pipe(v.number(), v.minValue(0)), DEFAULT_CONFIG.thresholds.eval_rise),
			forgetting: v.optional(
				v.object({
					loss: v.optional(v.pipe(v.number(), v.minValue(0)), DEFAULT_CONFIG.thresholds.forgetting.loss),
					accuracy: v.optional(Share, DEFAULT_CONFIG.thresholds.forgetting.accuracy),
				}),
				DEFAULT_CONFIG.thresholds.forgetting,
			),
		}),
		DEFAULT_CONFIG.thresholds,
	),
	rewrites: v.optional(
		v.object({ second_person: v.optional(v.boolean(), DEFAULT_CONFIG.rewrites.second_person) }),
		DEFAULT_CONFIG.rewrites,
	),
	queue: v.optional(
		v.object({
			overlap: v.optional(
				v.object({
					train: v.optional(Share, DEFAULT_CONFIG.queue.overlap.train),
					eval: v.optional(Share, DEFAULT_CONFIG.queue.overlap.eval),
					heldout: v.optional(Share, DEFAULT_CONFIG.queue.overlap.heldout),
					retention: v.optional(Share, DEFAULT_CONFIG.queue.overlap.retention),
				}),
				DEFAULT_CONFIG.queue.overlap,
			),
			people: v.optional(Texts, [...DEFAULT_CONFIG.queue.people]),
			repeats: v.optional(Share, DEFAULT_CONFIG.queue.repeats),
			gold: v.optional(Share, DEFAULT_CONFIG.queue.gold),
			active: v.optional(v.boolean(), DEFAULT_CONFIG.queue.active),
		}),
		{ ...DEFAULT_CONFIG.queue, people: [...DEFAULT_CONFIG.queue.people] },
	),
	adjudication: v.optional(
		v.object({ hide_names: v.optional(v.boolean(), DEFAULT_CONFIG.adjudication.hide_names) }),
		DEFAULT_CONFIG.adjudication,
	),
	people: v.optional(
		v.object({ show_individuals: v.optional(v.boolean(), DEFAULT_CONFIG.people.show_individuals) }),
		DEFAULT_CONFIG.people,
	),
	card: v.optional(
		v.object({
			title: v.optional(v.string(), DEFAULT_CONFIG.card.title),
			licence: v.optional(v.string(), DEFAULT_CONFIG.card.licence),
			description: v.optional(v.string(), DEFAULT_CONFIG.card.description),
			source_licences: v.optional(v.record(v.string(), v.string()), DEFAULT_CONFIG.card.source_licences),
		}),
		DEFAULT_CONFIG.card,
	),
});

/**
 * Reads `.pairwright/config.json`. A file that cannot be used never stops the work: defaults are used, and it is said why.
 * Keys that are not settings are ignored, so that nothing in a workspace can aim an engine.
 */
export function readConfig(path: string): { readonly config: WorkspaceConfig; readonly problem: string | null } {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch {
		return { config: DEFAULT_CONFIG, problem: null };
	}
	const say = (what: string) => `${path}: ${what}. The default settings are used until it is mended.`;
	let value: unknown;
	try {
		value = JSON.parse(text.replace(/^\uFEFF/u, ''));
	} catch (error) {
		return { config: DEFAULT_CONFIG, problem: say(`not valid JSON (${(error as Error).message})`) };
	}
	// valibot takes an array for an object without keys.
	if (Array.isArray(value)) return { config: DEFAULT_CONFIG, problem: say('expected an object, found a list') };
	const parsed = v.safeParse(ConfigFile, value);
	if (parsed.success) return { config: parsed.output, problem: null };
	const issue = parsed.issues[0];
	const at = issue.path?.map((p) => String(p.key)).join('.') ?? 'the file';
	return { config: DEFAULT_CONFIG, problem: say(`${at}: ${issue.message}`) };
}

export function configText(config: WorkspaceConfig = DEFAULT_CONFIG): string {
	return `${JSON.stringify(config, null, '\t')}\n`;
}
