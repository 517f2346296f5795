import type { RunRecord, ShiftAuc } from '../../src/domain/run-record.ts';
import { Figure } from '../charts/figure.tsx';
import { IntervalsChart } from '../charts/intervals.tsx';
import { count, DASH, fixed, range } from './format.ts';
import { AUC_NAMES, SHIFT_WORDS, shiftSentence } from './shift-words.ts';
import { useTableToggle } from './view-state.tsx';

function counts({ n, clusters }: ShiftAuc['heldout']): string {
	return `${count(n)} in ${count(clusters)} clusters`;
}

/** Two named classifiers of held-out against train. */
export function ShiftSection({ record }: { record: RunRecord }) {
	const toggle = useTableToggle('shift');
	const { shift } = record;
	if (!shift) return null;
	const both = (['prompts', 'responses'] as const).map((name) => ({ name, auc: shift[name] }));
	const left = shift.prompts.words_left_out ?? [];
	return (
		<Figure
			title="Is held-out really out of distribution?"
			sentence={shiftSentence(shift)}
			table={{
				head: ['Told apart by', 'AUC', '95 % interval', 'Verdict', 'Held-out', 'Train'],
				rows: both.map(({ name, auc }) => [
					AUC_NAMES[name],
					fixed(auc.auc, 2),
					auc.low === null ? DASH : range(auc.low, auc.high, 2),
					SHIFT_WORDS[auc.status],
					counts(auc.heldout),
					counts(auc.train),
				]),
			}}
			{...toggle}
			draw={(width) => (
				<IntervalsChart
					width={width}
					reference={0.6}
					domain={[0.4, 1]}
					axis="AUC: 0.5 = cannot be told apart; dashed: 0.60, the threshold"
					rows={both.flatMap(({ name, auc }) =>
						auc.auc === null
							? []
							: [{ label: AUC_NAMES[name], value: auc.auc, low: auc.low, high: auc.high, tone: 'out' as const }],
					)}
				/>
			)}
		>
			{left.length === 0 ? null : (
				<p class="note dim">
					Words that the tags were searched with are left out, for they would separate by themselves: {left.join(', ')}.
				</p>
			)}
		</Figure>
	);
}
