import { useId } from 'preact/hooks';
import { listed } from '../format.ts';
import type { CheckpointRecord } from './record.ts';
import { MOST_PICKED, usePicked } from './shared.ts';

/** Chooses the checkpoints that are looked at side by side: in the diagrams, the forgetting lists and the checks alike. */
export function Picker({ record }: { record: CheckpointRecord }) {
	const id = useId();
	const { picked, add, remove } = usePicked(record);
	const names = picked.map(({ name }) => name);
	const others = record.checkpoints.filter(({ name }) => !names.includes(name));
	const full = picked.length >= MOST_PICKED;
	return (
		<div class="picked">
			<ul class="chips" aria-label="Side by side">
				{names.map((name) => (
					<li key={name}>
						<button type="button" class="chip" onClick={() => remove(name)} aria-label={`Take ${name} out`}>
							<span class="chip-name">{name}</span>
							<span aria-hidden="true">×</span>
						</button>
					</li>
				))}
			</ul>
			{others.length === 0 ? null : (
				<>
					<label class="visually-hidden" for={id}>
						Put a checkpoint beside them
					</label>
					<select
						id={id}
						class="field"
						value=""
						disabled={full}
						onChange={(event) => {
							const { value } = event.currentTarget;
							event.currentTarget.value = '';
							if (value !== '') add(value);
						}}
					>
						<option value="">{full ? `${MOST_PICKED} at most: take one out first` : 'Add a checkpoint…'}</option>
						{others.map(({ name }) => (
							<option key={name} value={name}>
								{name}
							</option>
						))}
					</select>
				</>
			)}
			<p class="visually-hidden" role="status">
				{names.length === 0 ? 'No checkpoint side by side' : `Side by side: ${listed(names)}`}
			</p>
		</div>
	);
}
