import { activeWaitsWords } from '../../src/domain/active-words.ts';
import type { ViewProps } from './app.tsx';
import { currentPair, type Model } from './model.ts';
import { KeyButton } from './parts.tsx';

const QUEUE_NAMES = { judge: '', review: 'Review', rejudge: 'Re-judge' } as const;

function title({ look, revealed, phase, done, total }: Model): string {
	if (look !== null) return look.from === 'past' ? `Past pair, ${look.back} back` : 'One pair';
	if (phase === 'judging' || revealed !== null)
		return `${Math.min(revealed === null ? done + 1 : done, total)} of ${total}`;
	return 'Annotate';
}

export function TopBar({ store, controller }: ViewProps) {
	const { model, aside, diff, mode, init } = store.state;
	const pair = currentPair(model);
	const beyond = model.beyondMine && pair !== null;
	const queue = beyond ? "Others' part" : QUEUE_NAMES[model.kind];
	const looking = model.look !== null;
	return (
		<header class="top">
			{queue === '' || looking ? null : (
				<span
					class="chip"
					title={beyond ? 'Your part is done. These were asked of others and are still missing.' : undefined}
				>
					{queue}
				</span>
			)}
			<h1>{title(model)}</h1>
			{pair === null || looking ? null : (
				<progress class="bar" max={Math.max(1, model.total)} value={model.done} aria-label="Judged in this queue" />
			)}
			{looking || pair === null || model.activeWaits === null ? null : (
				<span class="dim order">{activeWaitsWords(model.activeWaits)}</span>
			)}
			{looking ? (
				<KeyButton
					label={(model.look?.back ?? 0) > 1 ? 'Newer' : 'Back to the queue'}
					keys="→"
					class="ghost"
					onClick={() => controller.click('next')}
				/>
			) : null}
			<span class="spring" />
			<div class="tools" role="toolbar" aria-label="View">
				{pair === null ? null : (
					<>
						<KeyButton label="Diff" keys="D" pressed={diff} onClick={() => controller.click('diff')} />
						<KeyButton label="Raw" keys="R" pressed={mode === 'raw'} onClick={() => controller.click('raw')} />
					</>
				)}
				{init?.guidelines == null ? null : (
					<KeyButton
						label="Guidelines"
						keys="G"
						expanded={aside === 'guidelines'}
						onClick={() => controller.click('guidelines')}
					/>
				)}
				{pair?.mine == null ? null : (
					<KeyButton
						label="History"
						keys="H"
						expanded={aside === 'history'}
						onClick={() => controller.click('history')}
					/>
				)}
				{init?.person == null ? null : (
					<KeyButton label="Past pairs" keys="←" onClick={() => controller.click('previous')} />
				)}
			</div>
		</header>
	);
}
