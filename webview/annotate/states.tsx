import type { ComponentChildren } from 'preact';
import type { AnnotateErrand } from '../../src/protocol/annotate.ts';
import type { ViewProps } from './app.tsx';
import type { Model } from './model.ts';

interface Step {
	readonly label: string;
	readonly run: () => void;
}

interface PageProps {
	readonly title: string;
	readonly children: ComponentChildren;
	/** The first is the one to take. */
	readonly steps: readonly Step[];
}

function Page({ title, children, steps }: PageProps) {
	return (
		<section class="state" aria-labelledby="state-heading">
			<h2 id="state-heading" class="state-title">
				{title}
			</h2>
			{children}
			<div class="steps">
				{steps.map(({ label, run }, index) => (
					<vscode-button key={label} appearance={index === 0 ? 'primary' : 'secondary'} onClick={run}>
						{label}
					</vscode-button>
				))}
			</div>
		</section>
	);
}

const pairs = (count: number) => `${count} ${count === 1 ? 'pair' : 'pairs'}`;

function finishedTitle({ kind, total }: Model): string {
	if (kind === 'review') return `Review done: ${pairs(total)}.`;
	return kind === 'rejudge' ? `Re-judged: ${pairs(total)}.` : `You have judged all ${pairs(total)} of your queue.`;
}

/** The screen without a pair: each state says what is so and leads on. */
export function EmptyState({ store, controller }: ViewProps) {
	const { model, init } = store.state;
	const errand = (label: string, name: AnnotateErrand): Step => ({ label, run: () => controller.errand(name) });
	const waiting = init?.waiting;
	const more: Step[] = (['judge', 'review', 'rejudge'] as const)
		.filter((kind) => kind !== model.kind && (waiting?.[kind] ?? 0) > 0)
		.map((kind) => ({
			label: `${{ judge: 'Judge', review: 'Review', rejudge: 'Re-judge' }[kind]} ${pairs(waiting?.[kind] ?? 0)}`,
			run: () => controller.open({ type: 'queue', kind }),
		}));
	const second = init?.trusted === false ? 0 : (init?.second ?? 0);
	if (second > 0) {
		const text = `${second.toLocaleString('en')} ${second === 1 ? 'prompt needs' : 'prompts need'} a second response…`;
		more.push(errand(text, 'generate'));
	}
	const past: Step = { label: 'Look at my past pairs', run: () => controller.click('previous') };
	switch (model.phase) {
		case 'loading':
		case 'judging':
			return (
				<div class="state loading" role="status">
					<vscode-progress-ring />
					<span class="dim">Getting the first pair…</span>
				</div>
			);
		case 'uninitialised':
			return (
				<Page
					title="No preference data here yet"
					steps={[
						errand('Import pairs…', 'import'),
						errand('Open the demo', 'demo'),
						errand('Set up an empty workspace', 'setUp'),
					]}
				>
					<p>
						Pairwright keeps its data in <code>.pairwright</code> in {init?.folderName ?? 'this folder'}: what you
						import, judge and decide, as files that a team can commit.
					</p>
				</Page>
			);
		case 'person':
			return (
				<Page title="Who is judging?" steps={[errand('Choose a handle…', 'handle')]}>
					<p>
						A short handle goes with each of your judgments. It is asked once on this machine and never sent anywhere;
						the order of the two responses is drawn for you with it.
					</p>
				</Page>
			);
		case 'empty':
			if (more.length > 0 || (init?.comparisons ?? 0) > 0) {
				return (
					<Page
						title={model.kind === 'judge' ? 'Nothing waits for you' : 'This queue is empty'}
						steps={[...more, errand('Import pairs…', 'import'), past]}
					>
						<p>{pairs(init?.comparisons ?? 0)} are here; none of them asks for your verdict now.</p>
					</Page>
				);
			}
			return (
				<Page
					title="No pairs yet"
					steps={[
						errand('Import pairs…', 'import'),
						errand('Write a pair…', 'author'),
						errand('Open the demo', 'demo'),
					]}
				>
					<p>Import preference pairs as JSONL (TRL, hh-rlhf or our own format), or write the first one yourself.</p>
				</Page>
			);
		case 'finished':
			return (
				<Page
					title={finishedTitle(model)}
					steps={[
						...more,
						...(init?.trusted === false ? [] : [errand('Run GDPO scoring', 'score')]),
						past,
						errand('Import more pairs…', 'import'),
					]}
				>
					<p>
						{model.status?.tone === 'saving' ? 'The last verdict is being saved. ' : 'Everything is saved. '}
						{model.status?.undo === true ? 'U takes the last one back.' : ''}
					</p>
				</Page>
			);
		case 'error':
			return (
				<Page
					title="The next pair could not be read"
					steps={[{ label: 'Try again', run: () => controller.restart() }, errand('Show the log', 'log')]}
				>
					<p class="problem">{model.error}</p>
					<p>What was saved is safe.</p>
				</Page>
			);
	}
}
