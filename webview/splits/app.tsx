import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PromptRow } from '../../src/protocol/lists.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type {
	SplitsActing,
	SplitsDone,
	SplitsFilter,
	SplitsFocus,
	SplitsHost,
	SplitsState,
	SplitsView,
} from '../../src/protocol/splits.ts';
import { ActionBar, type Notice } from './action-bar.tsx';
import { Attention } from './attention.tsx';
import { CoveragePart } from './coverage.tsx';
import { Filters, placeName, withFilter } from './filters.tsx';
import { InspectionPart, type InspectionState } from './inspection.tsx';
import { Pages } from './pages.ts';
import { PlaceCard } from './place-card.tsx';
import { PromptGrid } from './prompt-grid.tsx';
import { goingTo, NOTHING, type Pending, type Selection, toPromptSelection } from './selection.ts';
import { count, many, PLACES } from './words.ts';

/** What survives hiding and a reload. No texts: a search phrase is the reader's own. */
export interface ViewState {
	readonly filter: SplitsFilter;
	readonly scroll: number;
	readonly open: readonly string[];
	/** Tags, sources and lengths on the cards; null = by width. */
	readonly details: boolean | null;
}

/** What the page is told from outside. */
export interface Signals {
	onChanged: (what: 'rows' | 'counts') => void;
	onFocus: (focus: SplitsFocus) => void;
	onInspecting: SplitsView['inspecting'];
	onActing: (acting: SplitsActing) => void;
}

interface Props {
	readonly host: Remote<SplitsHost>;
	readonly name: string;
	readonly focus: SplitsFocus | null;
	readonly initial: ViewState;
	readonly signals: Signals;
	keep(state: Partial<ViewState>): void;
}

export function App({ host, name, focus, initial, signals, keep }: Props) {
	const [state, setState] = useState<SplitsState | null>(null);
	const [failure, setFailure] = useState<string | null>(null);
	const [filter, setFilter] = useState<SplitsFilter>(focus === null ? initial.filter : filterOf(focus));
	const [open, setOpen] = useState<readonly string[]>(
		focus?.section === undefined ? initial.open : [...initial.open, focus.section],
	);
	const [details, setDetails] = useState(initial.details ?? innerWidth > 1150);
	const [selection, setSelection] = useState<Selection>(NOTHING);
	const [notice, setNotice] = useState<Notice | null>(null);
	const [pending, setPending] = useState<readonly Pending[]>([]);
	const acts = useRef(0);
	const shown = useRef(filter);
	shown.current = filter;
	const [version, setVersion] = useState(0);
	const [inspection, setInspection] = useState<InspectionState>(NOT_INSPECTED);
	const [moved, setMoved] = useState(0);
	const [sealedOut, setSealedOut] = useState(0);
	const list = useRef<HTMLElement>(null);
	const scroll = useRef(focus === null ? initial.scroll : 0);

	const fail = useCallback((error: unknown) => {
		setNotice({ text: error instanceof Error ? error.message : String(error), event: null, error: true });
	}, []);
	const read = useCallback(() => {
		host.state().then(
			(next) => {
				setState(next);
				setFailure(null);
			},
			(error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
		);
	}, [host]);
	const pages = useMemo(
		() =>
			new Pages<PromptRow>(
				async (options) => {
					const { prompts, total, next, sealedOut: sealed = 0 } = await host.page({ ...filter, ...options });
					setSealedOut(sealed);
					return { rows: prompts, total, next };
				},
				{ cursors: (every) => host.cursors(filter, every), onChange: () => setVersion((n) => n + 1), onError: fail },
			),
		[host, filter, fail],
	);
	useEffect(() => () => pages.close(), [pages]);
	useEffect(read, [read]);

	const inspect = useCallback(() => {
		// What moves while it runs makes it stale again.
		setInspection((was) => ({ ...was, failure: null, stale: false, running: { phase: 'Reading', share: null } }));
		host.inspect().then(
			(found) =>
				setInspection((was) => ({
					...was,
					running: null,
					...(found === null ? { stale: was.found !== null } : { found }),
				})),
			(error: unknown) =>
				setInspection((was) => ({
					...was,
					running: null,
					failure: error instanceof Error ? error.message : String(error),
				})),
		);
	}, [host]);
	const inspecting = open.includes('inspection');
	useEffect(() => {
		if (inspecting) inspect();
	}, [inspecting, inspect]);
	signals.onInspecting = ({ phase, done, total }) =>
		setInspection((was) =>
			was.running === null
				? was
				: { ...was, running: { phase, share: total === null || total === 0 ? null : done / total } },
		);

	const show = (next: SplitsFilter): void => {
		setFilter(next);
		setSelection(NOTHING);
		scroll.current = 0;
		keep({ filter: next, scroll: 0 });
	};
	const toggle = (item: string, isOpen: boolean): void => {
		const next = isOpen ? [...new Set([...open, item])] : open.filter((each) => each !== item);
		setOpen(next);
		keep({ open: next });
	};
	const loaded = state !== null;
	useEffect(() => {
		if (loaded && focus !== null && focus.section === undefined) reveal(list.current);
	}, [loaded, focus]);
	signals.onChanged = (what) => {
		if (what === 'rows') setInspection((was) => ({ ...was, stale: true }));
		setMoved((n) => n + 1);
		pages.refresh(what);
		read();
	};
	signals.onFocus = (next) => {
		if (next.section !== undefined) toggle(next.section, true);
		else {
			show(filterOf(next));
			reveal(list.current);
		}
	};

	// A question is open: what is chosen stays, and no other action may start. Once all is answered, both are free again.
	const asking = pending.some(({ text }) => text === null);
	signals.onActing = ({ text, split }) => {
		const asked = pending.findLast((each) => each.text === null);
		if (asked === undefined) return;
		setPending((was) => was.map((each) => (each.id === asked.id ? { ...each, text, split } : each)));
		setSelection((now) => (now === asked.selection ? NOTHING : now));
		setNotice(null);
	};

	/** One question at a time; what is being done and what was done is told, with undo. */
	const act = async (
		work: () => Promise<SplitsDone | null | undefined>,
		{ chosen = NOTHING, text = null }: { readonly chosen?: Selection; readonly text?: string | null } = {},
	): Promise<void> => {
		const id = ++acts.current;
		setPending((was) => [...was, { id, text, split: null, selection: chosen, filter }]);
		try {
			const done = await work();
			if (done === null || done === undefined) return;
			setNotice(done);
			setSelection((now) => (now === chosen ? NOTHING : now));
			setMoved((n) => n + 1);
			pages.refresh('rows');
			read();
		} catch (error) {
			fail(error);
			// It was let go of when storing began: to be tried again, unless something else was chosen or another list is shown.
			if (shown.current === filter) setSelection((now) => (now === NOTHING ? chosen : now));
		} finally {
			setPending((was) => was.filter((each) => each.id !== id));
		}
	};
	const onSelected = (
		work: (chosen: NonNullable<ReturnType<typeof toPromptSelection>>) => Promise<SplitsDone | null>,
	) => {
		const chosen = toPromptSelection(selection, filter);
		if (chosen === null) setNotice({ text: 'Select prompts first: Space, or a click on their boxes.', event: null });
		else if (!asking) void act(() => work(chosen), { chosen: selection });
	};
	const tag = (): void => onSelected((chosen) => host.tag(chosen));
	const move = (): void => onSelected((chosen) => host.assign(chosen, null));
	const untag = (): void => onSelected((chosen) => host.untag(chosen));
	const exclude = (): void => onSelected((chosen) => host.assign(chosen, 'excluded'));
	const undo = (event: string): void => void act(() => host.undo(event), { text: 'Undoing…' });
	const attention = useMemo(
		() => ({
			texts: (leak: Parameters<SplitsHost['texts']>[0]) => host.texts(leak),
			open: (prompt: string) => void host.open(prompt).catch(fail),
			mend: (prompts: readonly string[], how: 'together' | 'exclude') => void act(() => host.mend(prompts, how)),
			accept: (prompts: readonly string[]) => void act(() => host.accept(prompts)),
			answer: (proposal: string, accepted: boolean) => void act(() => host.answer(proposal, accepted)),
		}),
		[host, fail],
	);

	if (state === null) return <Waiting failure={failure} retry={read} />;
	const { overview, index, scope, searches } = state;
	const prompts = overview.places.reduce((sum, { count }) => sum + count.prompts, 0);
	if (prompts === 0) return <Empty onImport={() => void host.run('import').catch(fail)} />;
	const top = largestShare(overview.places);
	const total = pages.total ?? 0;
	const chosen = placeName(filter);
	return (
		<main>
			<header class="top">
				<h1>Splits</h1>
				<bdi class="dim">{name}</bdi>
				<span class="dim total">
					{many(prompts, 'prompt')},{' '}
					{many(
						overview.places.reduce((sum, { count }) => sum + count.pairs, 0),
						'pair',
					)}
				</span>
				<button
					type="button"
					class="link"
					aria-expanded={details}
					onClick={() => {
						setDetails(!details);
						keep({ details: !details });
					}}
				>
					{details ? 'Fewer details' : 'More details'}
				</button>
			</header>
			{failure !== null && <p class="stale">This view could not be read again: {failure}</p>}
			<section aria-label="Places">
				<ul class={details ? 'cards detailed' : 'cards'}>
					{overview.places.map((place) => (
						<PlaceCard
							key={place.place}
							place={place}
							active={chosen === place.place}
							details={details}
							top={top}
							onShow={() =>
								show(
									chosen === place.place
										? withFilter(filter, { split: undefined, half: undefined })
										: PLACES[place.place].filter,
								)
							}
							onFacet={(facet) => show({ ...PLACES[place.place].filter, tag: facet })}
							onFreeze={() => void host.freeze(PLACES[place.place].filter.split ?? 'train').then(read, fail)}
						/>
					))}
				</ul>
			</section>
			<section class="to-look-at" aria-label="To look at">
				<Attention overview={overview} actions={attention} open={open} onToggle={toggle} />
				<InspectionPart
					state={inspection}
					open={inspecting}
					onToggle={(isOpen) => toggle('inspection', isOpen)}
					actions={{
						inspect,
						stop: () => void host.stopInspecting().catch(fail),
						tag: (prompts, hint) => void act(() => host.tag({ ids: prompts }, hint)),
						dismiss: (prompts) =>
							void act(async () => {
								const done = await host.dismiss(prompts);
								// Computed once already: this is quick, and what was dismissed goes away.
								if (done !== null) inspect();
								return done;
							}),
						open: attention.open,
						respond: () => void host.run('waiting').catch(fail),
					}}
				/>
				<CoveragePart
					open={open.includes('coverage')}
					version={moved}
					read={host.coverage}
					onToggle={(isOpen) => toggle('coverage', isOpen)}
					onShow={(next) => {
						show(next);
						reveal(list.current);
					}}
				/>
				{scope === '' && (
					<p class="hint">
						Say in two sentences what your training distribution is, so that everybody tags by the same line:{' '}
						<button type="button" class="link" onClick={() => void host.run('openConfig').catch(fail)}>
							“scope” in the folder settings
						</button>
					</p>
				)}
			</section>
			<section class="list" aria-label="Prompts" ref={list}>
				<Filters
					filter={filter}
					overview={overview}
					indexed={index.ready || index.total === 0 ? null : Math.floor((100 * index.done) / index.total)}
					onChange={show}
					searches={searches}
					onSave={() => void act(() => host.saveSearch(filter))}
					onDelete={(name) => void act(() => host.deleteSearch(name))}
				/>
				<p class="found" role="status">
					{pages.total === null
						? 'Reading…'
						: total === prompts
							? `All ${many(total, 'prompt')}`
							: `${count(total)} of ${many(prompts, 'prompt')}`}
					{sealedOut > 0 &&
						` · ${many(sealedOut, 'sealed prompt')} left out: what people said of ${sealedOut === 1 ? 'it' : 'them'} is sealed until a decision`}
				</p>
				{pages.total === 0 ? (
					<NothingFound onClear={() => show({})} />
				) : (
					<PromptGrid
						key={JSON.stringify(filter)}
						pages={pages}
						version={version}
						selection={selection}
						going={(row) => goingTo(row, pending, filter)}
						initialScroll={scroll.current}
						actions={{
							open: (row) => void host.open(row.id).catch(fail),
							select: setSelection,
							tag,
							move,
							exclude,
							say: (text) => setNotice({ text, event: null }),
						}}
						onScroll={(next) => {
							scroll.current = next;
							keep({ scroll: next });
						}}
					/>
				)}
				<ActionBar
					selection={selection}
					total={total}
					notice={notice}
					asking={asking}
					doing={pending.flatMap(({ text }) => (text === null ? [] : [text]))}
					onSelect={setSelection}
					onTag={tag}
					onMove={move}
					onUntag={untag}
					onExclude={exclude}
					onUndo={undo}
					onDismiss={() => setNotice(null)}
				/>
			</section>
		</main>
	);
}

const NOT_INSPECTED: InspectionState = { found: null, running: null, failure: null, stale: false };

function filterOf({ split, half, status }: SplitsFocus): SplitsFilter {
	return withFilter({}, { split, half, status });
}

/** The largest share of any length bin: one scale for all cards. */
function largestShare(places: SplitsState['overview']['places']): number {
	const shares = places.flatMap(({ promptLengths, responseLengths }) =>
		[promptLengths, responseLengths].flatMap((bins) => {
			const total = bins.reduce((sum, n) => sum + n, 0);
			return total === 0 ? [] : bins.map((n) => n / total);
		}),
	);
	return Math.max(0.01, ...shares);
}

function reveal(element: HTMLElement | null): void {
	const still = document.body.classList.contains('vscode-reduce-motion');
	element?.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
}

function Waiting({ failure, retry }: { failure: string | null; retry: () => void }) {
	return (
		<main class="blank">
			{failure === null ? (
				<p role="status">Reading the splits…</p>
			) : (
				<>
					<p role="alert">{failure}</p>
					<vscode-button appearance="primary" onClick={retry}>
						Try again
					</vscode-button>
				</>
			)}
		</main>
	);
}

function Empty({ onImport }: { onImport: () => void }) {
	return (
		<main class="blank">
			<h1>No prompts yet</h1>
			<p>
				Import preference pairs and they are sorted here: what a model is tuned on, what it is checked with, and what is
				held out because it lies outside.
			</p>
			<vscode-button appearance="primary" onClick={onImport}>
				Import preference data…
			</vscode-button>
		</main>
	);
}

function NothingFound({ onClear }: { onClear: () => void }) {
	return (
		<div class="nothing">
			<p>No prompt fits these filters.</p>
			<button type="button" class="btn" onClick={onClear}>
				Clear all filters
			</button>
		</div>
	);
}
