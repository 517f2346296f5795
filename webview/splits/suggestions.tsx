import { useState } from 'preact/hooks';
import type { Inspection, Suggestion, SuggestionGroup } from '../../src/domain/inspection.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { count, many } from './words.ts';

/** Groups shown at first, and prompts of each: a person reads few at a time. */
const SHOWN = 8;
const SHOWN_PROMPTS = 4;

export interface SuggestionActions {
	/** Asks facet and reason; `hint` stands there at first. */
	tag(prompts: readonly string[], hint: string): void;
	dismiss(prompts: readonly string[]): void;
	open(prompt: string): void;
	/** Shows what needs a second response. */
	respond(): void;
}

/** What might be held out next, by topic: all of one, some of it, or none. */
export function Suggestions({ novelty, actions }: { novelty: Inspection['novelty']; actions: SuggestionActions }) {
	const [shown, setShown] = useState(SHOWN);
	const groups = novelty.groups ?? [];
	const dismissed = novelty.dismissed ?? 0;
	if (groups.length === 0 && dismissed === 0) return null;
	return (
		<section aria-label="Suggestions">
			<h2>Most unlike train, not held out yet</h2>
			<p class="dim">
				{groups.length > 0
					? 'By topic, with the words that tell each from train. Whether one lies outside the training distribution is yours to say: take all of it, some, or none.'
					: 'Nothing is left to suggest.'}
				{dismissed > 0 && ` ${many(dismissed, 'cluster')} dismissed earlier.`}
			</p>
			<ol class="suggestions">
				{groups.slice(0, shown).map((group) => (
					<GroupItem key={group.id} group={group} actions={actions} />
				))}
			</ol>
			{groups.length > shown && (
				<button type="button" class="link" onClick={() => setShown(shown + SHOWN)}>
					Show {many(Math.min(SHOWN, groups.length - shown), 'more topic')}
				</button>
			)}
		</section>
	);
}

/** Prompts of logs that lie beyond the threshold: they can be held out before anybody has written their second response. */
export function WaitingSuggested({
	waiting,
	actions,
}: {
	waiting: Inspection['novelty']['waiting'];
	actions: SuggestionActions;
}) {
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [shown, setShown] = useState(SHOWN_PROMPTS);
	if (waiting === undefined) return null;
	const { prompts, compared, beyond, suggestions } = waiting;
	const listed = suggestions.slice(0, shown);
	const chosen = listed.map(({ prompt }) => prompt).filter((prompt) => !left.has(prompt));
	const toggle = (prompt: string): void => {
		const next = new Set(left);
		if (!next.delete(prompt)) next.add(prompt);
		setLeft(next);
	};
	return (
		<section aria-label="Waiting for a second response">
			<h2>Waiting for a second response</h2>
			<p class="dim">
				{many(prompts, 'prompt')} of logs in train and eval without a pair
				{compared !== undefined && ` (${count(compared)} of them looked at)`};{' '}
				{beyond === 0
					? 'none lies beyond what train prompts are from each other.'
					: `${count(beyond)} unlike train, most novel first. Held out now, they have their split before they have a pair.`}
			</p>
			{beyond > 0 && (
				<ul class="waiting-list">
					{listed.map((each) => (
						<Item
							key={each.prompt}
							each={each}
							alone={false}
							chosen={!left.has(each.prompt)}
							onToggle={() => toggle(each.prompt)}
							open={actions.open}
						/>
					))}
				</ul>
			)}
			{suggestions.length > shown && (
				<button type="button" class="link" onClick={() => setShown(shown + SHOWN)}>
					Show {count(Math.min(SHOWN, suggestions.length - shown))} more
				</button>
			)}
			<div class="item-actions">
				{beyond > 0 && (
					<>
						<button
							type="button"
							class="btn"
							disabled={chosen.length === 0}
							onClick={() => actions.tag(chosen, 'domain:')}
						>
							Tag {count(chosen.length)} as OOD…
						</button>
						<button type="button" class="btn" disabled={chosen.length === 0} onClick={() => actions.dismiss(chosen)}>
							{count(chosen.length)} not out of distribution
						</button>
					</>
				)}
				<button type="button" class="btn" onClick={actions.respond}>
					Second responses…
				</button>
			</div>
		</section>
	);
}

/** What a facet for the group could be called; to be edited. */
export function facetHint({ words }: Pick<SuggestionGroup, 'words'>): string {
	return words[0] === undefined ? 'domain:' : `domain:${words[0].word}`;
}

function GroupItem({ group, actions }: { group: SuggestionGroup; actions: SuggestionActions }) {
	const { suggestions, words, prompts } = group;
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [all, setAll] = useState(suggestions.length <= SHOWN_PROMPTS);
	const chosen = suggestions.map(({ prompt }) => prompt).filter((prompt) => !left.has(prompt));
	const listed = all ? suggestions : suggestions.slice(0, SHOWN_PROMPTS);
	const name = words.map(({ word }) => word).join(', ');
	const toggle = (prompt: string): void => {
		const next = new Set(left);
		if (!next.delete(prompt)) next.add(prompt);
		setLeft(next);
	};
	return (
		<li>
			<fieldset class="group">
				<legend>
					{words.length === 0 ? 'No words of its own' : <bdi>{name}</bdi>}
					<span class="dim">
						{' '}
						· {many(suggestions.length, 'suggestion')}
						{prompts > suggestions.length && `, ${many(prompts, 'prompt')} with their clusters`}
					</span>
				</legend>
				<ul>
					{listed.map((each) => (
						<Item
							key={each.prompt}
							each={each}
							alone={suggestions.length === 1}
							chosen={!left.has(each.prompt)}
							onToggle={() => toggle(each.prompt)}
							open={actions.open}
						/>
					))}
				</ul>
				{!all && (
					<button type="button" class="link" onClick={() => setAll(true)}>
						Show all {count(suggestions.length)}
					</button>
				)}
				<div class="item-actions">
					<button
						type="button"
						class="btn"
						disabled={chosen.length === 0}
						onClick={() => actions.tag(chosen, facetHint(group))}
					>
						{left.size === 0 ? 'Tag as OOD…' : `Tag ${count(chosen.length)} as OOD…`}
					</button>
					<button type="button" class="btn" disabled={chosen.length === 0} onClick={() => actions.dismiss(chosen)}>
						{left.size === 0 ? 'Not out of distribution' : `${count(chosen.length)} not out of distribution`}
					</button>
				</div>
			</fieldset>
		</li>
	);
}

function Item(props: {
	each: Suggestion;
	/** The only one of its group: nothing to choose. */
	alone: boolean;
	chosen: boolean;
	onToggle: () => void;
	open: (prompt: string) => void;
}) {
	const { each, alone, chosen, onToggle, open } = props;
	return (
		<li class="suggestion">
			{!alone && (
				<input type="checkbox" checked={chosen} aria-label={`Take ${each.preview.slice(0, 60)}`} onChange={onToggle} />
			)}
			<span class="num far" title="Distance to the nearest train prompts, 0 to 1">
				{each.novelty.toFixed(3)}
			</span>
			<div class="what">
				<button type="button" class="link" dir="auto" onClick={() => open(each.prompt)}>
					{each.preview}
				</button>{' '}
				<span class="chip">{SPLIT_LABELS[each.split]}</span>
				{each.members > 1 && <span class="dim"> with {count(each.members - 1)} more of its cluster</span>}
				<Nearest nearest={each.nearest} open={open} />
			</div>
		</li>
	);
}

function Nearest({ nearest, open }: { nearest: Suggestion['nearest']; open: (prompt: string) => void }) {
	const first = nearest[0];
	if (first === undefined) {
		return <div class="nearest dim">Shares no words but common ones with the train prompts it was compared with.</div>;
	}
	const { prompt, similarity, preview } = first;
	return (
		<div class="nearest dim">
			<span class="num">Nearest in train, {Math.round(similarity * 100)} % alike:</span>
			<button type="button" class="link quiet" dir="auto" title={preview} onClick={() => open(prompt)}>
				{preview}
			</button>
		</div>
	);
}
