import { checkFact, checkTitle, orderedChecks, passesTitle } from '../../src/domain/check-list.ts';
import type { HealthCheck } from '../../src/domain/run-record.ts';
import type { RunReport } from '../../src/protocol/runs.ts';
import { checkKey, checkNumbers, checkPlace, factLines, remedyOf } from './check-words.ts';
import { count, counted } from './format.ts';
import { Disclosure, Fold, PairLink, StatusMark } from './parts.tsx';
import { useView } from './view-state.tsx';

/** A list longer than this would bury the rest; the count stands above it. */
const SHOWN_EVIDENCE = 50;

type Rejudge = RunReport['rejudge'];

/** What a person can do about it from here, as a button. */
function RemedyButton({ check, rejudge }: { check: HealthCheck; rejudge: Rejudge }) {
	const { run, actions, busy } = useView();
	if (actions === 'exported') return null;
	switch (remedyOf(check, rejudge)) {
		case 'splits':
			return (
				<button type="button" class="btn" onClick={() => run('open Splits', (host) => host.openSplits())}>
					{check.evidence_kind === 'prompt' && check.evidence.length > 0
						? `Show ${counted(check.evidence.length, 'prompt')} side by side in Splits`
						: 'Open Splits'}
				</button>
			);
		case 'rejudge':
			return (
				<button
					type="button"
					class="btn"
					disabled={busy}
					onClick={() => run('queue the pairs', (host) => host.rejudge())}
				>
					Re-judge {rejudge.mistakes} + {rejudge.controls} pairs, blind
				</button>
			);
		case 'pair': {
			const [first] = check.evidence;
			return first === undefined ? null : (
				<button type="button" class="btn" onClick={() => run('open the pair', (host) => host.openPair(first))}>
					Open the first pair
				</button>
			);
		}
		default:
			return null;
	}
}

function Evidence({ check, rejudge }: { check: HealthCheck; rejudge: Rejudge }) {
	const { run, actions } = useView();
	const n = check.evidence.length;
	if (n === 0) return null;
	const kind = check.evidence_kind ?? (/leak/.test(check.check) ? 'prompt' : 'comparison');
	if (kind === 'annotator') return <p>{check.evidence.join(', ')}</p>;
	if (kind === 'prompt') {
		if (actions === 'exported') return <p class="dim">{counted(n, 'prompt')}</p>;
		// Prompts stand side by side in Splits, where the remedy's button leads as well.
		if (remedyOf(check, rejudge) === 'splits') return null;
		return (
			<p>
				<button type="button" class="link" onClick={() => run('open Splits', (host) => host.openSplits())}>
					{counted(n, 'prompt')}: show side by side in Splits
				</button>
			</p>
		);
	}
	if (actions === 'exported') return <p class="dim">{counted(n, 'pair')}</p>;
	return (
		<div>
			<p class="dim">{counted(n, 'pair')} behind it, opened blind:</p>
			<ul class="evidence">
				{check.evidence.slice(0, SHOWN_EVIDENCE).map((id) => (
					<li key={id}>
						<PairLink comparison={id}>{id.slice(0, 8)}</PairLink>
					</li>
				))}
				{n > SHOWN_EVIDENCE ? <li class="dim">and {count(n - SHOWN_EVIDENCE)} more</li> : null}
			</ul>
		</div>
	);
}

function Numbers({ rows }: { rows: readonly (readonly [string, string])[] }) {
	return rows.length === 0 ? null : (
		<dl class="check-numbers">
			{rows.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

/** One line; everything else about the check on a click. */
function CheckRow({ check, rejudge, of }: { check: HealthCheck; rejudge: Rejudge; of: string }) {
	const key = `${checkKey(check)}${of === '' ? '' : ` of ${of}`}`;
	const place = checkPlace(check);
	const fact = checkFact(check.check);
	return (
		<li class={`check ${check.status}`}>
			<Disclosure
				id={`check ${key}`}
				summary={
					<>
						<StatusMark status={check.status} />
						<span class="check-line">
							<b>{checkTitle(check.check)}</b>
							{place === '' ? null : <span class="dim"> {place}</span>}
							<span class="check-message">{check.message}</span>
						</span>
					</>
				}
			>
				<Numbers rows={checkNumbers(check)} />
				{check.remedy === undefined || check.message.includes(check.remedy) ? null : <p>{check.remedy}</p>}
				<RemedyButton check={check} rejudge={rejudge} />
				<Evidence check={check} rejudge={rejudge} />
				{fact === null ? null : (
					<Fold id={`how ${key}`} title="How this check works">
						<Numbers rows={factLines(fact)} />
					</Fold>
				)}
			</Disclosure>
		</li>
	);
}

export function CheckRows({
	checks,
	rejudge,
	of = '',
}: {
	checks: readonly HealthCheck[];
	rejudge: Rejudge;
	/** A checkpoint's name, where the checks are of one. */
	of?: string;
}) {
	if (checks.length === 0) return null;
	return (
		<ul class="checks">
			{checks.map((check) => (
				<CheckRow key={checkKey(check)} check={check} rejudge={rejudge} of={of} />
			))}
		</ul>
	);
}

/** What fails stands open to the eye, what passes is one line. */
export function Checks({ report }: { report: RunReport }) {
	const { health } = report.record;
	const ordered = orderedChecks(health);
	const passes = ordered.filter(({ status }) => status === 'pass');
	const others = ordered.filter(({ status }) => status !== 'pass');
	return (
		<section aria-labelledby="checks-title">
			<h2 id="checks-title">Checks</h2>
			{health.length === 0 ? <p>No check ran.</p> : null}
			{others.length > 0 ? <CheckRows checks={others} rejudge={report.rejudge} /> : null}
			{passes.length > 0 ? (
				<div class="passes">
					<Fold id="checks-passed" title={passesTitle(passes.length)}>
						<CheckRows checks={passes} rejudge={report.rejudge} />
					</Fold>
				</div>
			) : null}
			<p class="note dim">
				All checks with a p-value are one family: one fails at 5 % after Holm's adjustment, and warns where only its own
				p is below 5 %.
			</p>
		</section>
	);
}
