import { fixed, lambda } from '../format.ts';
import { useLambdaPlace } from './lambda-state.tsx';
import type { CheckpointRecord } from './record.ts';
import type { AtLambda } from './shared.ts';

/** Which checkpoint has the lowest J at this λ, and whether it could be recommended. */
export function lambdaSentence(record: CheckpointRecord, { best, judged, lambda: at, from, to }: AtLambda): string {
	if (best === null) {
		const reason = record.recommended.reason ?? 'none has an eval loss and a held-out loss that counts';
		return `No checkpoint can be weighed at any λ: ${reason}.`;
	}
	const range = from === to ? `λ = ${lambda(from)}` : `λ from ${lambda(from)} to ${lambda(to)}`;
	const known = record.checkpoints.find(({ name }) => name === best);
	const what =
		judged.size === 1
			? `${best} is the only candidate: J = 0, nothing to compare with.`
			: `${best} has the lowest J at λ = ${lambda(at)}, ${fixed(judged.get(best)?.value)}; it has for ${range}.`;
	if (record.recommended.checkpoint === best) return `${what} It is the one recommended.`;
	if (known?.beats_reference === false) {
		return `${what} It does not beat the reference on both eval and held-out loss, so it is not recommended.`;
	}
	return what;
}

/** Moves λ over the same checkpoints: nothing is scored again. */
export function LambdaSlider({ record, at }: { record: CheckpointRecord; at: AtLambda }) {
	const { move } = useLambdaPlace();
	if (at.best === null) return <p class="lambda-none">{lambdaSentence(record, at)}</p>;
	return (
		<div class="picker lambda">
			<label for="lambda" id="picker-label">
				λ = {lambda(at.lambda)}
				{at.lambda === record.settings.lambda ? ' (used)' : ''}: 0 asks for eval loss alone, 1 for the smallest worst
				regret
			</label>
			<input
				id="lambda"
				type="range"
				min={0}
				max={at.grid.length - 1}
				step={1}
				value={at.at}
				aria-valuetext={`λ ${lambda(at.lambda)}: ${at.best}`}
				aria-describedby="lambda-says"
				onInput={(event) => move(Number(event.currentTarget.value))}
			/>
			<p id="lambda-says">{lambdaSentence(record, at)}</p>
		</div>
	);
}
