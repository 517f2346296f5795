import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import type { Metrics } from '../../../src/domain/run-record.ts';
import { FEW_PAIRS } from '../../charts/reliability.tsx';
import { accuracyFloor, Panel } from '../reliability-section.tsx';
import { unscoredWords } from '../sentences.ts';
import { Picker } from './picker.tsx';
import type { CheckpointRecord } from './record.ts';
import { usePicked } from './shared.ts';

const SPLITS = [
	['eval', 'Eval'],
	['heldout_reference', 'Held-out, tuning half'],
] as const;

function Column({
	record,
	checkpoint,
	floor,
}: {
	record: CheckpointRecord;
	checkpoint: CheckpointResult;
	floor: number;
}) {
	const { name, metrics, void: gone } = checkpoint;
	return (
		<section class="parallel-column" aria-label={name}>
			<p class="column-name">{name}</p>
			{SPLITS.map(([split, title]) => {
				const found = metrics[split];
				return found && found.n > 0 ? (
					<Panel
						key={split}
						id={`reliability-${split}-${name}`}
						tone={split === 'eval' ? 'in' : 'out'}
						title={gone !== undefined && split !== 'eval' ? `${title}: void` : title}
						metrics={found}
						floor={floor}
						before={
							gone !== undefined && split !== 'eval' ? 'Void, it was trained on these pairs or on ones like them. ' : ''
						}
					/>
				) : (
					<p key={split}>
						{title}: {unscoredWords(record, split)}.
					</p>
				);
			})}
		</section>
	);
}

/** Reliability of up to four checkpoints, the same axes in every panel. */
export function SideBySideSection({ record }: { record: CheckpointRecord }) {
	const { picked } = usePicked(record);
	const all = picked.flatMap(({ metrics }) =>
		SPLITS.flatMap(([split]): Metrics[] => (metrics[split] ? [metrics[split]] : [])),
	);
	const floor = accuracyFloor(all);
	return (
		<section aria-labelledby="parallel-title">
			<h2 id="parallel-title">Side by side: is confidence equal to accuracy?</h2>
			<Picker record={record} />
			{picked.length === 0 ? (
				<p>No checkpoint chosen: add up to four.</p>
			) : (
				<>
					<div class={picked.length > 2 ? 'parallel many' : 'parallel'}>
						{picked.map((checkpoint) => (
							<Column key={checkpoint.name} record={record} checkpoint={checkpoint} floor={floor} />
						))}
					</div>
					<p class="note dim">
						<span class="swatch null" /> where a calibrated model would lie, 95 % · <span class="swatch bars" /> 95 %
						bootstrap interval over clusters · hollow: fewer than {FEW_PAIRS} pairs · the same axes in all panels.
						Confidence is that in the preferred side at β = {record.settings.beta}, so it starts at 0.5.
					</p>
				</>
			)}
		</section>
	);
}
