import { COVERAGE, COVERAGE_NOTE } from '../../src/domain/coverage-table.ts';
import { DataTable } from '../charts/figure.tsx';
import { coverageCaption, coverageTable } from './coverage-words.ts';

/** How often the intervals of this report hold the truth, as simulated. */
export function Coverage() {
	return (
		<>
			<h3 id="coverage-title">How far to trust these intervals</h3>
			<p>{COVERAGE_NOTE}</p>
			<DataTable labelledBy="coverage-title" table={coverageTable(COVERAGE)} />
			<p class="note dim">{coverageCaption(COVERAGE)}</p>
		</>
	);
}
