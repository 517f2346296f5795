import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AdjudicateAction } from '../../src/protocol/adjudicate.ts';
import type { AdjudicationItem } from '../../src/protocol/judging.ts';
import { Key, KeyButton, STATUS_SIGNS } from '../annotate/parts.tsx';
import { describe, toScreen, VERDICT_BUTTONS } from '../annotate/verdict.ts';
import type { Controller } from './controller.ts';
import type { State } from './store.ts';

interface Props {
	readonly state: State;
	readonly item: AdjudicationItem;
	readonly controller: Controller;
}

/** Why: the field that Enter records from. Keys typed here go no further than this field. */
function ReasonField({ state, controller }: Props) {
	const { choice, reason, lastReason } = state.model;
	const field = useRef<HTMLInputElement>(null);
	useLayoutEffect(() => {
		const input = field.current;
		if (state.asked === 0 || input === null) return;
		input.focus();
		// What was typed ahead stands in it.
		input.setSelectionRange(input.value.length, input.value.length);
	}, [state.asked]);
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.ctrlKey || event.metaKey || event.key === 'Tab' || event.isComposing) return;
		event.stopPropagation();
		if (event.key === 'Enter') {
			event.preventDefault();
			if (!event.repeat) void controller.decide();
		} else if (event.key === 'Escape') {
			field.current?.blur();
			document.getElementById('prompt-heading')?.focus({ preventScroll: true });
			controller.cancel();
		} else if (event.key === 'ArrowUp' && controller.repeatReason()) {
			event.preventDefault();
		}
	};
	if (choice === null) return null;
	return (
		<div class="why">
			<label for="reason">
				<strong>{describe({ choice })}</strong>, because
			</label>
			<input
				id="reason"
				ref={field}
				dir="auto"
				autocomplete="off"
				maxLength={20_000}
				value={reason}
				placeholder={lastReason === '' ? 'A reason is kept with every decision' : '↑ brings the last reason'}
				onInput={(event) => controller.reason(event.currentTarget.value)}
				onKeyDown={onKeyDown}
			/>
			<button
				type="button"
				class="verdict primary"
				disabled={reason.trim() === ''}
				onClick={() => void controller.decide()}
			>
				Record <Key>Enter</Key>
			</button>
			<button type="button" class="ghost" onClick={() => controller.cancel()}>
				Cancel <Key>Esc</Key>
			</button>
		</div>
	);
}

function Decided({ item }: { readonly item: AdjudicationItem }) {
	const { decided } = item;
	if (decided === null) return null;
	return (
		<p class="decided">
			Decided{decided.mine ? ' by you' : ` by ${decided.by}`}:{' '}
			<strong>{describe({ choice: toScreen(decided.verdict, item.leftSide) })}</strong>, because{' '}
			<q dir="auto">{decided.reason}</q>.
			<span class="dim"> It stands whatever is judged later; a flag brings the pair back.</span>
		</p>
	);
}

export function DecisionBar(props: Props) {
	const { state, item, controller } = props;
	const { status, choice } = state.model;
	const press = (action: AdjudicateAction) => () => controller.click(action);
	return (
		<footer class="foot">
			<Decided item={item} />
			<ReasonField key={item.comparison} {...props} />
			<div class="act">
				<div class={`status ${status?.tone ?? ''}`}>
					{status === null ? null : (
						<>
							<span class="sign" aria-hidden="true">
								{STATUS_SIGNS[status.tone]}
							</span>
							<span class="text">{status.text}</span>
						</>
					)}
					<KeyButton label="Undo" keys="U" onClick={press('undo')} />
				</div>
				<fieldset class="verdicts">
					<legend class="visually-hidden">Your decision</legend>
					{VERDICT_BUTTONS.map((each) => (
						<KeyButton
							key={each.action}
							label={each.label}
							keys={each.keys}
							class={`verdict ${each.choice}`}
							pressed={choice === each.choice}
							disabled={item.decided !== null}
							onClick={press(each.action)}
						/>
					))}
				</fieldset>
				<div class="more" role="toolbar" aria-label="Other pairs">
					<KeyButton label="Back" keys="←" onClick={press('previous')} />
					<KeyButton label={item.decided === null ? 'Pass over' : 'Next'} keys="→" onClick={press('next')} />
				</div>
			</div>
		</footer>
	);
}
