import type { Leak } from '../../src/domain/dataset.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { LeakTexts, Proposal, SplitsOverview } from '../../src/protocol/curation.ts';
import { Icon } from './icons.tsx';
import { LeakItem, leakPlaces, standingLeaks } from './leaks.tsx';
import { count, day, many, placeOf } from './words.ts';

const SHOWN = 20;
export interface AttentionActions {
	texts(leak: Pick<Leak, 'kind' | 'a' | 'b'>): Promise<LeakTexts>;
	open(prompt: string): void;
	mend(prompts: readonly string[], how: 'together' | 'exclude'): void;
	accept(prompts: readonly string[]): void;
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
	const accepted = overview.leakage.filter((leak) => leak.accepted !== undefined);
	const standing = standingLeaks(overview);
	const { proposals } = overview;
	const spanning = overview.spanning.filter(({ prompts }) => !coveredBy(leaks, prompts));
	const spans = spanning.length + Math.max(0, (overview.spans ?? 0) - overview.spanning.length);
	const looking = overview.looking === true && (
		<p class="all-clear" role="status">
			Copies and near-copies among new prompts are still looked for…
		</p>
	);
	if (standing + accepted.length + spanning.length + proposals.length === 0) {
		return (
			looking || (
				<p class="all-clear">
					<Icon name="ok" /> No leakage found, no cluster spans splits, no proposal waits.
				</p>
			)
		);
	}
	const list = (
		name: string,
		sign: 'warn' | 'split' | 'ok',
		title: string,
		about: string,
		items: preact.JSX.Element[],
		total = items.length,
	) =>
		items.length > 0 && (
			<details
				key={name}
				class={`attention ${name}`}
				open={open.includes(name)}
				onToggle={(event) => onToggle(name, event.currentTarget.open)}
			>
				<summary>
					<Icon name={sign} /> {title}
				</summary>
				<p class="dim">{about}</p>
				<ul>{items.slice(0, SHOWN)}</ul>
				{total > SHOWN && <p class="dim">and {count(total - SHOWN)} more after these are mended.</p>}
			</details>
		);
	return (
		<div class="attentions">
			{looking}
			{list(
				'leakage',
				'warn',
				many(standing, 'leak'),
				`A text that stands in two splits makes a score look better than it is: ${leakPlaces(overview.leaks ?? [])}.`,
				leaks.map((leak) => <LeakItem key={`${leak.kind}${leak.a}${leak.b}`} leak={leak} actions={actions} />),
				standing,
			)}
			{list(
				'spanning',
				'split',
				`${many(spans, 'cluster spans', 'clusters span')} splits`,
				'Only the most protected members take part in runs and go to trainers; the others are left out and counted.',
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
				spans,
			)}
			{list(
				'proposals',
				'split',
				`${many(proposals.length, 'proposal waits', 'proposals wait')}`,
				'These prompts are frozen or were exported for training, so a move needs a second look.',
				proposals.map((proposal) => <ProposalItem key={proposal.id} proposal={proposal} actions={actions} />),
			)}
			{list(
				'accepted',
				'ok',
				many(accepted.length, 'accepted leak'),
				'Right as they are, for the reasons given. Less protected members of their clusters stay out of runs.',
				accepted.map((leak) => <LeakItem key={`${leak.kind}${leak.a}${leak.b}`} leak={leak} actions={actions} />),
			)}
		</div>
	);
}

/** A cluster that is listed as a leak already is not listed twice. */
function coveredBy(leaks: readonly Leak[], prompts: readonly { readonly id: string }[]): boolean {
	const ids = new Set(prompts.map(({ id }) => id));
	return leaks.some(({ a, b }) => ids.has(a) && ids.has(b));
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
