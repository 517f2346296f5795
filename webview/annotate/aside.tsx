import { originText } from '../../src/domain/response-origin.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { ComparisonDetail } from '../../src/protocol/lists.ts';
import type { ViewProps } from './app.tsx';
import { Guidelines } from './guidelines.tsx';
import { currentPair } from './model.ts';
import { Key } from './parts.tsx';
import { nameOf, saidWhat, whoSaid } from './people.ts';

function when(at: string | null): string {
	if (at === null) return '';
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? at : date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

function placeOf({ split, half }: ComparisonDetail): string {
	if (split !== 'heldout' || half === null) return SPLIT_LABELS[split];
	return SPLIT_LABELS[half === 'R' ? 'heldout_reference' : 'heldout_sealed'];
}

/** Who wrote the response on one side of the screen; known after the verdict alone. */
function originsOn(origins: ComparisonDetail['origins'], side: 'left' | 'right', pair: BlindPair): string[] {
	const isA = (side === 'left') === (pair.leftSide === 'a');
	const facts = (isA ? origins?.a : origins?.b) ?? [];
	return facts.length === 0 ? ['not recorded'] : facts.map(originText);
}

/** What was hidden until the verdict: who judged what, where the pair belongs and where it came from. */
function History({
	detail,
	pair,
	onRevert,
	onErase,
}: {
	readonly detail: ComparisonDetail;
	readonly pair: BlindPair;
	readonly onRevert: (event: string, what: string) => void;
	readonly onErase: () => void;
}) {
	return (
		<>
			<h3>Verdicts</h3>
			<ul class="plain">
				{detail.judgments.map((judgment) => (
					<li key={judgment.id}>
						<strong>{whoSaid(judgment.annotator, detail.names)}:</strong> {saidWhat(judgment, pair.leftSide)}
						{judgment.blind ? null : <span class="dim"> · not blind</span>}
						{judgment.kind === 'first' ? null : <span class="dim"> · {judgment.kind}</span>}
						{judgment.reasons === undefined ? null : <div class="dim">{judgment.reasons.join(', ')}</div>}
						{judgment.note === undefined ? null : <div dir="auto">“{judgment.note}”</div>}
						<div class="dim">{when(judgment.at)}</div>
					</li>
				))}
			</ul>
			<h3>Belongs to</h3>
			<p>
				{placeOf(detail)}
				{detail.tags.length === 0 ? null : ` · ${detail.tags.join(', ')}`}
			</p>
			<h3>Came from</h3>
			<ul class="plain">
				{detail.sources.map((source) => (
					<li key={`${source.path}:${source.line}`} title={source.path}>
						{source.name}, line {source.line}
					</li>
				))}
				{detail.derived_from === null ? null : <li>A rewrite of {detail.derived_from.slice(0, 8)}</li>}
				{detail.origins === undefined
					? null
					: (['left', 'right'] as const).map((side) => (
							<li key={side}>
								{side === 'left' ? 'Left' : 'Right'}: {originsOn(detail.origins, side, pair).join('; ')}
							</li>
						))}
				{detail.sources.length === 0 && detail.derived_from === null && detail.origins === undefined ? (
					<li>Written here</li>
				) : null}
			</ul>
			<h3>What happened</h3>
			<p class="dim">Here a is the {pair.leftSide === 'a' ? 'left' : 'right'} response, b the other.</p>
			<ul class="plain">
				{detail.history.map((entry) => (
					<li key={entry.event} class={entry.retracted ? 'taken-back' : ''}>
						{nameOf(entry.person, detail.names)}: {entry.text}
						{entry.retracted ? ' (taken back)' : ''}
						<div class="dim" title={entry.from}>
							{[when(entry.at), entry.where ?? ''].filter((part) => part !== '').join(' · ')}
						</div>
						{entry.mine === true ? (
							<button
								type="button"
								class="ghost take-back"
								onClick={() => onRevert(entry.event, entry.text)}
								aria-label={`Take back: ${entry.text}`}
							>
								Take back
							</button>
						) : null}
					</li>
				))}
			</ul>
			<h3>Not to be kept?</h3>
			<button type="button" class="ghost take-back" onClick={onErase}>
				Erase this text…
			</button>
		</>
	);
}

export function Aside({ store, controller }: ViewProps) {
	const { aside, history, model } = store.state;
	if (aside === null) return null;
	const pair = currentPair(model);
	const key = aside === 'guidelines' ? 'G' : 'H';
	return (
		<aside class="aside" aria-labelledby="aside-heading">
			<header>
				<h2 id="aside-heading">{aside === 'guidelines' ? 'Guidelines' : 'History'}</h2>
				<button type="button" class="ghost close" onClick={() => controller.closeAside()} aria-label={`Close ${aside}`}>
					Close <Key>{key}</Key>
				</button>
			</header>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text must be reachable by keyboard */}
			<div class="aside-text" tabIndex={0}>
				{aside === 'guidelines' ? <Guidelines store={store} controller={controller} /> : null}
				{aside === 'history' && history === 'loading' ? <p class="dim">Reading…</p> : null}
				{aside === 'history' && pair !== null && history !== null && history !== 'loading' ? (
					<History
						detail={history}
						pair={pair}
						onRevert={(event, what) => controller.revert(event, what)}
						onErase={() => controller.erase(pair.comparison)}
					/>
				) : null}
			</div>
		</aside>
	);
}
