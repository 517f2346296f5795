import { useEffect, useRef, useState } from 'preact/hooks';
import {
	type ColumnMapping,
	type ColumnRole,
	fittingMapping,
	mappingProblem,
} from '../../src/domain/column-mapping.ts';
import type { ImportPreview, SavedMapping } from '../../src/protocol/imports.ts';
import type { MappingHost, MappingInit, MappingState } from '../../src/protocol/mapping.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { needsReading, orderColumns, withReading, withRole } from './change.ts';
import { Columns } from './columns.tsx';
import { RankingValues } from './ranking.tsx';
import { Rows } from './rows.tsx';
import { SplitValues, VerdictValues } from './values.tsx';
import { CONTAINERS, counted } from './words.ts';

/** A burst of choices reads the rows once. */
const SETTLE_MS = 120;

export interface Signals {
	onSaved: (all: readonly SavedMapping[]) => void;
}

interface Props {
	readonly host: Remote<MappingHost>;
	readonly init: MappingInit;
	readonly signals: Signals;
	keep(changed: Pick<MappingState, 'mapping' | 'name'>): void;
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

export function Failed({ error }: { readonly error: unknown }) {
	return (
		<main class="state">
			<h1>This could not be read</h1>
			<p>{words(error)}</p>
		</main>
	);
}

export function App({ host, init, signals, keep }: Props) {
	const [mapping, setMapping] = useState(init.mapping);
	const [preview, setPreview] = useState(init.preview);
	const [stale, setStale] = useState(false);
	const [saved, setSaved] = useState(init.saved);
	const [name, setName] = useState(init.name);
	const [error, setError] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	/** The columns that somebody chose, where others say something else. */
	const [chosen, setChosen] = useState('');
	const asked = useRef(0);
	const latest = useRef(init.mapping);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	signals.onSaved = setSaved;
	const problem = mappingProblem(mapping);
	const rivals = chosen === orderKey(mapping) ? [] : (preview.rivals ?? []);

	const read = (next: ColumnMapping) => {
		const mine = ++asked.current;
		clearTimeout(timer.current);
		setStale(true);
		timer.current = setTimeout(() => {
			host.preview(next).then(
				(found) => {
					// Answers of an earlier choice are late.
					if (mine !== asked.current) return;
					setPreview(found);
					setStale(false);
					setError(null);
				},
				(failed: unknown) => {
					if (mine !== asked.current) return;
					setStale(false);
					setError(words(failed));
				},
			);
		}, SETTLE_MS);
	};
	const change = (next: ColumnMapping) => {
		setMapping(next);
		latest.current = next;
		keep({ mapping: next });
		read(next);
	};
	const onRole = (column: string, role: ColumnRole | null) => {
		const next = withRole(mapping, column, role);
		if (orderKey(next) !== orderKey(mapping)) setChosen(orderKey(next));
		if (!needsReading(mapping, next)) return change(next);
		setMapping(next);
		latest.current = next;
		setStale(true);
		Promise.all([host.reading(mapping), host.reading(next)]).then(
			// What was chosen meanwhile stays.
			([before, reading]) => change(withReading(mapping, next, latest.current, before, reading)),
			() => change(latest.current),
		);
	};
	const choose = (next: ColumnMapping) => {
		setChosen(orderKey(next));
		if (next !== mapping) change(next);
	};
	const canImport = problem === null && rivals.length === 0 && !stale && !busy && preview.looked.pairs > 0;
	const start = () => {
		if (!canImport) return;
		setBusy(true);
		const plain = name.trim();
		host
			.import(mapping, plain === '' ? null : plain)
			.catch((failed: unknown) => setError(words(failed)))
			.finally(() => setBusy(false));
	};
	return (
		<main
			onKeyDown={(event) => {
				if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
				event.preventDefault();
				start();
			}}
		>
			<Head init={init} preview={preview} />
			<Banner error={error} problem={problem} doubts={preview.doubts} />
			{error === null && problem === null && (
				<Rivals mapping={mapping} rivals={rivals} stale={stale} onChoose={choose} />
			)}
			<Remembered saved={saved} columns={preview.columns} onPick={choose} />
			<div class="parts">
				<div class="left">
					<Columns columns={preview.columns} mapping={mapping} onRole={onRole} />
				</div>
				<div class="right">
					<VerdictValues columns={preview.columns} mapping={mapping} onChange={change} />
					<RankingValues columns={preview.columns} mapping={mapping} onChange={change} />
					<SplitValues columns={preview.columns} mapping={mapping} onChange={change} />
				</div>
			</div>
			<Rows preview={problem === null ? preview : { ...preview, rows: [] }} stale={stale} />
			<footer>
				<p class="counts" role="status">
					{counts(preview, problem)}
					{problem === null && rivals.length > 0 ? ' Say first which columns hold.' : ''}
				</p>
				<div class="acts">
					<label class="remember">
						Remember as{' '}
						<input
							value={name}
							maxLength={80}
							placeholder="a name, for next time"
							onInput={(event) => {
								setName(event.currentTarget.value);
								keep({ name: event.currentTarget.value });
								host.naming(event.currentTarget.value).catch(() => {});
							}}
						/>
					</label>
					<vscode-button appearance="secondary" onClick={() => void host.close().catch(() => {})}>
						Cancel
					</vscode-button>
					<vscode-button appearance="primary" disabled={!canImport} onClick={start} title="Import (Ctrl+Enter)">
						{busy ? 'Importing…' : importLabel(init, preview, problem)}
					</vscode-button>
				</div>
			</footer>
		</main>
	);
}

function Head({ init, preview }: { readonly init: MappingInit; readonly preview: ImportPreview }) {
	const [first = ''] = init.files;
	const more = init.files.length - 1;
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus(), []);
	return (
		<header class="head">
			<h1 ref={heading} tabIndex={-1} dir="auto">
				{first}
				{more > 0 ? ` and ${counted(more, 'more file')}` : ''}
			</h1>
			<p class="dim">
				{CONTAINERS[preview.container]} · {counted(preview.columns.length, 'column')} · split: {init.target}
			</p>
		</header>
	);
}

interface BannerProps {
	readonly error: string | null;
	readonly problem: string | null;
	readonly doubts: readonly string[];
}

/** What stands against importing, or what was only guessed. */
function Banner({ error, problem, doubts }: BannerProps) {
	if (error !== null) return <p class="banner bad">{error}</p>;
	if (problem !== null) return <p class="banner">{capital(problem)}</p>;
	if (doubts.length === 0) return null;
	return (
		<div class="banner">
			<p>This was guessed. Look at it before you import:</p>
			<ul>
				{doubts.map((doubt) => (
					<li key={doubt}>{doubt}</li>
				))}
			</ul>
		</div>
	);
}

/** The columns that say which response is better, as one text. */
const orderKey = (mapping: ColumnMapping) => orderColumns(mapping).join(', ');

interface RivalsProps {
	readonly mapping: ColumnMapping;
	readonly rivals: NonNullable<ImportPreview['rivals']>;
	/** Told for an earlier choice. */
	readonly stale: boolean;
	onChoose(mapping: ColumnMapping): void;
}

/** Columns that contradict each other: nothing is imported before somebody says which hold. */
function Rivals({ mapping, rivals, stale, onChoose }: RivalsProps) {
	if (rivals.length === 0) return null;
	return (
		<div class="banner">
			{rivals.map(({ words: said }) => (
				<p key={said}>{said}.</p>
			))}
			<p>Which of them says which response is better?</p>
			<p class="choices">
				{[mapping, ...rivals.map((rival) => rival.mapping)].map((each) => (
					<vscode-button key={orderKey(each)} appearance="secondary" disabled={stale} onClick={() => onChoose(each)}>
						Use {orderKey(each)}
					</vscode-button>
				))}
			</p>
		</div>
	);
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`;

interface RememberedProps {
	readonly saved: readonly SavedMapping[];
	readonly columns: ImportPreview['columns'];
	onPick(mapping: ColumnMapping): void;
}

function Remembered({ saved, columns, onPick }: RememberedProps) {
	if (saved.length === 0) return null;
	return (
		<p class="remembered">
			<label for="saved">Start from a remembered mapping</label>{' '}
			<select
				id="saved"
				value=""
				onChange={(event) => {
					const found = saved.find(({ name }) => name === event.currentTarget.value);
					if (found === undefined) return;
					onPick(
						fittingMapping(
							found.mapping,
							columns.map(({ name }) => name),
						),
					);
				}}
			>
				<option value="">choose…</option>
				{saved.map(({ name, by }) => (
					<option key={name} value={name}>
						{name} ({by})
					</option>
				))}
			</select>
		</p>
	);
}

function counts({ looked }: ImportPreview, problem: string | null): string {
	if (problem !== null) return 'Nothing can be imported yet.';
	const of = looked.whole ? `Of ${counted(looked.rows, 'row')}` : `Of the first ${counted(looked.rows, 'row')}`;
	const refused = looked.rejected === 0 ? 'none refused' : `${looked.rejected.toLocaleString('en')} refused`;
	return `${of}: ${counted(looked.pairs, 'pair')}, ${refused}.`;
}

function importLabel(init: MappingInit, { looked }: ImportPreview, problem: string | null): string {
	if (problem !== null || !looked.whole || init.files.length > 1) return 'Import';
	return `Import ${counted(looked.pairs, 'pair')}`;
}
