import { useEffect, useState } from 'preact/hooks';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { PromptText } from '../../src/protocol/splits.ts';
import type { Proposal, SplitsOverview } from '../../src/protocol/workspace-api.ts';
import { Icon } from './icons.tsx';
import { count, day, many, percent, placeOf } from './words.ts';

const SHOWN = 20;
const LEAKS = {
	'prompt-copy': 'The same prompt',
	'prompt-near': 'Nearly the same prompt',
	'response-copy': 'The same response',
} as const;

export interface AttentionActions {
	texts(prompts: readonly string[]): Promise<readonly PromptText[]>;
	open(prompt: string): void;
	mend(prompts: readonly string[], how: 'together' | 'exclude'): void;
	answer(proposal: string, accepted: boolean): void;
}

interface Props {
	readonly overview: SplitsOverview;
	readonly actions: AttentionActions;
	/** Which lists are open; kept with the view. */
	readonly open: readonly string[];
	onToggle(list: string, open: boolean): void;
}

/** What a person should look at before a run: leaks, clusters across splits, proposals. Lists open one by one. */
export function Attention({ overview, actions, open, onToggle }: Props) {
	const leaks = overview.leakage.filter(({ accepted }) => accepted === undefined);
	const { spanning, proposals } = overview;
	if (leaks.length + spanning.length + proposals.length === 0) {
		return (
			<p class="all-clear">
				<Icon name="ok" /> No leakage found, no cluster spans splits, no proposal waits.
			</p>
		);
	}
	const list = (name: string, sign: 'warn' | 'split', title: string, about: string, items: preact.JSX.Element[]) =>
		items.length > 0 && (
			<details
				key={name}
				class="attention"
				open={open.includes(name)}
				onToggle={(event) => onToggle(name, event.currentTarget.open)}
			>
				<summary>
					<Icon name={sign} /> {title}
				</summary>
				<p class="dim">{about}</p>
				<ul>{items.slice(0, SHOWN)}</ul>
				{items.length > SHOWN && <p class="dim">and {count(items.length - SHOWN)} more after these are mended.</p>}
			</details>
		);
	return (
		<div class="attentions">
			{list(
				'leakage',
				'warn',
				many(leaks.length, 'leak'),
				'A text that stands in two splits makes a score flatter than it is.',
				leaks.map(({ kind, similarity, a, b, splits }) => (
					<li key={`${kind}${a}${b}`}>
						<p>
							{LEAKS[kind]} in {SPLIT_LABELS[splits[0]]} and {SPLIT_LABELS[splits[1]]}
							{kind === 'prompt-near' && `, ${percent(similarity, 1)} alike`}
						</p>
						<SideBySide
							prompts={[a, b]}
							labels={[SPLIT_LABELS[splits[0]], SPLIT_LABELS[splits[1]]]}
							actions={actions}
						/>
						<div class="item-actions">
							{kind === 'response-copy' ? (
								<button type="button" class="btn" onClick={() => actions.mend([a, b], 'exclude')}>
									Exclude the less protected prompt
								</button>
							) : (
								<button type="button" class="btn" onClick={() => actions.mend([a, b], 'together')}>
									Bring together in the more protected split
								</button>
							)}
						</div>
					</li>
				)),
			)}
			{list(
				'spanning',
				'split',
				`${many(spanning.length, 'cluster spans', 'clusters span')} splits`,
				'Only the most protected members take part in runs; the others are left out and counted.',
				spanning.map(({ cluster, prompts }) => (
					<li key={cluster}>
						<ul class="members">
							{prompts.slice(0, 6).map((prompt) => (
								<li key={prompt.id}>
									<span class="chip">{placeOf(prompt)}</span>{' '}
									<button type="button" class="link" dir="auto" onClick={() => actions.open(prompt.id)}>
										{prompt.preview}
									</button>
								</li>
							))}
							{prompts.length > 6 && <li class="dim">and {count(prompts.length - 6)} more</li>}
						</ul>
						<div class="item-actions">
							<button
								type="button"
								class="btn"
								onClick={() =>
									actions.mend(
										prompts.map(({ id }) => id),
										'together',
									)
								}
							>
								Bring together in the most protected split
							</button>
						</div>
					</li>
				)),
			)}
			{list(
				'proposals',
				'split',
				`${many(proposals.length, 'proposal waits', 'proposals wait')}`,
				'These prompts are frozen or were exported for training, so a move needs a second look.',
				proposals.map((proposal) => <ProposalItem key={proposal.id} proposal={proposal} actions={actions} />),
			)}
		</div>
	);
}

function SideBySide(props: { prompts: [string, string]; labels: [string, string]; actions: AttentionActions }) {
	const { prompts, labels, actions } = props;
	const [texts, setTexts] = useState<readonly PromptText[] | null>(null);
	const key = prompts.join();
	useEffect(() => {
		let gone = false;
		actions.texts(key.split(',')).then(
			(found) => gone || setTexts(found),
			() => gone || setTexts([]),
		);
		return () => {
			gone = true;
		};
	}, [key, actions]);
	return (
		<div class="side-by-side">
			{prompts.map((id, index) => {
				const text = texts?.find((each) => each.id === id)?.text;
				return (
					<div key={`${id}${index}`}>
						<p class="dim">{labels[index]}</p>
						<p class="prompt-text" dir="auto">
							{texts === null ? 'Reading…' : (text ?? 'This prompt is gone.')}
						</p>
						<button type="button" class="link" onClick={() => actions.open(id)}>
							Open the pair
						</button>
					</div>
				);
			})}
		</div>
	);
}

function ProposalItem({ proposal, actions }: { proposal: Proposal; actions: AttentionActions }) {
	const { id, person, at, prompts, split, facet, reason, because } = proposal;
	return (
		<li>
			<p>
				<bdi>{person}</bdi> proposes to move {many(prompts.length, 'prompt')} to {SPLIT_LABELS[split]}
				{facet !== null && (
					<>
						{' '}
						as <bdi class="chip">{facet}</bdi>
					</>
				)}
				<span class="dim">
					{' '}
					· {day(at)} · {because === 'frozen' ? 'frozen' : 'in a training export'}
				</span>
			</p>
			{reason !== null && <blockquote dir="auto">{reason}</blockquote>}
			<ul class="members">
				{prompts.slice(0, 4).map((prompt) => (
					<li key={prompt.id}>
						<span class="chip">{SPLIT_LABELS[prompt.split]}</span>{' '}
						<button type="button" class="link" dir="auto" onClick={() => actions.open(prompt.id)}>
							{prompt.preview}
						</button>
					</li>
				))}
				{prompts.length > 4 && <li class="dim">and {count(prompts.length - 4)} more</li>}
			</ul>
			<div class="item-actions">
				<button type="button" class="btn" onClick={() => actions.answer(id, true)}>
					Accept
				</button>
				<button type="button" class="btn" onClick={() => actions.answer(id, false)}>
					Decline
				</button>
			</div>
		</li>
	);
}
