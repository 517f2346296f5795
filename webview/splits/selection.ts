import type { Split } from '../../src/domain/split.ts';
import type { PromptSelection } from '../../src/protocol/curation.ts';
import type { PromptRow } from '../../src/protocol/lists.ts';
import type { SplitsFilter } from '../../src/protocol/splits.ts';

/** What is selected in the list: rows one by one, or everything the filters find. */
export type Selection = { readonly all: true } | { readonly all: false; readonly ids: ReadonlySet<string> };

export const NOTHING: Selection = { all: false, ids: new Set() };

/** A click or a key on one row: alone, or added to and taken from what is there. Out of "all" it starts anew. */
export function pick(selection: Selection, id: string, keep: boolean): Selection {
	if (!keep || selection.all) return { all: false, ids: new Set([id]) };
	const ids = new Set(selection.ids);
	if (!ids.delete(id)) ids.add(id);
	return { all: false, ids };
}

/** A range is added to what was there when it began. */
export function extend(before: Selection, range: readonly string[]): Selection {
	return { all: false, ids: new Set([...(before.all ? [] : before.ids), ...range]) };
}

export function isSelected(selection: Selection, id: string): boolean {
	return selection.all || selection.ids.has(id);
}

/** @param total rows that the filters find */
export function selectedCount(selection: Selection, total: number): number {
	return selection.all ? total : selection.ids.size;
}

/** What was chosen for an action that is being stored. */
export interface Pending {
	readonly id: number;
	/** What is being done, in words; null while its question is open. */
	readonly text: string | null;
	/** Where the chosen go, as far as they may. */
	readonly split: Split | null;
	readonly selection: Selection;
	readonly filter: SplitsFilter;
}

/** Where a row is being moved; null where it is not. Frozen ones, and those that a model has seen, are only proposed. */
export function goingTo(
	{ id, split, frozen, seen }: Pick<PromptRow, 'id' | 'split' | 'frozen' | 'seen'>,
	pending: readonly Pending[],
	filter: SplitsFilter,
): Split | null {
	for (const { text, split: to, selection, filter: among } of pending) {
		if (text === null || to === null || to === split || frozen) continue;
		if (seen && (to === 'eval' || to === 'heldout')) continue;
		if (selection.all ? among === filter : selection.ids.has(id)) return to;
	}
	return null;
}

/** As the extension takes it; null where nothing is selected. */
export function toPromptSelection(selection: Selection, filter: SplitsFilter): PromptSelection | null {
	if (selection.all) return { query: filter };
	return selection.ids.size === 0 ? null : { ids: [...selection.ids] };
}
