import { SPLIT_LABELS } from '../../src/domain/split.ts';
import type { RunReport } from '../../src/protocol/runs.ts';
import { count, percent } from './format.ts';
import { PairLink, Pending } from './parts.tsx';
import { useView } from './view-state.tsx';

/** Mistakes on screen before one asks for all. */
const SHOWN = 8;

export function Mistakes({ report, texts }: { report: RunReport; texts: boolean }) {
	const { state, set } = useView();
	const all = state.open.mistakes === true;
	const mistakes = all ? report.mistakes : report.mistakes.slice(0, SHOWN);
	return (
		<section aria-labelledby="mistakes-title">
			<h2 id="mistakes-title">Most confident mistakes (train, eval, tuning half)</h2>
			{report.pending ? (
				<Pending what="the scores" />
			) : mistakes.length === 0 ? (
				<p>None: no scored pair outside the sealed half is on the wrong side.</p>
			) : null}
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
			{report.mistakes.length > SHOWN ? (
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
