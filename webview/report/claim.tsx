import type { RunRecord } from '../../src/domain/run-record.ts';
import { DataTable } from '../charts/figure.tsx';
import { claimWords, divergenceName } from './claim-words.ts';
import { DASH, fixed, range } from './format.ts';
import { StatusMark } from './parts.tsx';

/** Does GDPO beat pooled training? Said where it does not, too. */
export function Claim({ record }: { record: RunRecord }) {
	if (record.claim === undefined) return null;
	const { status, word, detail } = claimWords(record.claim);
	return (
		<div class="claim">
			<StatusMark status={status} word={word} />
			<div>
				<p>
					<b>GDPO against pooled training: {word}.</b> {record.claim.sentence}
				</p>
				{detail === '' ? null : <p class="dim small">{detail}</p>}
			</div>
		</div>
	);
}

/** How far the fitted preferences moved from each baseline's. Of preferences, not of a language model, and labelled so. */
export function Divergences({ record }: { record: RunRecord }) {
	const all = record.divergences ?? [record.divergence];
	const known = all.filter(({ value }) => value !== null);
	if (known.length === 0) return null;
	return (
		<div class="divergences">
			<h3 id="divergences-title">How far it moved from each baseline</h3>
			<DataTable
				labelledBy="divergences-title"
				table={{
					head: ['Fitted preferences against', 'mean KL, nats', '95 % interval'],
					rows: known.map((each) => [
						divergenceName(each.kind),
						fixed(each.value, 4),
						each.low === null ? DASH : range(each.low, each.high, 4),
					]),
				}}
			/>
			<p class="note dim">
				Mean over the tuning half of KL(Bern(p) ‖ Bern(p of the baseline)): how differently the two would bet on the
				same pairs. It is not a KL between language models.
			</p>
		</div>
	);
}
