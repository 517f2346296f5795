import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ReportHost } from '../../src/protocol/report.ts';

/** What stays when the panel is hidden or the window reloads. */
export interface ViewState {
	/** Figures that show their table, by id. */
	readonly tables: Readonly<Record<string, boolean>>;
	/** Folded sections that are open, by id. */
	readonly open: Readonly<Record<string, boolean>>;
	/** Position in the frontier that the picker shows; null = the chosen λ. */
	readonly viewed: number | null;
	readonly scroll: number;
	/** Checkpoint runs: those looked at side by side, by name; null = as proposed. */
	readonly picked: readonly string[] | null;
	/** What the trend shows. */
	readonly trend: string;
	/** The trend shows the fit on the training pairs as well. */
	readonly ownPairs: boolean;
	/** The two sides to compare, as the form names them; null = as proposed. */
	readonly compared: readonly [string, string] | null;
}

export const INITIAL_VIEW: ViewState = {
	tables: {},
	open: {},
	viewed: null,
	scroll: 0,
	picked: null,
	trend: 'nll',
	ownPairs: false,
	compared: null,
};

export interface View {
	readonly state: ViewState;
	set(patch: Partial<ViewState>): void;
	/** Calls the host and shows what went wrong; `doing` completes "Could not …". */
	run(doing: string, call: (host: ReportHost) => Promise<void>): void;
	/** What the reader may do: nothing in an exported file, no runs or decisions in an untrusted workspace. */
	readonly actions: 'all' | 'untrusted' | 'exported';
	/** Why the lists of this report could not be read, or null. */
	readonly incomplete: string | null;
	/** A scoring run or another action goes on. */
	readonly busy: boolean;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
	const view = useContext(ViewContext);
	if (view === null) throw new Error('outside of the report');
	return view;
}

/** For a `Figure`: whether it shows its table, and the switch. */
export function useTableToggle(id: string): { asTable: boolean; onToggle: () => void } {
	const { state, set } = useView();
	const asTable = state.tables[id] === true;
	return { asTable, onToggle: () => set({ tables: { ...state.tables, [id]: !asTable } }) };
}
