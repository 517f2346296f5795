import type { Inspection, PlaceNovelty } from '../../src/domain/inspection.ts';
import type { ShiftAuc } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { AucStrip } from './auc-strip.tsx';
import { Icon } from './icons.tsx';
import { type SuggestionActions, Suggestions, WaitingSuggested } from './suggestions.tsx';
import { count, many, percent } from './words.ts';

export interface InspectionState {
	readonly found: Inspection | null;
	/** Set while it runs. */
	readonly running: { readonly phase: string; readonly share: number | null } | null;
	readonly failure: string | null;
	/** Prompts moved or came in since. */
	readonly stale: boolean;
}

export interface InspectionActions extends SuggestionActions {
	inspect(): void;
	stop(): void;
}

interface Props {
	readonly state: InspectionState;
	readonly actions: InspectionActions;
	readonly open: boolean;
	onToggle(open: boolean): void;
}

const VERDICTS = { pass: 'different', fail: 'not different', insufficient: 'cannot be said' } as const;

/** In one line what the closed part holds. */
export function inspectionSummary({ found, running }: InspectionState): string {
	if (running !== null) return 'looking…';
	if (found === null) return 'is held-out really unlike train?';
	const { shift, novelty } = found;
	const parts = [`prompt text ${VERDICTS[shift.prompts.status]}`, `responses ${VERDICTS[shift.responses.status]}`];
	const groups = novelty.groups?.length ?? 0;
	if (groups > 0) parts.push(many(groups, 'topic to look at', 'topics to look at'));
	const { waiting } = novelty;
	if (waiting !== undefined && waiting.beyond > 0) parts.push(`${count(waiting.beyond)} of logs`);
	return parts.join(', ');
}

/** Shift, novelty and what to hold out next: computed when the part is opened, or asked for again. */
export function InspectionPart({ state, actions, open, onToggle }: Props) {
	const { found, running, failure, stale } = state;
	return (
		<details class="attention inspection" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
			<summary>
				<Icon name="search" /> Shift and novelty <span class="dim">· {inspectionSummary(state)}</span>
			</summary>
			{running !== null && (
				<div class="looking" role="status">
					<progress
						{...(running.share === null ? {} : { value: running.share })}
						aria-label="Looking through the prompts"
					/>
					<span>{running.phase}…</span>
					<button type="button" class="btn" onClick={actions.stop}>
						Stop
					</button>
				</div>
			)}
			{failure !== null && (
				<p class="stale" role="alert">
					{failure}
				</p>
			)}
			{running === null && (found === null || stale || failure !== null) && (
				<p class="looking">
					{found !== null && stale && <span class="dim">Prompts moved or came in since this was computed.</span>}
					<button type="button" class="btn" onClick={actions.inspect}>
						{found === null ? 'Look now' : 'Look again'}
					</button>
				</p>
			)}
			{found !== null && (
				<>
					<ShiftTable shift={found.shift} />
					<Novelty novelty={found.novelty} />
					<Suggestions novelty={found.novelty} actions={actions} />
					<WaitingSuggested waiting={found.novelty.waiting} actions={actions} />
				</>
			)}
		</details>
	);
}

function ShiftTable({ shift }: { shift: Inspection['shift'] }) {
	return (
		<section aria-label="Shift">
			<h2>Is held-out really unlike train?</h2>
			<p class="dim">
				A classifier tries to tell held-out from train. 0.5 = it cannot; from 0.6 on, interval and all, they are
				different.
			</p>
			<table class="facts">
				<thead>
					<tr>
						<th scope="col">Told apart by</th>
						<th scope="col">Verdict</th>
						<th scope="col" class="num">
							AUC, 95 %
						</th>
						<th scope="col" class="strip">
							<span class="visually-hidden">Interval</span>
						</th>
						<th scope="col" class="num">
							p
						</th>
						<th scope="col" class="clusters">
							Clusters
						</th>
					</tr>
				</thead>
				<tbody>
					<AucRow name="Prompt text" of={shift.prompts} />
					<AucRow name="Response differences" of={shift.responses} />
				</tbody>
			</table>
			{shift.message !== '' && <p>{shift.message}</p>}
		</section>
	);
}

function AucRow({ name, of }: { name: string; of: ShiftAuc }) {
	const words = of.words_left_out ?? [];
	return (
		<tr>
			<th scope="row">
				{name}
				{words.length > 0 && (
					<span class="dim note">
						without the words searched for: <bdi>{words.slice(0, 6).join(', ')}</bdi>
						{words.length > 6 && '…'}
					</span>
				)}
			</th>
			<td>
				<span class={`verdict ${of.status}`}>
					<Icon name={of.status === 'pass' ? 'ok' : of.status === 'fail' ? 'warn' : 'question'} /> {VERDICTS[of.status]}
				</span>
				{of.reason !== undefined && <span class="dim note">{of.reason}</span>}
			</td>
			<td class="num">{aucText(of)}</td>
			<td class="strip">{of.auc !== null && <AucStrip auc={of.auc} low={of.low} high={of.high} />}</td>
			<td class="num">{pText(of)}</td>
			<td class="dim clusters">
				{count(of.heldout.clusters)} held out, {count(of.train.clusters)} train
			</td>
		</tr>
	);
}

export function aucText({ auc, low, high }: Pick<ShiftAuc, 'auc' | 'low' | 'high'>): string {
	if (auc === null) return '–';
	const range = low === null || high === null ? '' : ` (${low.toFixed(2)}–${high.toFixed(2)})`;
	return `${auc.toFixed(2)}${range}`;
}

export function pText({ p }: Pick<ShiftAuc, 'p'>): string {
	if (p === undefined || p === null) return '–';
	return p < 0.001 ? '< .001' : p.toFixed(3).replace(/^0/, '');
}

function Novelty({ novelty }: { novelty: Inspection['novelty'] }) {
	const { threshold, k, places, reason } = novelty;
	return (
		<section aria-label="Novelty">
			<h2>How far from the nearest train prompts?</h2>
			{threshold === null ? (
				<p class="dim">{reason ?? 'It cannot be said yet.'}</p>
			) : (
				<>
					<p class="dim">
						Beyond {threshold.toFixed(3)} lies what is farther from train than 95 % of train prompts are from each other
						(distance to the {ordinal(k)} nearest cluster, 0 to 1).
					</p>
					<ul class="novelty">
						{places.map((place) => (
							<PlaceRow key={place.split} place={place} />
						))}
					</ul>
					{reason !== undefined && <p class="dim">{reason}</p>}
				</>
			)}
		</section>
	);
}

function PlaceRow({ place }: { place: PlaceNovelty }) {
	const { split, prompts, beyond, median } = place;
	return (
		<li class={split}>
			<span>{SPLIT_LABELS[split]}</span>
			<progress max={Math.max(1, prompts)} value={beyond} aria-hidden="true" />
			<span>
				<b>{percent(beyond, prompts)}</b> beyond{' '}
				<span class="dim">
					({count(beyond)} of {many(prompts, 'prompt')}
					{median !== null && `, median ${median.toFixed(3)}`})
				</span>
			</span>
		</li>
	);
}

function ordinal(k: number): string {
	const tens = k % 100;
	const end = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][k % 10] ?? 'th');
	return `${k}${end}`;
}
