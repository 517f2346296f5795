import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { checkpointChoices } from '../../src/domain/checkpoint-choice.ts';
import { lambdaChoices } from '../../src/domain/frontier.ts';
import type { DecisionDraft, DecisionInput } from '../../src/protocol/report.ts';
import type { RunReport } from '../../src/protocol/runs.ts';
import { hasCheckpoints } from './checkpoints/record.ts';
import { counted, dateTime, lambda } from './format.ts';
import { Fold, Lock } from './parts.tsx';
import { useView } from './view-state.tsx';

/** Draft and form name a checkpoint so that none is mistaken for a λ or for "none". */
const CHECKPOINT = 'checkpoint ';

function options({ record }: RunReport): { value: string; text: string }[] {
	const said = (label: string, detail: string) => (detail ? `${label} — ${detail}` : label);
	return hasCheckpoints(record)
		? checkpointChoices(record).map(({ checkpoint, detail }) => ({
				value: `${CHECKPOINT}${checkpoint}`,
				text: said(checkpoint, detail),
			}))
		: lambdaChoices(record).map(({ lambda, label, detail }) => ({ value: String(lambda), text: said(label, detail) }));
}

/** What the form's choice means to the journal. */
function chosen(choice: string): Pick<DecisionInput, 'lambda' | 'checkpoint'> {
	if (choice === 'none') return { lambda: null, checkpoint: null };
	return choice.startsWith(CHECKPOINT)
		? { lambda: null, checkpoint: choice.slice(CHECKPOINT.length) }
		: { lambda: Number(choice), checkpoint: null };
}

function DecisionForm({ report, draft, again }: { report: RunReport; draft: DecisionDraft | null; again: boolean }) {
	const { run, actions, busy } = useView();
	const id = useId();
	const [choice, setChoice] = useState(draft?.choice ?? '');
	const [reason, setReason] = useState(draft?.reason ?? '');
	const [problem, setProblem] = useState<string | null>(null);
	const reasonField = useRef<HTMLTextAreaElement>(null);
	const choiceField = useRef<HTMLSelectElement>(null);
	const { record } = report;
	const sealed = record.dataset.splits.heldout_sealed.pairs;

	// The host keeps what was typed while the panel is hidden: 400 ms after the last key.
	useEffect(() => {
		if (choice === '' && reason === '') return;
		const timer = setTimeout(() => run('keep the draft', (host) => host.saveDraft({ choice, reason })), 400);
		return () => clearTimeout(timer);
	}, [choice, reason]);

	const submit = (event: Event): void => {
		event.preventDefault();
		if (choice === '') {
			setProblem(`Choose a ${hasCheckpoints(record) ? 'checkpoint' : 'λ'} or none first.`);
			choiceField.current?.focus();
			return;
		}
		if (reason.trim() === '') {
			setProblem('A decision needs a reason: say why in a sentence.');
			reasonField.current?.focus();
			return;
		}
		setProblem(null);
		run('record the decision', (host) => host.decide({ ...chosen(choice), reason: reason.trim() }));
	};

	return (
		<form class="decision-form" onSubmit={submit}>
			<label for={`${id}c`}>Choice</label>
			<select
				id={`${id}c`}
				ref={choiceField}
				value={choice}
				required
				onChange={(event) => setChoice(event.currentTarget.value)}
			>
				<option value="" disabled>
					Choose…
				</option>
				{options(report).map(({ value, text }) => (
					<option key={value} value={value}>
						{text}
					</option>
				))}
				<option value="none">{hasCheckpoints(record) ? 'none — ship none of them' : 'none — not to be used'}</option>
			</select>
			<label for={`${id}r`}>Reason</label>
			<textarea
				id={`${id}r`}
				ref={reasonField}
				rows={3}
				value={reason}
				placeholder="Why this, in a sentence that still makes sense in a year"
				aria-describedby={`${id}w`}
				onInput={(event) => setReason(event.currentTarget.value)}
			/>
			<p id={`${id}w`} class="what-happens">
				{sealed > 0 ? (
					<>
						<Lock /> Recording it
						{again ? '' : ` opens the sealed half: ${counted(sealed, 'pair')} scored by this run become visible`}
						{again
							? ' is noted as “chosen after seeing E”.'
							: ' to everyone in this workspace. It cannot be unseen: every later decision says “chosen after seeing E”.'}{' '}
						{record.seal.openings > 0 && !again
							? `Already opened ${record.seal.openings === 1 ? 'once' : `${record.seal.openings} times`}: E is no longer an unseen test; add fresh sealed prompts.`
							: ''}
					</>
				) : (
					'The decision is recorded in your journal. Nothing is sealed here, so nothing is opened.'
				)}
			</p>
			<p class="problem" role="alert">
				{problem}
			</p>
			<button type="submit" class="btn primary" disabled={busy || actions === 'exported'}>
				{sealed > 0 && !again ? 'Record decision and open the seal' : 'Record decision'}
			</button>
		</form>
	);
}

/** λ or none, with a reason and on record; recording it opens the seal. */
export function DecisionBox({ report, draft }: { report: RunReport; draft: DecisionDraft | null }) {
	const { actions } = useView();
	const { decision, seal } = report.record;
	return (
		<section id="decision" class="decision" aria-labelledby="decision-title" tabIndex={-1}>
			<h2 id="decision-title">Decision</h2>
			{decision ? (
				<>
					<p class="lead">
						{decision.lambda === null && decision.checkpoint === null
							? hasCheckpoints(report.record)
								? 'None: ship none of them.'
								: 'None: not to be used.'
							: (decision.checkpoint ?? `λ = ${lambda(decision.lambda)}`)}
					</p>
					<blockquote>{decision.reason}</blockquote>
					<p class="dim">
						{decision.person} · {dateTime(decision.at)}
						{decision.after_opening
							? ` · chosen after seeing E: no longer an unseen test (${counted(seal.openings, 'opening')}); add fresh sealed prompts`
							: ''}
					</p>
					{actions !== 'exported' ? (
						<Fold id="decide-again" title="Record another decision…">
							<DecisionForm report={report} draft={draft} again />
						</Fold>
					) : null}
				</>
			) : actions !== 'exported' ? (
				<DecisionForm report={report} draft={draft} again={false} />
			) : (
				<p>None recorded when this file was written.</p>
			)}
		</section>
	);
}
