import { useMemo } from 'preact/hooks';
import type { AdjudicationItem } from '../../src/protocol/judging.ts';
import { Key, Mounted, useUnreadMark } from '../annotate/parts.tsx';
import { PromptTurns } from '../annotate/prompt.tsx';
import { type Compared, comparedText, Marked, useDifference } from '../annotate/sides.tsx';
import type { Choice } from '../annotate/verdict.ts';
import { renderResponse, type TextMode } from '../text/blocks.ts';
import { Said } from './verdicts.tsx';

interface PairProps {
	readonly item: AdjudicationItem;
	readonly mode: TextMode;
	readonly diff: boolean;
	/** Chosen now, or decided. */
	readonly choice: Choice | null;
}

export function PromptView({ item, mode }: PairProps) {
	return (
		<section class="prompt" aria-labelledby="prompt-heading">
			<PromptTurns prompt={item.prompt} mode={mode} shown={item.comparison} />
		</section>
	);
}

interface SideProps extends PairProps {
	readonly position: 'left' | 'right';
	readonly compared: Compared;
}

function SideView({ item, mode, choice, position, compared }: SideProps) {
	const node = useMemo(() => renderResponse(item[position], mode), [item.comparison, position, mode]);
	const pieces = compared === null || typeof compared === 'string' ? null : compared[position];
	const end = useUnreadMark(pieces ?? node);
	const chosen = choice === position;
	const text = comparedText(compared, position);
	return (
		<section class={`side ${position}${chosen ? ' chosen' : ''}`} aria-labelledby={`${position}-heading`}>
			<header>
				<Key>{position === 'left' ? '1' : '2'}</Key>
				<h2 id={`${position}-heading`}>{position === 'left' ? 'Left' : 'Right'}</h2>
				{chosen ? <span class="mine">✓ {item.decided === null ? 'your choice' : 'decided'}</span> : null}
				{text === null ? null : <span class="dim">{text}</span>}
			</header>
			<Said item={item} choice={position} />
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text must be reachable by keyboard */}
			<div class="scroll" tabIndex={0}>
				<article aria-labelledby={`${position}-heading`}>
					{pieces === null ? <Mounted node={node} /> : <Marked pieces={pieces} />}
				</article>
				<div class="end" ref={end} />
			</div>
			<div class="fade" aria-hidden="true">
				<span>more below</span>
			</div>
		</section>
	);
}

export function SidesView(props: PairProps) {
	const compared = useDifference(props.item, props.diff);
	return (
		<div class="sides">
			<SideView position="left" compared={compared} {...props} />
			<SideView position="right" compared={compared} {...props} />
		</div>
	);
}
