import { type Erasures, NOTHING_ERASED, personKey, removedPerson } from '../domain/erasure.ts';
import { foldedErasures, tombstones } from '../store/erasures.ts';
import type { Context } from './context.ts';

/**
 * Why judgments of the annotator at work are not there any more, in words.
 * @param before the erasures that were known when they still were
 */
export function fewerJudgments(ctx: Context, person: string, count: number, before: Erasures | null): string {
	const yours = count === 1 ? '1 judgment of yours' : `${count} of your judgments`;
	const key = personKey(person);
	const removed = removedPerson(foldedErasures(ctx.db) ?? NOTHING_ERASED, person);
	if (removed !== undefined && before?.people.has(key) !== true) {
		const tombstone = tombstones(ctx.db).find((each) => each.type === 'person-removed' && each.subject === key);
		const by = tombstone === undefined || tombstone.person === removed.as ? '' : ` by ${tombstone.person}`;
		const what = removed.work
			? `what you did here stands under the name ${removed.as} now`
			: `${yours} left, with your notes and tags; moves, imports and decisions of yours stand under the name ${removed.as} now`;
		return `The handle "${person}" was taken out of this workspace${by}: ${what}. Nothing more can be stored under it. To go on here, choose another: --annotator NAME, or "Pairwright: Choose My Handle…".`;
	}
	return `${yours} ${count === 1 ? 'is' : 'are'} not in the journals any more (a branch switch?). What is shown is what the files hold.`;
}
