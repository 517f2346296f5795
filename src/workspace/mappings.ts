import * as v from 'valibot';
import type { ColumnMapping } from '../domain/column-mapping.ts';
import { parseMapping } from '../formats/column-mapping-text.ts';
import { UserError } from '../protocol/errors.ts';
import type { SavedMapping } from '../protocol/imports.ts';
import { mappingSchema } from '../protocol/mapping.ts';
import type { Context } from './context.ts';

const LONGEST_NAME = 80;

/**
 * Remembered mappings are events, as saved searches are: they travel to the team with the journals and two people never write one
 * file. The latest under a name holds; one that this version cannot read is not offered.
 */
export function mappings(ctx: Context): SavedMapping[] {
	const found = new Map<string, SavedMapping>();
	for (const { name, mapping, table, person, time } of ctx.events('mapping-saved')) {
		const parsed = v.safeParse(mappingSchema, mapping);
		if (mapping !== null && parsed.success) {
			found.set(name, { name, mapping: parsed.output, table, by: person, at: time });
		} else found.delete(name);
	}
	return [...found.values()].sort((x, y) => (x.name < y.name ? -1 : 1));
}

/** @throws UserError 'usage' without a name; 'not-found' where there is nothing to forget */
export async function saveMapping(
	ctx: Context,
	name: string,
	mapping: ColumnMapping | null,
	table: readonly string[],
): Promise<{ readonly event: string }> {
	const plain = name.normalize('NFC').replace(/\s+/gu, ' ').trim();
	if (plain === '' || plain.length > LONGEST_NAME) {
		throw new UserError('usage', `A mapping has a name of 1 to ${LONGEST_NAME} characters.`);
	}
	const known = mappings(ctx).find((each) => each.name === plain);
	if (mapping === null && known === undefined) throw new UserError('not-found', `There is no mapping "${plain}".`);
	ctx.requirePerson();
	const [event] = await ctx.append({ type: 'mapping-saved', name: plain, mapping, table: [...table].sort() });
	ctx.emit.changed({ what: ['config'], reason: 'mappings' });
	return { event: (event as { id: string }).id };
}

/** What `openRows` takes for a source whose import recorded a mapping. */
export function recordedMapping(text: string | null): { mapping?: ColumnMapping } {
	return text === null ? {} : { mapping: parseMapping(text, 'The mapping that was recorded with the import') };
}
