import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SplitsFilter } from '../../src/protocol/splits.ts';
import type { SplitsOverview, Status } from '../../src/protocol/workspace-api.ts';
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

/** The card that a filter stands for, if it is one place or none. */
export function placeName({ split, half }: SplitsFilter): PlaceName | 'heldout' | '' {
	if (split === undefined) return '';
	if (split !== 'heldout') return split;
	return half === undefined ? 'heldout' : half === 'R' ? 'heldout_reference' : 'heldout_sealed';
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
}

/** Search and filters of the list, combined with "and". */
export function Filters({ filter, overview, indexed, onChange }: Props) {
	const some = Object.keys(filter).length > 0;
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
			<Choice label="Tag" value={filter.tag ?? ''} onChange={(tag) => onChange(withFilter(filter, { tag }))}>
				{options(
					overview.facets.map(({ facet }) => facet),
					filter.tag,
				)}
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
			{some && (
				<button type="button" class="link" onClick={() => onChange({})}>
					Clear all
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
	onChange: (value: string) => void;
	children: ComponentChildren;
}) {
	const { label, value, onChange, children } = props;
	return (
		<label class={value === '' ? 'choice' : 'choice set'}>
			<span class="visually-hidden">{label}</span>
			<select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
				<option value="">{label}: any</option>
				{children}
			</select>
		</label>
	);
}

function Search({ value, onChange }: { value: string; onChange: (search: string) => void }) {
	const [text, setText] = useState(value);
	const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
	useEffect(() => setText(value), [value]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const settle = (next: string, wait: number): void => {
		clearTimeout(timer.current);
		timer.current = setTimeout(() => onChange(next.trim()), wait);
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
