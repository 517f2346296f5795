import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartPlan } from '../../domain/reference-parts.ts';
import type { Context } from '../context.ts';

/** What the record of a bundle's export says of R. */
export interface RecordedParts {
	readonly reference_plan?: PartPlan;
	readonly reference_parts?: readonly { readonly part: number; readonly prompts: readonly string[] }[];
	readonly reference_used?: readonly string[];
}

/** Prompts of R → what earlier bundles did with them. */
export interface EarlierParts {
	/** Part in the first bundle that was dealt by the same plan. */
	readonly part: ReadonlyMap<string, number>;
	/** Read by some bundle's penalty. */
	readonly used: ReadonlySet<string>;
}

/** Reads the recorded bundles in the order of their events. A record that is gone (doctor names it) cannot be asked. */
export function earlierParts(ctx: Context, plan: PartPlan): EarlierParts {
	const part = new Map<string, number>();
	const used = new Set<string>();
	for (const { export: id, format } of ctx.events('exported')) {
		if (format !== 'bundle') continue;
		let record: RecordedParts;
		try {
			record = JSON.parse(readFileSync(join(ctx.paths.exports, `${id}.json`), 'utf8')) as RecordedParts;
		} catch {
			continue;
		}
		for (const prompt of record.reference_used ?? []) used.add(prompt);
		const { reference_plan: theirs } = record;
		if (theirs?.parts !== plan.parts || theirs.penalty !== plan.penalty || theirs.seed !== plan.seed) continue;
		for (const each of record.reference_parts ?? []) {
			for (const prompt of each.prompts) if (!part.has(prompt)) part.set(prompt, each.part);
		}
	}
	return { part, used };
}
