// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual and keep rows of one height; the roles say what it is
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid holds the focus and names its row by aria-activedescendant

import type { Split } from '../../src/domain/split.ts';
import type { PromptRow } from '../../src/protocol/lists.ts';
import { Icon } from './icons.tsx';
import { count, judgedText, placeOf, splitName } from './words.ts';

const SHOWN_TAGS = 2;

interface Props {
	/** undefined while its page is being read. */
	readonly row: PromptRow | undefined;
	readonly index: number;
	readonly height: number;
	readonly selected: boolean;
	readonly active: boolean;
	/** Where it is being moved; what it comes to is read behind it. */
	readonly going: Split | null;
	onClick(event: MouseEvent): void;
	onToggle(event: MouseEvent): void;
}

export function rowId(index: number): string {
	return `row-${index}`;
}

/** One prompt in the list. */
export function PromptRowView({ row, index, height, selected, active, going, onClick, onToggle }: Props) {
	const place = { top: `${index * height}px`, height: `${height}px` };
	const rowClass = `row${selected ? ' selected' : ''}${active ? ' active' : ''}${row === undefined ? ' loading' : ''}`;
	if (row === undefined) {
		return (
			<div id={rowId(index)} class={rowClass} role="row" aria-rowindex={index + 2} style={place}>
				<span role="gridcell" class="cell-preview">
					<span class="visually-hidden">Row {count(index + 1)} is being read</span>
				</span>
			</div>
		);
	}
	return (
		// Keys reach the grid, which holds the focus; the active row is named by aria-activedescendant.
		// biome-ignore lint/a11y/useKeyWithClickEvents: Enter and Space are handled by the grid
		<div
			id={rowId(index)}
			class={rowClass}
			role="row"
			aria-rowindex={index + 2}
			aria-selected={selected}
			style={place}
			onClick={onClick}
		>
			{/* biome-ignore lint/a11y/useKeyWithClickEvents: Space is handled by the grid */}
			<span role="gridcell" class="cell-check" onClick={onToggle}>
				<span class={selected ? 'box checked' : 'box'}>{selected && <Icon name="ok" />}</span>
				<span class="visually-hidden">{selected ? 'selected' : 'not selected'}</span>
			</span>
			<span role="gridcell" class="cell-preview" dir="auto" title={row.preview}>
				{row.turns > 1 && <span class="turns">{row.turns} turns</span>}
				{row.preview}
			</span>
			<span role="gridcell" class="cell-tags">
				{row.tags.slice(0, SHOWN_TAGS).map((tag) => (
					<bdi key={tag} class="chip" title={tag}>
						{tag}
					</bdi>
				))}
				{row.tags.length > SHOWN_TAGS && <span class="dim">+{row.tags.length - SHOWN_TAGS}</span>}
			</span>
			<span role="gridcell" class={`cell-split ${row.split}`}>
				{going === null && row.split === 'heldout' && row.half === 'E' && <Icon name="lock" />}
				{going === null ? (
					placeOf(row)
				) : (
					<span class="going" title={`Being moved from ${placeOf(row)} to ${splitName(going)}`}>
						<span class="visually-hidden">{placeOf(row)}, being moved to </span>
						<span aria-hidden="true">→ </span>
						{splitName(going)}…
					</span>
				)}
				{row.frozen && (
					<span class="frozen-sign" title="Frozen">
						<Icon name="snow" />
						<span class="visually-hidden">, frozen</span>
					</span>
				)}
			</span>
			<span role="gridcell" class="cell-pairs num">
				{count(row.pairs)} <span class="unit">{row.pairs === 1 ? 'pair' : 'pairs'}</span>
			</span>
			<span role="gridcell" class="cell-judged">
				{judgedText(row)}
				{(row.disputed ?? 0) > 0 && <span class="disputed"> · {row.disputed} disputed</span>}
				{row.flagged && (
					<span class="flagged" title="Flagged">
						<Icon name="flag" />
						<span class="visually-hidden">, flagged</span>
					</span>
				)}
			</span>
			<span role="gridcell" class="cell-source" title={row.sources.join(', ')}>
				<bdi>{row.sources.join(', ')}</bdi>
			</span>
		</div>
	);
}
