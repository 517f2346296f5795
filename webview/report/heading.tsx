import { activeWords } from '../../src/domain/active-words.ts';
import { verdictMark } from '../../src/domain/headline.ts';
import type { RunningState } from '../../src/protocol/report.ts';
import type { RunReport } from '../../src/protocol/runs.ts';
import { STATUS_WORDS } from './check-words.ts';
import { Recommendation, scoredWords } from './checkpoints/recommendation.tsx';
import { type CheckpointRecord, hasCheckpoints, headlineOf } from './checkpoints/record.ts';
import { count, counted, dateTime, lambda, percent, seconds, unbroken, withInterval } from './format.ts';
import { StatusMark } from './parts.tsx';
import { unscoredWords } from './sentences.ts';
import { useView } from './view-state.tsx';

export function Heading({ report }: { report: RunReport }) {
	const { record } = report;
	const { run, actions, busy } = useView();
	const sizes = Object.values(record.dataset.splits);
	const total = sizes.reduce((sum, size) => sum + size.pairs, 0);
	const prompts = sizes.reduce((sum, size) => sum + size.prompts, 0);
	const ms = Object.values(record.durations ?? {}).reduce((sum, part) => sum + part, 0);
	const disabled = busy || actions === 'untrusted';
	return (
		<header class="head">
			<div>
				<h1>
					GDPO run {report.ordinal} · {record.engine.name}
					{hasCheckpoints(record) ? ` · ${counted(record.checkpoints.length, 'checkpoint')}` : ''} · λ{' '}
					{lambda(record.settings.lambda)}
				</h1>
				{hasCheckpoints(record) ? <p class="scored">{scoredWords(record)}</p> : null}
				<p class="dim">
					{counted(total, 'pair')} of {counted(prompts, 'prompt')} · {dateTime(record.created)}
					{ms > 0 ? ` · ${seconds(ms / 1000)}` : ''}
				</p>
			</div>
			{actions === 'exported' ? null : (
				<div class="actions">
					<button
						type="button"
						class="btn"
						disabled={disabled}
						onClick={() => run('run again', (host) => host.rerun())}
					>
						Re-run
					</button>
					<button
						type="button"
						class="btn"
						disabled={disabled}
						onClick={() => run('start a run', (host) => host.configureRun())}
					>
						Run with other settings…
					</button>
					<button type="button" class="btn" onClick={() => run('export the report', (host) => host.exportHtml())}>
						Export…
					</button>
				</div>
			)}
		</header>
	);
}

export function Running({ running }: { running: RunningState }) {
	const { run } = useView();
	if (running === null) return null;
	const { phase, done, total, unit, eta } = running;
	// A phase of one step, such as opening a model, has nothing to count.
	const counts = total !== null && total > 1;
	return (
		<div class="banner">
			<progress aria-label="Scoring run" {...(counts ? { value: done, max: total } : {})} />
			<p>
				{phase.charAt(0).toUpperCase() + phase.slice(1)}
				{counts ? ` · ${count(done)} of ${count(total)}${unit === 'pairs' ? ' pairs' : ''}` : ''}
				{eta === null ? '' : ` · about ${seconds(Math.max(1, Math.round(eta)))} left`}
			</p>
			<button type="button" class="btn" onClick={() => run('cancel the run', (host) => host.cancelRun())}>
				Cancel
			</button>
		</div>
	);
}

export function OutOfDate({ report }: { report: RunReport }) {
	const { run, actions, busy } = useView();
	if (report.outOfDate === null) return null;
	const { changed } = report.outOfDate;
	return (
		<div class="banner warn">
			<StatusMark status="warn" />
			<p>
				<b>Out of date.</b> {changed > 0 ? `${counted(changed, 'comparison')} changed` : 'The data changed'} since this
				run: judgments, tags or imports. The numbers below are those of the run.
			</p>
			{actions === 'exported' ? null : (
				<button
					type="button"
					class="btn"
					disabled={busy || actions === 'untrusted'}
					onClick={() => run('run again', (host) => host.rerun())}
				>
					Re-run
				</button>
			)}
		</div>
	);
}

/** Whose numbers they are, and whether they count. */
function headlineWords(record: CheckpointRecord): string {
	const headline = headlineOf(record);
	return headline === undefined ? '' : `, ${headline.name}${headline.void === undefined ? '' : ' (void: trained on)'}`;
}

/** The sentence before any chart, with the numbers behind it in small print. */
export function Verdict({ report }: { report: RunReport }) {
	const { record, rejudge } = report;
	const { run, actions, busy } = useView();
	const held = record.metrics.heldout_reference;
	const active = activeWords(record.dataset.actively_judged, record.dataset.splits.train.pairs);
	const sentence =
		/no language model/i.test(record.verdict.sentence) || record.engine.name !== 'probe'
			? record.verdict.sentence
			: `${record.verdict.sentence} No language model was scored.`;
	const mark = verdictMark(record);
	const word = mark.word ?? STATUS_WORDS[mark.status];
	return (
		<section class={`verdict ${mark.status}`} aria-label={`Verdict: ${word}`}>
			<StatusMark status={mark.status} word={word} size={22} />
			<div>
				<p class="lead" elementtiming="verdict">
					{unbroken(sentence)}
				</p>
				<p class="dim">
					{held && held.n > 0 ? (
						<>
							Held-out, tuning half{hasCheckpoints(record) ? headlineWords(record) : ''}: {counted(held.n, 'pair')},{' '}
							{counted(held.groups, 'cluster')}; says {percent(held.mean_confidence)}, right{' '}
							{percent(held.mean_correct)}. Over-confidence {withInterval(held.overconfidence)}
							{held.overconfidence.low === null ? '' : unbroken(', 95 % interval over clusters')}.{' '}
						</>
					) : (
						<>Held-out, tuning half: {unscoredWords(record, 'heldout_reference')}. </>
					)}
					{hasCheckpoints(record) ? '' : unbroken(record.recommended.sentence)}
				</p>
				{active === null ? null : <p class="dim">{active}</p>}
				{hasCheckpoints(record) ? <Recommendation record={record} /> : null}
			</div>
			{actions === 'exported' || rejudge.mistakes === 0 ? null : (
				<button
					type="button"
					class="btn primary"
					disabled={busy}
					title="Mistakes of this run mixed with matched pairs it got right. You will not see which is which, nor any score."
					onClick={() => run('queue the pairs', (host) => host.rejudge())}
				>
					Re-judge {rejudge.mistakes} + {rejudge.controls} pairs, blind
				</button>
			)}
		</section>
	);
}
