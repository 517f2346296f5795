import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { sideText } from '../../src/domain/text.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import { type Difference, difference, type Piece } from '../text/word-diff.ts';
import type { ViewProps } from './app.tsx';
import { standingVerdict } from './model.ts';
import { Key, Mounted, useUnreadMark } from './parts.tsx';
import type { Position } from './rendered.ts';

export type Compared = Difference | 'comparing' | 'too long' | null;

/** The comparison of the two texts, made on a timer so that the screen goes on answering. */
export function useDifference(pair: Pick<BlindPair, 'left' | 'right'>, on: boolean): Compared {
	const [compared, setCompared] = useState<Compared>(null);
	useEffect(() => {
		if (!on) return setCompared(null);
		setCompared('comparing');
		const timer = setTimeout(
			() => setCompared(difference(sideText(pair.left), sideText(pair.right)) ?? 'too long'),
			20,
		);
		return () => clearTimeout(timer);
	}, [pair, on]);
	return compared;
}

export function Marked({ pieces }: { readonly pieces: readonly Piece[] }) {
	return (
		<div class="raw" dir="auto">
			{pieces.map((piece) => (piece.only ? <mark>{piece.text}</mark> : piece.text))}
		</div>
	);
}

/** What is marked in a response, in words; null where nothing is compared. */
export function comparedText(compared: Compared, position: Position): string | null {
	if (compared === null) return null;
	if (compared === 'comparing') return 'comparing…';
	return compared === 'too long' ? 'too long to compare' : `marked: only on the ${position} (${compared.unit})`;
}

interface SideProps extends ViewProps {
	readonly pair: BlindPair;
	readonly position: Position;
	readonly compared: Compared;
}

function SideView({ pair, position, compared, store, controller }: SideProps) {
	const { mode, model } = store.state;
	const node = useMemo(() => controller.rendered.node(pair, position, mode), [controller, pair, position, mode]);
	const pieces = compared === null || typeof compared === 'string' ? null : compared[position];
	const end = useUnreadMark(pieces ?? node);
	const scroller = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => scroller.current?.scrollTo({ top: 0, behavior: 'instant' }), [pair.comparison]);
	const verdict = standingVerdict(model);
	const chosen = verdict?.choice === position;
	const label = position === 'left' ? 'Left' : 'Right';
	const text = comparedText(compared, position);
	return (
		<section class={`side ${position}${chosen ? ' chosen' : ''}`} aria-labelledby={`${position}-heading`}>
			<header>
				<Key>{position === 'left' ? '1' : '2'}</Key>
				<h2 id={`${position}-heading`}>{label}</h2>
				{chosen ? <span class="mine">✓ your verdict</span> : null}
				{text === null ? null : <span class="dim">{text}</span>}
			</header>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text must be reachable by keyboard */}
			<div class="scroll" tabIndex={0} ref={scroller}>
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

export function Sides({ pair, store, controller }: ViewProps & { readonly pair: BlindPair }) {
	const compared = useDifference(pair, store.state.diff);
	const props = { pair, compared, store, controller };
	return (
		<div class="sides">
			<SideView position="left" {...props} />
			<SideView position="right" {...props} />
		</div>
	);
}
