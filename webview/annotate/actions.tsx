import type { AnnotateAction } from '../../src/protocol/annotate.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { ViewProps } from './app.tsx';
import { type Status, standingVerdict } from './model.ts';
import { KeyButton, STATUS_SIGNS } from './parts.tsx';
import { PopoverPanel } from './popover.tsx';
import { VERDICT_BUTTONS } from './verdict.ts';

function StatusLine({ status, onUndo }: { readonly status: Status | null; readonly onUndo: () => void }) {
	return (
		<div class={`status ${status?.tone ?? ''}`}>
			{status === null ? null : (
				<>
					<span class="sign" aria-hidden="true">
						{STATUS_SIGNS[status.tone]}
					</span>
					<span class="text">{status.text}</span>
				</>
			)}
			<KeyButton label="Undo" keys="U" onClick={onUndo} />
		</div>
	);
}

/** What goes with the coming verdict. */
function DraftLine({ store, controller }: ViewProps) {
	const { draft } = store.state.model;
	if (draft.reasons.length === 0 && draft.note.trim() === '') return null;
	return (
		<div class="draft-line">
			<span class="dim">With this verdict:</span>
			{draft.reasons.map((reason) => (
				<button type="button" class="chip" key={reason} onClick={() => controller.toggleReason(reason)}>
					{reason} <span aria-hidden="true">×</span>
					<span class="visually-hidden">(take away)</span>
				</button>
			))}
			{draft.note.trim() === '' ? null : (
				<button type="button" class="chip note" dir="auto" onClick={() => controller.click('note')}>
					“{draft.note.trim()}”
				</button>
			)}
		</div>
	);
}

/** Slightly and much are keys only: three buttons for each side would be eight targets where four are read at a glance. */
export function Actions({ pair, store, controller }: ViewProps & { readonly pair: BlindPair }) {
	const { model, popover } = store.state;
	const standing = standingVerdict(model);
	const press = (action: AnnotateAction) => () => controller.click(action);
	const inQueue = model.look === null && model.revealed === null;
	const alt = /Mac/.test(navigator.platform) ? '⌥' : 'Alt';
	return (
		<>
			<PopoverPanel key={pair.comparison} pair={pair} store={store} controller={controller} />
			<DraftLine store={store} controller={controller} />
			<div class="act">
				<StatusLine status={model.status} onUndo={press('undo')} />
				<fieldset class="verdicts">
					<legend class="visually-hidden">Your verdict</legend>
					{VERDICT_BUTTONS.map(({ action, choice, label, keys }) => (
						<KeyButton
							key={action}
							label={label}
							keys={keys}
							class={`verdict ${choice}`}
							{...(standing === null ? {} : { pressed: standing.choice === choice })}
							onClick={press(action)}
						/>
					))}
					<span class="hint dim">
						<kbd>⇧</kbd> much <kbd>{alt}</kbd> slightly
					</span>
				</fieldset>
				<div class="more" role="toolbar" aria-label="About this pair">
					<KeyButton label="Why" keys="W" expanded={popover === 'reasons'} onClick={press('reasons')} />
					<KeyButton label="Note" keys="N" expanded={popover === 'note'} onClick={press('note')} />
					<KeyButton label="Outside scope" keys="O" onClick={press('outsideScope')} />
					<KeyButton label="Flag" keys="F" expanded={popover === 'flag'} onClick={press('flag')} />
					{inQueue ? (
						<>
							<KeyButton label="Later" keys="S" onClick={press('later')} />
							<KeyButton label="Cannot" keys="⇧S" expanded={popover === 'cannot'} onClick={press('cannot')} />
						</>
					) : null}
					<KeyButton label="Improve" keys="E" expanded={popover === 'improve'} onClick={press('improve')} />
				</div>
			</div>
		</>
	);
}
