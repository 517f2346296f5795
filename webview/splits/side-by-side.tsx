import { useEffect, useState } from 'preact/hooks';
import type { PromptText } from '../../src/protocol/splits.ts';
import type { AttentionActions } from './attention.tsx';

/** Two prompts whole, read when they are shown. */
export function SideBySide(props: { prompts: [string, string]; labels: [string, string]; actions: AttentionActions }) {
	const { prompts, labels, actions } = props;
	const [texts, setTexts] = useState<readonly PromptText[] | null>(null);
	const key = prompts.join();
	useEffect(() => {
		let gone = false;
		actions.texts(key.split(',')).then(
			(found) => gone || setTexts(found),
			() => gone || setTexts([]),
		);
		return () => {
			gone = true;
		};
	}, [key, actions]);
	return (
		<div class="side-by-side">
			{prompts.map((id, index) => {
				const text = texts?.find((each) => each.id === id)?.text;
				return (
					<div key={`${id}${index}`}>
						<p class="dim">{labels[index]}</p>
						<p class="prompt-text" dir="auto">
							{texts === null ? 'Reading…' : (text ?? 'This prompt is gone.')}
						</p>
						<button type="button" class="link" onClick={() => actions.open(id)}>
							Open the pair
						</button>
					</div>
				);
			})}
		</div>
	);
}
