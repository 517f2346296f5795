import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Leak } from '../../src/domain/dataset.ts';
import type { LeakTexts } from '../../src/protocol/curation.ts';
import { type Difference, difference, type Piece } from '../text/word-diff.ts';
import type { AttentionActions } from './attention.tsx';

/** Shared runs of fewer words say little: "the", "of a". */
const LEAST_WORDS = 3;

/** Two texts whole, read when they are shown; what they share is marked. Of a copied response also the responses. */
export function SideBySide(props: {
	leak: Pick<Leak, 'kind' | 'a' | 'b'>;
	labels: readonly [string, string];
	actions: AttentionActions;
}) {
	const { leak, labels, actions } = props;
	const { kind, a, b } = leak;
	const [texts, setTexts] = useState<LeakTexts | 'failed' | null>(null);
	useEffect(() => {
		let gone = false;
		actions.texts({ kind, a, b }).then(
			(found) => gone || setTexts(found),
			() => gone || setTexts('failed'),
		);
		return () => {
			gone = true;
		};
	}, [kind, a, b, actions]);
	if (texts === null) return <p class="dim">Reading…</p>;
	if (texts === 'failed') return <p class="dim">These texts could not be read.</p>;
	const [one, two] = texts.prompts;
	return (
		<>
			<Both
				what="Prompt"
				texts={[one, two]}
				labels={labels}
				shared={texts.responses === null}
				open={[() => actions.open(a), () => actions.open(b)]}
			/>
			{texts.responses !== null && <Both what="Response" texts={texts.responses} labels={labels} shared={true} />}
		</>
	);
}

function Both(props: {
	what: string;
	texts: readonly [string | null, string | null];
	labels: readonly [string, string];
	/** Mark what both have. */
	shared: boolean;
	open?: readonly [() => void, () => void];
}) {
	const { what, texts, labels, shared, open } = props;
	const [left, right] = texts;
	const found = useMemo(
		(): Difference | null => (shared && left !== null && right !== null ? difference(left, right) : null),
		[shared, left, right],
	);
	const pieces = [found?.left, found?.right];
	return (
		<div class="side-by-side">
			{texts.map((text, index) => (
				<div key={`${labels[index]}${index === 0}`}>
					<p class="dim">
						{what}, {labels[index]}
					</p>
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls by keys */}
					<section class="prompt-text" dir="auto" tabIndex={0} aria-label={`${what}, ${labels[index]}`}>
						{text === null ? `This ${what.toLowerCase()} is gone.` : <Marked text={text} pieces={pieces[index]} />}
					</section>
					{open !== undefined && (
						<button type="button" class="link" onClick={open[index]}>
							Open the pair
						</button>
					)}
				</div>
			))}
		</div>
	);
}

/** Words of a shared run that are worth a mark; all of them where the texts are the same. */
export function isShared({ text, only }: Piece, pieces: number): boolean {
	return !only && (pieces === 1 || text.trim().split(/\s+/u).length >= LEAST_WORDS);
}

function Marked({ text, pieces }: { text: string; pieces: readonly Piece[] | undefined }) {
	if (pieces === undefined) return <>{text}</>;
	return (
		<>
			{pieces.map((piece, index) =>
				isShared(piece, pieces.length) ? <mark key={index}>{piece.text}</mark> : piece.text,
			)}
		</>
	);
}
