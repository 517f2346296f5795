import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Verdict } from '../../src/domain/judgment.ts';
import { FACET_KINDS } from '../../src/domain/split.ts';
import type { SavedSearch, SplitsOverview } from '../../src/protocol/curation.ts';
import type { LengthOf, Status } from '../../src/protocol/lists.ts';
import type { SplitsFilter } from '../../src/protocol/splits.ts';
import { Icon } from './icons.tsx';
import { PLACES, type PlaceName } from './words.ts';

/** Typing pauses so long before a search runs. */
const TYPING_MS = 250;

const STATUS: readonly (readonly [Status, string])[] = [
	['open', 'Open'],
	['judged', 'Judged'],
	['disputed', 'Disputed'],
	['flagged', 'Flagged'],
];

/** Sides stand in an order of their own, the same for everybody. */
const VERDICTS: readonly (readonly [Verdict, string])[] = [
	['a', 'Response a'],
	['b', 'Response b'],
	['tie', 'Tie'],
	['both_bad', 'Both bad'],
];

/** No facet begins so: what follows is a kind of shift. */
const KIND = '*';

/** The same filters, whatever the order in which they were set. */
export function sameFilter(one: object, two: object): boolean {
	const text = (filter: object) => JSON.stringify(Object.entries(filter).sort(([x], [y]) => (x < y ? -1 : 1)));
	return text(one) === text(two);
}

/** The card that a filter stands for, if it is one place or none. */
export function placeName({ split, half }: SplitsFilter): PlaceName | 'heldout' | '' {
	if (split === undefined && half === undefined) return '';
	if (split !== undefined && split !== 'heldout') return split;
	return half === undefined ? 'heldout' : half === 'R' ? 'heldout_reference' : 'heldout_sealed';
}

/**
 * What the tag filter shows. A search saved on the command line may ask for a whole facet where the view asks for a tag, which finds
 * the same, or for a kind of shift beside a tag.
 */
export function tagChoice({ tag, facet }: SplitsFilter): string {
	if (facet === undefined) return tag ?? '';
	const kind = facet.includes(':') ? facet : `${KIND}${facet}`;
	return tag === undefined || tag === facet ? kind : `${tag} ${kind}`;
}

/** A filter without the keys that say nothing. */
export function withFilter(
	filter: SplitsFilter,
	change: { [K in keyof SplitsFilter]?: SplitsFilter[K] | undefined },
): SplitsFilter {
	const entries = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined && value !== '');
	return Object.fromEntries(entries) as SplitsFilter;
}

export function placeFilter(name: string): {
	split: SplitsFilter['split'] | undefined;
	half: SplitsFilter['half'] | undefined;
} {
	if (name === 'heldout') return { split: 'heldout', half: undefined };
	const found = name in PLACES ? PLACES[name as PlaceName].filter : {};
	return { split: found.split, half: found.half };
}

interface Props {
	readonly filter: SplitsFilter;
	readonly overview: SplitsOverview;
	/** Search finds only what is indexed: in percent, or null when all is. */
	readonly indexed: number | null;
	onChange(filter: SplitsFilter): void;
	readonly searches: readonly SavedSearch[];
	onSave(): void;
	onDelete(name: string): void;
}

/** Search and filters of the list, combined with "and". */
export function Filters({ filter, overview, indexed, onChange, searches, onSave, onDelete }: Props) {
	const some = Object.keys(filter).length > 0;
	const saved = searches.find(({ query }) => sameFilter(query, filter));
	const tag = tagChoice(filter);
	const facets = overview.facets.map(({ facet }) => facet);
	const listed = tag.startsWith(KIND) || tag === '' ? undefined : tag;
	return (
		<search class="filters" aria-label="Prompts">
			<Search value={filter.search ?? ''} onChange={(search) => onChange(withFilter(filter, { search }))} />
			<Choice
				label="Split"
				value={placeName(filter)}
				onChange={(name) => onChange(withFilter(filter, placeFilter(name)))}
			>
				<option value="train">Train</option>
				<option value="eval">Eval</option>
				<option value="heldout">Held-out</option>
				<option value="heldout_reference">Held-out, tuning</option>
				<option value="heldout_sealed">Held-out, sealed</option>
				<option value="retention">Must not forget</option>
				<option value="excluded">Excluded</option>
			</Choice>
			<Choice
				label="Tag"
				value={tag}
				onChange={(value) => {
					const facet = value.startsWith(KIND) ? value.slice(KIND.length) : undefined;
					onChange(withFilter(filter, { tag: facet === undefined ? value : undefined, facet }));
				}}
			>
				<optgroup label="Kinds of shift">
					{FACET_KINDS.map((kind) => (
						<option key={kind} value={`${KIND}${kind}`}>
							{kind}: any
						</option>
					))}
				</optgroup>
				<optgroup label="Tags">
					{options(facets, undefined)}
					{listed !== undefined && !facets.includes(listed) && (
						<option value={listed}>{listed.replace(` ${KIND}`, ' and any ')}</option>
					)}
				</optgroup>
			</Choice>
			<Choice
				label="Status"
				value={filter.status ?? ''}
				onChange={(status) => onChange(withFilter(filter, { status: status === '' ? undefined : (status as Status) }))}
			>
				{STATUS.map(([value, text]) => (
					<option key={value} value={value}>
						{text}
					</option>
				))}
			</Choice>
			<Choice
				label="Verdict"
				value={filter.verdict ?? ''}
				onChange={(verdict) =>
					onChange(withFilter(filter, { verdict: verdict === '' ? undefined : (verdict as Verdict) }))
				}
			>
				{VERDICTS.map(([value, text]) => (
					<option key={value} value={value}>
						{text}
					</option>
				))}
			</Choice>
			<Choice
				label="Source"
				value={filter.source ?? ''}
				onChange={(source) => onChange(withFilter(filter, { source }))}
			>
				{options(overview.sources, filter.source)}
			</Choice>
			<Choice
				label="Judged by"
				value={filter.annotator ?? ''}
				onChange={(annotator) => onChange(withFilter(filter, { annotator }))}
			>
				{options(overview.annotators, filter.annotator)}
			</Choice>
			<Length filter={filter} onChange={onChange} />
			{searches.length > 0 && (
				<Choice
					label="Saved"
					none="none"
					value={saved?.name ?? ''}
					onChange={(name) => onChange(searches.find((each) => each.name === name)?.query ?? {})}
				>
					{searches.map(({ name, by }) => (
						<option key={name} value={name} title={`Saved by ${by}`}>
							{name}
						</option>
					))}
				</Choice>
			)}
			{some && (
				<button type="button" class="link" onClick={() => onChange({})}>
					Clear all
				</button>
			)}
			{some && saved === undefined && (
				<button type="button" class="link" onClick={onSave}>
					Save search…
				</button>
			)}
			{saved !== undefined && (
				<button type="button" class="link" onClick={() => onDelete(saved.name)}>
					Delete saved search
				</button>
			)}
			{indexed !== null && (filter.search ?? '') !== '' && (
				<p class="indexing">The search index is {indexed} % ready: what is not indexed yet is not found.</p>
			)}
		</search>
	);
}

/** What is chosen stays in the list, even when nothing has it any more. */
function options(values: readonly string[], chosen: string | undefined) {
	const all = chosen === undefined || values.includes(chosen) ? values : [...values, chosen];
	return all.map((value) => (
		<option key={value} value={value}>
			{value}
		</option>
	));
}

function Choice(props: {
	label: string;
	value: string;
	/** What the empty choice says. */
	none?: string;
	onChange: (value: string) => void;
	children: ComponentChildren;
}) {
	const { label, value, none = 'any', onChange, children } = props;
	return (
		<label class={value === '' ? 'choice' : 'choice set'}>
			<span class="visually-hidden">{label}</span>
			<select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
				<option value="">
					{label}: {none}
				</option>
				{children}
			</select>
		</label>
	);
}

function Search({ value, onChange }: { value: string; onChange: (search: string) => void }) {
	const [text, setText] = useState(value);
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	// Another filter may be chosen before the typing has settled: it stays.
	const latest = useRef(onChange);
	latest.current = onChange;
	useEffect(() => setText(value), [value]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const settle = (next: string, wait: number): void => {
		clearTimeout(timer.current);
		timer.current = setTimeout(() => latest.current(next.trim()), wait);
	};
	return (
		<label class="search">
			<Icon name="search" />
			<span class="visually-hidden">Search prompts and responses</span>
			<input
				type="search"
				dir="auto"
				placeholder="Search prompts and responses"
				spellcheck={false}
				value={text}
				onInput={(event) => {
					setText(event.currentTarget.value);
					settle(event.currentTarget.value, TYPING_MS);
				}}
				onKeyDown={(event) => {
					// Printable keys belong to the field, not to keybindings of the editor.
					if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
					if (event.key === 'Enter') settle(text, 0);
				}}
			/>
		</label>
	);
}

/** From … to … characters, of the prompt or of the longer response. */
function Length({ filter, onChange }: { filter: SplitsFilter; onChange: (filter: SplitsFilter) => void }) {
	const { minLength, maxLength, lengthOf } = filter;
	const set = minLength !== undefined || maxLength !== undefined;
	// What is measured is remembered while no length is set: it is no filter by itself.
	const [of, setOf] = useState<LengthOf>(lengthOf ?? 'prompt');
	useEffect(() => setOf((was) => (set ? (lengthOf ?? 'prompt') : was)), [set, lengthOf]);
	const change = (
		lengths: { minLength?: number | undefined; maxLength?: number | undefined },
		what: LengthOf,
	): void => {
		const next = withFilter(filter, { minLength, maxLength, ...lengths, lengthOf: undefined });
		const some = next.minLength !== undefined || next.maxLength !== undefined;
		onChange(some && what === 'response' ? { ...next, lengthOf: what } : next);
	};
	return (
		<fieldset class={set ? 'length set' : 'length'}>
			<legend class="visually-hidden">Length in characters</legend>
			<select
				aria-label="Length of"
				value={of}
				onChange={(event) => {
					const what = event.currentTarget.value as LengthOf;
					setOf(what);
					if (set) change({}, what);
				}}
			>
				<option value="prompt">Prompt length</option>
				<option value="response">Response length</option>
			</select>
			<Bound label="At least, characters" value={minLength} onChange={(n) => change({ minLength: n }, of)} />
			<span aria-hidden="true">–</span>
			<Bound label="At most, characters" value={maxLength} onChange={(n) => change({ maxLength: n }, of)} />
		</fieldset>
	);
}

function Bound(props: { label: string; value: number | undefined; onChange: (value: number | undefined) => void }) {
	const { label, value, onChange } = props;
	const whole = value === undefined ? '' : String(value);
	// What is being typed outlives whatever is drawn meanwhile.
	const [text, setText] = useState(whole);
	useEffect(() => setText(whole), [whole]);
	return (
		<input
			type="number"
			min="0"
			step="1"
			inputMode="numeric"
			aria-label={label}
			placeholder="any"
			value={text}
			onInput={(event) => setText(event.currentTarget.value)}
			onChange={(event) => {
				const n = event.currentTarget.valueAsNumber;
				onChange(Number.isSafeInteger(n) && n >= 0 ? n : undefined);
			}}
			onKeyDown={(event) => {
				if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
			}}
		/>
	);
}
