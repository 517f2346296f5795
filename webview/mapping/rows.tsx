import type { ImportPreview, PreviewPair } from '../../src/protocol/imports.ts';
import { counted } from './words.ts';

interface Props {
	readonly preview: ImportPreview;
	/** The rows are those of an earlier mapping. */
	readonly stale: boolean;
}

/** The first rows as they would be read; refused ones say why. */
export function Rows({ preview, stale }: Props) {
	const { rows, looked, container } = preview;
	const shown = rows.length;
	const several = rows.some((row) => 'pairs' in row && row.pairs.length > 1);
	return (
		<section aria-labelledby="rows-heading" class="preview" aria-busy={stale}>
			<h2 id="rows-heading">{shown === 0 ? 'Rows' : 'First rows as they would be read'}</h2>
			{shown === 0 ? (
				<p class="dim">Rows show here once a prompt and two responses are mapped.</p>
			) : (
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
				<section class="scroll" tabIndex={0} aria-label="Rows">
					<table class={stale ? 'stale' : ''}>
						<thead>
							<tr>
								<th scope="col" class="num">
									{container === 'parquet' ? 'Row' : 'Line'}
								</th>
								<th scope="col">Prompt</th>
								<th scope="col">a</th>
								<th scope="col">b</th>
								<th scope="col">Verdict</th>
								<th scope="col">Split, facets, metadata</th>
							</tr>
						</thead>
						<tbody>
							{rows.flatMap((row) =>
								'reason' in row
									? [
											<tr key={row.line} class="refused">
												<td class="num">{row.line.toLocaleString('en')}</td>
												<td colSpan={5}>
													<span class="sign" aria-hidden="true">
														✕{' '}
													</span>
													<span class="visually-hidden">Refused: </span>
													{row.reason}
												</td>
											</tr>,
										]
									: row.pairs.map((pair, i) => (
											<Pair
												key={`${row.line} ${i}`}
												line={row.line}
												pair={pair}
												at={i}
												of={row.pairs.length}
												named={several}
											/>
										)),
							)}
						</tbody>
					</table>
				</section>
			)}
			{looked.rows > shown && shown > 0 ? (
				<p class="dim">{counted(looked.rows - shown, 'more row')} looked at and counted below.</p>
			) : null}
		</section>
	);
}

interface PairProps {
	readonly line: number;
	readonly pair: PreviewPair;
	/** Which of the pairs that its row makes, from 0. */
	readonly at: number;
	readonly of: number;
	/** Say where its responses come from. */
	readonly named: boolean;
}

function Pair({ line, pair, at, of, named }: PairProps) {
	const { prompt, a, b, split, tags, metadata, warnings } = pair;
	const [one, two] = named ? (pair.sides ?? []) : [];
	return (
		<tr class={at > 0 ? 'same' : ''}>
			<td class="num">
				{at === 0 ? line.toLocaleString('en') : <span class="visually-hidden">{line.toLocaleString('en')}</span>}
				{of > 1 ? (
					<div class="dim" title={`Pair ${at + 1} of the ${of} that this row makes`}>
						{at + 1}/{of}
					</div>
				) : null}
			</td>
			{at === 0 ? <Text text={prompt} /> : <SamePrompt />}
			<Text text={a} from={one} />
			<Text text={b} from={two} />
			<td>
				<Verdict pair={pair} />
			</td>
			<td class="rest">
				{split === null ? null : <div>{split}</div>}
				{tags.map((tag) => (
					<div key={tag} dir="auto">
						{tag}
					</div>
				))}
				{metadata.length === 0 ? null : (
					<div class="dim" dir="auto" title={metadata.join(', ')}>
						{metadata.join(', ')}
					</div>
				)}
				{warnings.map((warning) => (
					<div key={warning} class="warning">
						<span class="sign" aria-hidden="true">
							▲{' '}
						</span>
						{warning}
					</div>
				))}
			</td>
		</tr>
	);
}

function SamePrompt() {
	return (
		<td class="dim">
			<span aria-hidden="true">″</span>
			<span class="visually-hidden">the same prompt</span>
		</td>
	);
}

function Text({ text, from }: { readonly text: string; readonly from?: string | undefined }) {
	return (
		<td>
			{from === undefined ? null : (
				<div class="from dim" dir="auto">
					{from}
				</div>
			)}
			<div class="text" dir="auto" title={text}>
				{text === '' ? <span class="dim">(blank)</span> : text}
			</div>
		</td>
	);
}

const VERDICTS = { a: 'a', b: 'b', tie: 'tie', both_bad: 'both bad' } as const;
const STRENGTHS = { 1: 'slightly', 2: 'clearly', 3: 'much' } as const;

function Verdict({ pair }: { readonly pair: PreviewPair }) {
	if (pair.judgments.length === 0) return <span class="dim">not judged</span>;
	return (
		<>
			{pair.judgments.map(({ annotator, verdict, strength, note }, i) => (
				<div key={`${annotator} ${i}`}>
					<strong>{VERDICTS[verdict]}</strong>
					{strength === undefined ? '' : `, ${STRENGTHS[strength]}`}
					{annotator.startsWith('source:') ? null : (
						<span class="dim" dir="auto">
							{' '}
							{annotator}
						</span>
					)}
					{note === undefined ? null : (
						<q class="dim" dir="auto">
							{note}
						</q>
					)}
				</div>
			))}
		</>
	);
}
