import { NOTHING, type Selection, selectedCount } from './selection.ts';
import { many } from './words.ts';

export interface Notice {
	readonly text: string;
	readonly event: string | null;
	readonly error?: boolean;
}

interface Props {
	readonly selection: Selection;
	readonly total: number;
	readonly notice: Notice | null;
	/** A question is open. */
	readonly asking: boolean;
	/** Actions that are being stored, in words. */
	readonly doing: readonly string[];
	onSelect(selection: Selection): void;
	onTag(): void;
	onMove(): void;
	onUntag(): void;
	onExclude(): void;
	onUndo(event: string): void;
	onDismiss(): void;
}

/** What is selected and what can be done with it; beside it what was done last, with undo. */
export function ActionBar(props: Props) {
	const { selection, total, notice, asking, doing, onSelect, onTag, onMove, onUntag, onExclude, onUndo, onDismiss } =
		props;
	const selected = selectedCount(selection, total);
	return (
		<div class="action-bar">
			{selected > 0 && (
				<div class="actions" role="toolbar" aria-label="Selected prompts">
					<span class="selected-count">{many(selected, 'prompt')} selected</span>
					<vscode-button appearance="primary" disabled={asking} onClick={onTag}>
						Tag out of distribution…
					</vscode-button>
					<vscode-button appearance="secondary" disabled={asking} onClick={onMove}>
						Move…
					</vscode-button>
					<vscode-button appearance="secondary" disabled={asking} onClick={onUntag}>
						Remove tag…
					</vscode-button>
					<vscode-button appearance="secondary" disabled={asking} onClick={onExclude}>
						Exclude
					</vscode-button>
					{!selection.all && total > selected && (
						<button type="button" class="link" onClick={() => onSelect({ all: true })}>
							Select all {many(total, 'match', 'matches')}
						</button>
					)}
					<button type="button" class="link" onClick={() => onSelect(NOTHING)}>
						Clear
					</button>
				</div>
			)}
			<p class={notice?.error === true ? 'notice error' : 'notice'} role="status">
				{doing.length > 0 && (
					<span class="doing">
						<span class="spinner" aria-hidden="true" /> {doing.join(' ')}
					</span>
				)}
				{notice !== null && (
					<>
						{notice.text}{' '}
						{notice.event !== null && (
							<button type="button" class="link" onClick={() => notice.event !== null && onUndo(notice.event)}>
								Undo
							</button>
						)}
						<button type="button" class="link dismiss" aria-label="Dismiss this message" onClick={onDismiss}>
							×
						</button>
					</>
				)}
			</p>
		</div>
	);
}
