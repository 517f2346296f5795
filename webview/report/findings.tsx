import type { HealthCheck, RunRecord } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { RunReport } from '../../src/protocol/workspace-api.ts';
import { count, counted, fixed, percent, signed } from './format.ts';
import { Fold, PairLink, StatusMark } from './parts.tsx';
import { checkTitle, orderedChecks } from './sentences.ts';
import { useView } from './view-state.tsx';

/** Mistakes on screen before one asks for all. */
const SHOWN_MISTAKES = 8;

/** A list longer than this would bury the rest; the count stands above it. */
const SHOWN_EVIDENCE = 50;

function p(value: number): string {
	return value < 0.001 ? 'p < 0.001' : `p = ${fixed(value)}`;
}

function figures(check: HealthCheck): string {
	const parts: string[] = [];
	if (check.p !== null) parts.push(p(check.p));
	if (check.p_adjusted !== null && check.p_adjusted !== undefined)
		parts.push(`${p(check.p_adjusted)} after adjustment for all checks`);
	if (check.n_needed !== null) parts.push(`${counted(check.n_needed, 'pair')} needed`);
	return parts.join(' · ');
}

function Evidence({ check }: { check: HealthCheck }) {
	const { run, actions } = useView();
	const n = check.evidence.length;
	if (n === 0) return null;
	// Leakage names prompts, which stand side by side in Splits; all others name pairs.
	if (check.check.startsWith('leak')) {
		if (actions === 'exported') return <p class="dim">{counted(n, 'prompt')}</p>;
		return (
			<button type="button" class="link" onClick={() => run('open Splits', (host) => host.openSplits())}>
				{counted(n, 'prompt')}: show side by side in Splits
			</button>
		);
	}
	if (actions === 'exported') return <p class="dim">{counted(n, 'pair')}</p>;
	return (
		<Fold id={`evidence-${check.check}`} title={counted(n, 'pair')}>
			<ul class="evidence">
				{check.evidence.slice(0, SHOWN_EVIDENCE).map((id) => (
					<li key={id}>
						<PairLink comparison={id}>{id.slice(0, 8)}</PairLink>
					</li>
				))}
			</ul>
			{n > SHOWN_EVIDENCE ? <p class="dim">and {count(n - SHOWN_EVIDENCE)} more</p> : null}
		</Fold>
	);
}

export function Checks({ record }: { record: RunRecord }) {
	return (
		<section aria-labelledby="checks-title">
			<h2 id="checks-title">Checks</h2>
			{record.health.length === 0 ? <p>No check ran.</p> : null}
			<ul class="rows">
				{orderedChecks(record.health).map((check) => {
					const numbers = figures(check);
					return (
						<li key={check.check} class={check.status === 'insufficient' ? 'dim' : undefined}>
							<StatusMark status={check.status} />
							<div>
								<p>
									<b>{checkTitle(check.check)}.</b> {check.message}
								</p>
								{numbers ? <p class="dim small">{numbers}</p> : null}
								<Evidence check={check} />
							</div>
						</li>
					);
				})}
			</ul>
			<p class="note dim">All checks with a p-value are one family: a check fails at 5 % after Holm's adjustment.</p>
		</section>
	);
}

export function Mistakes({ report, texts }: { report: RunReport; texts: boolean }) {
	const { state, set } = useView();
	const all = state.open.mistakes === true;
	const mistakes = all ? report.mistakes : report.mistakes.slice(0, SHOWN_MISTAKES);
	return (
		<section aria-labelledby="mistakes-title">
			<h2 id="mistakes-title">Most confident mistakes (train, eval, tuning half)</h2>
			{mistakes.length === 0 ? <p>None: no scored pair outside the sealed half is on the wrong side.</p> : null}
			<ul class="rows mistakes">
				{mistakes.map((mistake) => (
					<li key={mistake.comparison}>
						<span class="sure">
							{percent(mistake.confidence)} <span class="dim">sure</span>
						</span>
						<div>
							<p>
								<PairLink comparison={mistake.comparison}>
									{texts && mistake.preview ? mistake.preview : `Pair ${mistake.comparison.slice(0, 8)}`}
								</PairLink>
							</p>
							{texts && mistake.prefers ? <p class="dim clip">prefers “{mistake.prefers}”</p> : null}
							<p class="dim small">{[SPLIT_LABELS[mistake.split], ...mistake.facts].join(' · ')}</p>
						</div>
					</li>
				))}
			</ul>
			{report.mistakes.length > SHOWN_MISTAKES ? (
				<button
					type="button"
					class="link more"
					aria-expanded={all}
					onClick={() => set({ open: { ...state.open, mistakes: !all } })}
				>
					{all ? 'Show fewer' : `Show all ${count(report.mistakes.length)}`}
				</button>
			) : null}
			{texts ? null : <p class="note dim">Prompts and responses are left out of this file.</p>}
		</section>
	);
}

export function Features({ record }: { record: RunRecord }) {
	const features = record.features ?? [];
	if (features.length === 0) return null;
	const most = Math.max(...features.map((feature) => Math.abs(feature.weight)), 1e-9);
	return (
		<section aria-labelledby="features-title">
			<h2 id="features-title">What these pairs teach</h2>
			<table class="data features" aria-labelledby="features-title">
				<thead>
					<tr>
						<th scope="col">Feature of a response</th>
						<th scope="col">logits a standard deviation</th>
						<th scope="col">
							<span class="visually-hidden">drawn</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{features.map(({ name, weight }) => (
						<tr key={name}>
							<th scope="row">{name}</th>
							<td>
								{signed(weight, 2)} <span class="dim">{weight > 0 ? 'rewarded' : weight < 0 ? 'penalised' : ''}</span>
							</td>
							<td class="bar-cell" aria-hidden="true">
								<svg class="feature-bar" viewBox="-50 0 100 8" preserveAspectRatio="none" aria-hidden="true">
									<rect
										class={weight < 0 ? 'bar-out' : 'bar-in'}
										x={Math.min(0, (weight / most) * 50)}
										y="0"
										width={Math.abs(weight / most) * 50}
										height="8"
									/>
									<line class="axis-line" x1="0" x2="0" y1="0" y2="8" />
								</svg>
							</td>
						</tr>
					))}
				</tbody>
			</table>
			<p class="note dim">
				The strongest named features of the fitted probe, others held fixed. What a preference optimiser could pick up
				from this data, not what any model has learnt.
			</p>
		</section>
	);
}
