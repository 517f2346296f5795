import type { Verdict } from '../../src/domain/judgment.ts';
import type { AdjudicationItem, AdjudicationVerdict } from '../../src/protocol/judging.ts';
import { type Choice, describe, toScreen } from '../annotate/verdict.ts';

const STRENGTHS = { 1: 'slightly', 2: 'clearly', 3: 'much' } as const;

function day(at: string): string {
	return at.slice(0, 10);
}

/** What this verdict says besides the side it stands beside. */
function facts({ as, strength, blind, at }: AdjudicationVerdict): string {
	const parts: string[] = [];
	if (strength !== undefined) parts.push(STRENGTHS[strength]);
	if (as === 'source') parts.push('label of an import');
	if (as === 'model') parts.push('machine judge, never a vote');
	if (blind !== null) parts.push(blind ? 'blind' : 'not blind');
	if (at !== null) parts.push(day(at));
	return parts.join(' · ');
}

function before(earlier: readonly Verdict[], { leftSide }: AdjudicationItem): string {
	return earlier.map((verdict) => describe({ choice: toScreen(verdict, leftSide) })).join(', ');
}

interface VerdictLineProps {
	readonly said: AdjudicationVerdict;
	readonly item: AdjudicationItem;
	/** Names the verdict, where it does not stand beside a side. */
	readonly named: boolean;
}

function VerdictLine({ said, item, named }: VerdictLineProps) {
	const details = facts(said);
	return (
		<li class={said.as}>
			<strong class="who">{said.who}</strong>
			{named ? <span>{describe({ choice: toScreen(said.verdict, item.leftSide) })}</span> : null}
			{details === '' ? null : <span class="dim">{details}</span>}
			{(said.reasons ?? []).map((reason) => (
				<span class="chip" key={reason}>
					{reason}
				</span>
			))}
			{said.note === undefined || said.note.trim() === '' ? null : <q dir="auto">{said.note}</q>}
			{said.earlier.length === 0 ? null : <span class="dim">before: {before(said.earlier, item)}</span>}
		</li>
	);
}

/** The verdicts for one side, beside it; people first. */
export function Said({ item, choice }: { readonly item: AdjudicationItem; readonly choice: 'left' | 'right' }) {
	const said = item.verdicts.filter(({ verdict }) => toScreen(verdict, item.leftSide) === choice);
	const people = said.filter(({ as }) => as === 'person').length;
	return (
		<div class="said">
			<p class="for">
				{people === 0 ? 'Nobody prefers this' : `${people} ${people === 1 ? 'person prefers' : 'people prefer'} this`}
			</p>
			<ul>
				{said.map((each) => (
					<VerdictLine key={each.who} said={each} item={item} named={false} />
				))}
			</ul>
		</div>
	);
}

/** Verdicts for neither side, and why the pair is here at all. */
export function Neither({ item }: { readonly item: AdjudicationItem }) {
	const neither: readonly Choice[] = ['tie', 'both_bad'];
	const said = item.verdicts.filter(({ verdict }) => neither.includes(toScreen(verdict, item.leftSide)));
	const { earlier } = item;
	if (said.length === 0 && item.flags.length === 0 && earlier === undefined) return null;
	return (
		<section class="said neither" aria-label="Neither side, and marks">
			<ul>
				{earlier === undefined ? null : (
					<li>
						<strong class="who">
							Decided before: {describe({ choice: toScreen(earlier.verdict, item.leftSide) })}
						</strong>
						<span class="dim">{day(earlier.at)}, stands until it is decided anew</span>
						<q dir="auto">{earlier.reason}</q>
					</li>
				)}
				{said.map((each) => (
					<VerdictLine key={each.who} said={each} item={item} named={true} />
				))}
				{item.flags.map(({ who, note, at }) => (
					<li key={`${who} ${at}`}>
						<strong class="who">{who}</strong>
						<span>flagged</span>
						<span class="dim">{day(at)}</span>
						{note === null ? null : <q dir="auto">{note}</q>}
					</li>
				))}
			</ul>
		</section>
	);
}
