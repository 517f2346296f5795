import { JUDGED_PREFIX } from '../../src/domain/judged-prefix.ts';
import { Lengths } from './histogram.tsx';
import { Icon } from './icons.tsx';
import { count, day, many, PLACES, type Place, percent } from './words.ts';

const SHOWN_NAMES = 4;

interface Props {
	readonly place: Place;
	readonly active: boolean;
	readonly details: boolean;
	readonly top: number;
	onShow(): void;
	onFacet(facet: string): void;
	onFreeze(): void;
}

/** One place of the data: how much, how far judged, of what kinds, how long; a click lists its prompts. */
export function PlaceCard({ place, active, details, top, onShow, onFacet, onFreeze }: Props) {
	const { name, about, empty } = PLACES[place.place];
	const { prompts, pairs, judged, disputed } = place.count;
	const sealed = place.place === 'heldout_sealed';
	return (
		<li class={`card ${place.place}${active ? ' active' : ''}`}>
			<button type="button" class="card-head" aria-pressed={active} onClick={onShow}>
				<span class="card-name">
					{name}
					{sealed && <Icon name="lock" />}
				</span>
				<span class="card-size">
					<b>{count(prompts)}</b> {prompts === 1 ? 'prompt' : 'prompts'}
				</span>
				<span class="dim">{prompts === 0 ? empty : about}</span>
			</button>
			{/* The rows of all cards are one grid: an empty place keeps its rows. */}
			<div class="judged">
				{prompts > 0 && <Judged sealed={sealed} judged={judged} pairs={pairs} disputed={disputed} />}
			</div>
			<div class="lengths">
				{prompts > 0 && (
					<Lengths prompts={place.promptLengths} responses={place.responseLengths} top={top} table={details} />
				)}
			</div>
			{details && (
				<div class="names">
					<Names title="Tags" names={place.facets.map(({ facet, prompts }) => [facet, prompts])} onPick={onFacet} />
					<Names title="Sources" names={place.sources.map(({ source, prompts }) => [source, prompts])} />
				</div>
			)}
			<div class="frozen">
				{prompts > 0 && place.place !== 'excluded' && <Frozen place={place} onFreeze={onFreeze} />}
			</div>
		</li>
	);
}

function Judged(props: { sealed: boolean; judged: number | null; pairs: number; disputed: number | null }) {
	const { sealed, judged, pairs, disputed } = props;
	if (sealed || judged === null) return <span title={JUDGED_PREFIX}>{many(pairs, 'pair')}, verdicts sealed</span>;
	return (
		<>
			<progress max={Math.max(1, pairs)} value={judged} aria-label={`${percent(judged, pairs)} of pairs judged`} />
			<span>
				{percent(judged, pairs)} of {many(pairs, 'pair')} judged
				{disputed !== null && disputed > 0 && `, ${count(disputed)} disputed`}
			</span>
		</>
	);
}

function Names(props: { title: string; names: [string, number][]; onPick?: (name: string) => void }) {
	const { title, names, onPick } = props;
	if (names.length === 0) return null;
	const shown = names.toSorted((a, b) => b[1] - a[1]).slice(0, SHOWN_NAMES);
	return (
		<dl>
			<dt>{title}</dt>
			{shown.map(([name, n]) => (
				<dd key={name}>
					{onPick === undefined ? (
						<bdi title={name}>{name}</bdi>
					) : (
						<button type="button" class="link" onClick={() => onPick(name)}>
							<bdi>{name}</bdi>
						</button>
					)}
					<span class="num dim">{count(n)}</span>
				</dd>
			))}
			{names.length > SHOWN_NAMES && <dd class="dim">and {count(names.length - SHOWN_NAMES)} more</dd>}
		</dl>
	);
}

function Frozen({ place, onFreeze }: { place: Place; onFreeze: () => void }) {
	const { frozen } = place;
	const label = frozen === null ? 'Freeze…' : 'Freeze again…';
	const changed = frozen !== null && frozen.added + frozen.removed > 0;
	return (
		<>
			{frozen === null ? (
				<span class="dim">Not frozen</span>
			) : (
				<span title={`Manifest ${frozen.manifest}`}>
					<Icon name="snow" /> Frozen {day(frozen.at)}
					{changed && (
						<span class="diff">
							{' '}
							+{count(frozen.added)} −{count(frozen.removed)} since
						</span>
					)}
				</span>
			)}
			{(frozen === null || changed) && (
				<button type="button" class="link" onClick={onFreeze} aria-label={`${label} ${PLACES[place.place].name}`}>
					{label}
				</button>
			)}
		</>
	);
}
