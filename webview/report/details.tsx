import { SHARES_NOTE } from '../../src/domain/accuracy-bounds.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { SPLIT_LABELS } from '../../src/domain/split.ts';
import { Engine } from './checkpoints/engine.tsx';
import { hasCheckpoints } from './checkpoints/record.ts';
import { Coverage } from './coverage.tsx';
import { fixed, lambda, seconds } from './format.ts';
import { Fold } from './parts.tsx';

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
	return (
		<dl class="facts">
			{facts.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

/** An engine's own facts, whatever their shape. */
function plain(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value);
	return Object.entries(value)
		.map(([key, inner]) => `${key.replaceAll('_', ' ')} ${plain(inner)}`)
		.join(' · ');
}

function settings(record: RunRecord): [string, string][] {
	const { settings: s, engine, objective, calibration } = record;
	const other = Object.entries(engine)
		.filter(([key]) => !['name', 'version', 'models', 'self_test'].includes(key))
		.map(([key, value]): [string, string] => [`engine: ${key.replaceAll('_', ' ')}`, plain(value)]);
	return [
		['run', record.run],
		['engine', `${engine.name} ${engine.version}`],
		...other,
		[
			'λ',
			`${lambda(s.lambda)} (${s.lambda_requested === null ? 'not asked for' : `asked for ${lambda(s.lambda_requested)}`})`,
		],
		['margin', `${fixed(s.margin)} nats (asked for ${s.margin_requested})`],
		['β', `${s.beta}: an inverse temperature, so every confidence here is at this β`],
		...(hasCheckpoints(record)
			? ([
					['loss', `${s.loss ?? 'sigmoid'}${s.label_smoothing ? `, ε ${s.label_smoothing}` : ''}`],
					['seed', String(s.seed)],
				] as [string, string][])
			: ([
					['seed · folds', `${s.seed} · ${s.folds}`],
					[
						's · ridge',
						`${fixed(objective?.s, 2)} · ${fixed(objective?.ridge, 4)}${objective?.ridge_at_edge ? ' (an end of the grid)' : ''}`,
					],
				] as [string, string][])),
		[
			'T*',
			`${fixed(calibration.t_star, 2)}, fitted on ${calibration.fitted_on ? SPLIT_LABELS[calibration.fitted_on] : 'nothing'} (${calibration.status})`,
		],
		['labels', s.labels?.policy ?? ''],
		['dataset', `sha256 ${record.dataset.sha256.slice(0, 16)}…`],
		['frozen manifest', record.dataset.manifest ? `${record.dataset.manifest.slice(0, 16)}…` : 'none'],
		...(record.work
			? [
					[
						'scored',
						`${record.work.scored.toLocaleString('en-US')} pairs × models now, ${record.work.reused.toLocaleString('en-US')} from the cache`,
					] as [string, string],
				]
			: []),
		...(record.durations
			? [
					[
						'time',
						Object.entries(record.durations)
							.map(([phase, ms]) => `${phase} ${seconds(ms / 1000)}`)
							.join(' · '),
					] as [string, string],
				]
			: []),
	];
}

export function Details({ record }: { record: RunRecord }) {
	return (
		<section aria-label="Settings and help" class="folds">
			<Fold id="settings" title="Settings and engine">
				<Facts facts={settings(record)} />
			</Fold>
			{hasCheckpoints(record) ? (
				<Fold id="engine" title="Models, self-test and skipped pairs">
					<Engine record={record} />
				</Fold>
			) : null}
			<Fold id="help" title="How to read this">
				<h3>Which GDPO this is</h3>
				<p>
					Generalized Direct Preference Optimization: DPO plus a penalty on what does well on training preferences and
					poorly on a held-out reference distribution. Not NVIDIA's Group reward-Decoupled Normalization PO, Group
					Distributional PO or GFlowNet-DPO, which share the letters.
				</p>
				<h3>Whose numbers these are</h3>
				{hasCheckpoints(record) ? (
					<p>
						Those of the checkpoints: summed log-probabilities of each response under the checkpoint and under the
						reference, margin Δ = (log π − log π_ref) of the chosen response minus that of the rejected one, confidence
						σ(βΔ). Eval and the tuning half were not trained on, unless a checkpoint's held-out numbers are marked void.
						The fit on its own training pairs is in sample and enters no criterion. Runs with the built-in probe say
						what the pairs teach instead; no language model is scored in those.
					</p>
				) : (
					<p>
						The built-in probe is a small text model fitted to these pairs. Its numbers say what these pairs teach; no
						language model was scored. Train and tuning-half numbers are out of fold and tuned: take claims from eval
						and from the sealed half.
					</p>
				)}
				<h3>The numbers</h3>
				<p>
					Confidence is that in the side the {hasCheckpoints(record) ? 'model' : 'probe'} prefers, so it starts at 0.5.
					Over-confidence is mean confidence minus how often people agree; it and the loss carry the inference. ECE
					explains: at this size even a perfectly calibrated model shows some, so read it beside “ECE if calibrated”.
					Its interval is approximate: close to perfect calibration it does not cover. Compare ECE between splits only
					at equal size.
				</p>
				<p>
					Intervals are 95 %, delete-one-cluster jackknife with t: promised from 30 clusters, a little short below, none
					under 8. {SHARES_NOTE} Accuracy counts pairs with a strict majority only; loss, Brier score and calibration
					use the share of people who prefer each side, ties included.
				</p>
				<Coverage />
				<h3>The seal</h3>
				<p>
					The sealed half is scored in every run and shown in none until a decision is on record. It stops a look and a
					search, not an attacker. Each opening makes it less of a test; fresh sealed prompts restore it.
				</p>
			</Fold>
		</section>
	);
}
