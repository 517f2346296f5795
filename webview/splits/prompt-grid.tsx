// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual and keep rows of one height; the roles say what it is
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid holds the focus and names its row by aria-activedescendant
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Split } from '../../src/domain/split.ts';
import type { PromptRow } from '../../src/protocol/lists.ts';
import { Icon } from './icons.tsx';
import type { Pages } from './pages.ts';
import { PromptRowView, rowId } from './prompt-row.tsx';
import { extend, isSelected, NOTHING, pick, type Selection } from './selection.ts';
import { rowAfterKey, scrollToRow, visibleRows } from './visible-rows.ts';
import { count } from './words.ts';

/** Below this width a row has two lines. */
const NARROW = 720;
/** Below this one the source has no column. */
const MEDIUM = 1080;
const WIDE_ROW = 32;
const NARROW_ROW = 52;
/** A range that must be read to be selected; "all matching" needs no reading and has no limit. */
const LARGEST_RANGE = 5000;

export interface GridActions {
	open(row: PromptRow): void;
	select(selection: Selection): void;
	tag(): void;
	move(): void;
	exclude(): void;
	say(text: string): void;
}

interface Props {
	readonly pages: Pages<PromptRow>;
	/** Counts up whenever `pages` holds something new. */
	readonly version: number;
	readonly selection: Selection;
	/** Where a row is being moved just now. */
	going(row: PromptRow): Split | null;
	readonly initialScroll: number;
	readonly actions: GridActions;
	onScroll(top: number): void;
}

/** The list of prompts: a grid of which only the rows in view exist. */
export function PromptGrid({ pages, selection, going, initialScroll, actions, onScroll }: Props) {
	const scroller = useRef<HTMLDivElement>(null);
	const [box, setBox] = useState({ width: 1000, height: 400 });
	const [scrollTop, setScrollTop] = useState(initialScroll);
	const [active, setActive] = useState(0);
	const anchor = useRef<{ row: number; before: Selection }>({ row: 0, before: NOTHING });
	// Its column comes with the first tag that is seen, and stays: one that came and went would move the others at every scroll.
	const tagged = useRef(false);
	const total = pages.total ?? 0;
	const narrow = box.width < NARROW;
	const rowHeight = narrow ? NARROW_ROW : WIDE_ROW;
	const viewport = { scrollTop, height: box.height, rowHeight };
	const { from, to } = visibleRows(viewport, total);

	useLayoutEffect(() => {
		const element = scroller.current;
		if (element === null) return;
		const measure = (): void => {
			const head = element.firstElementChild?.clientHeight ?? 0;
			setBox({ width: element.clientWidth, height: element.clientHeight - head });
		};
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		measure();
		return () => observer.disconnect();
	}, []);
	// The place from before a reload exists only once the total is known.
	useLayoutEffect(() => {
		if (scroller.current !== null && initialScroll > 0 && total > 0) scroller.current.scrollTop = initialScroll;
	}, [initialScroll, total > 0]);
	useEffect(() => pages.want(from, Math.max(to, from + 1)), [pages, from, to]);

	const scrollTo = (row: number): void => {
		if (scroller.current !== null) scroller.current.scrollTop = scrollToRow(viewport, row);
	};
	const selectRange = async (row: number): Promise<void> => {
		const { row: start, before } = anchor.current;
		const [low, high] = [Math.min(start, row), Math.max(start, row) + 1];
		if (high - low > LARGEST_RANGE) {
			actions.say(
				`A range has at most ${count(LARGEST_RANGE)} rows. Filter the list and select all that match instead.`,
			);
			return;
		}
		const rows = await pages.rows(low, high);
		if (rows.length === high - low) {
			actions.select(
				extend(
					before,
					rows.map(({ id }) => id),
				),
			);
		}
	};
	const select = (index: number, keep: boolean): void => {
		const row = pages.row(index);
		if (row === undefined) return;
		const next = pick(selection, row.id, keep);
		anchor.current = { row: index, before: keep ? next : NOTHING };
		actions.select(next);
	};
	const onClick = (event: MouseEvent, index: number): void => {
		setActive(index);
		const row = pages.row(index);
		if (event.shiftKey) void selectRange(index);
		else if (event.ctrlKey || event.metaKey) select(index, true);
		else if (row !== undefined) actions.open(row);
	};
	const onKeyDown = (event: KeyboardEvent): void => {
		const row = pages.row(active);
		const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
		const to = rowAfterKey(event.key, active, total, viewport);
		if (to !== null) {
			setActive(to);
			scrollTo(to);
			if (event.shiftKey) void selectRange(to);
			else if (!event.ctrlKey) anchor.current = { row: to, before: selection };
		} else if (event.key === ' ') select(active, true);
		else if (event.key === 'Enter' && row !== undefined) actions.open(row);
		else if (event.key === 'Escape') actions.select(NOTHING);
		else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) actions.select({ all: true });
		else if (plain && event.key.toLowerCase() === 't') actions.tag();
		else if (plain && event.key.toLowerCase() === 'm') actions.move();
		else if (plain && event.key.toLowerCase() === 'x') actions.exclude();
		else return;
		// Not to the editor's keybindings: Ctrl+A there selects the page's text.
		event.preventDefault();
		event.stopPropagation();
	};

	const rows = [];
	for (let index = from; index < to; index++) {
		const row = pages.row(index);
		tagged.current ||= row !== undefined && row.tags.length > 0;
		rows.push(
			<PromptRowView
				key={index}
				row={row}
				index={index}
				height={rowHeight}
				selected={row !== undefined && isSelected(selection, row.id)}
				going={row === undefined ? null : going(row)}
				active={index === active}
				onClick={(event) => onClick(event, index)}
				onToggle={(event) => {
					event.stopPropagation();
					setActive(index);
					if (event.shiftKey) void selectRange(index);
					else select(index, true);
				}}
			/>,
		);
	}
	return (
		<div
			class={narrow ? 'grid narrow' : `grid${box.width < MEDIUM ? ' medium' : ''}${tagged.current ? '' : ' untagged'}`}
		>
			<div
				class="scroller"
				role="grid"
				tabIndex={0}
				aria-label="Prompts"
				aria-multiselectable="true"
				aria-rowcount={total + 1}
				aria-colcount={tagged.current ? 7 : 6}
				aria-activedescendant={active >= from && active < to ? rowId(active) : undefined}
				ref={scroller}
				onKeyDown={onKeyDown}
				onScroll={(event) => {
					setScrollTop(event.currentTarget.scrollTop);
					onScroll(event.currentTarget.scrollTop);
				}}
			>
				<div class="row head" role="row" aria-rowindex={1}>
					<span role="columnheader" class="cell-check">
						<button
							type="button"
							class={selection.all ? 'box checked' : 'box'}
							disabled={total === 0}
							aria-label={selection.all ? 'Select none' : `Select all ${count(total)} that match`}
							title={selection.all ? 'Select none' : `Select all ${count(total)} that match (Ctrl+A)`}
							onClick={() => actions.select(selection.all ? NOTHING : { all: true })}
						>
							{selection.all && <Icon name="ok" />}
						</button>
					</span>
					<span role="columnheader" class="cell-preview">
						Prompt
					</span>
					<span role="columnheader" class="cell-tags">
						Tags
					</span>
					<span role="columnheader" class="cell-split">
						Split
					</span>
					<span role="columnheader" class="cell-pairs num">
						Pairs
					</span>
					<span role="columnheader" class="cell-judged">
						Verdicts
					</span>
					<span role="columnheader" class="cell-source">
						Source
					</span>
				</div>
				<div class="rows" role="rowgroup" style={{ height: `${total * rowHeight}px` }}>
					{rows}
				</div>
			</div>
		</div>
	);
}
