import type { ModelFacts } from '../../../src/domain/checkpoint.ts';
import { DataTable } from '../../charts/figure.tsx';
import { count, counted, DASH } from '../format.ts';
import type { CheckpointRecord } from './record.ts';

const STATUS = { pass: '✓ pass', fail: '▲ fails', 'not-applicable': '○ not applicable' } as const;

function short(hash: string | null | undefined): string {
	return hash === null || hash === undefined ? DASH : `${hash.slice(0, 12)}…`;
}

/** What the engine says of a model beside its name and hashes, e.g. how it treats BOS and EOS. */
function facts({ name, role, hash, template, ...other }: ModelFacts): string {
	const words = Object.entries(other).map(([key, value]) => `${key.replaceAll('_', ' ')}: ${plain(value)}`);
	return words.length === 0 ? DASH : words.join(' · ');
}

function plain(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value);
	return Object.entries(value)
		.map(([key, inner]) => `${key.replaceAll('_', ' ')} ${plain(inner)}`)
		.join(', ');
}

function SelfTest({ record }: { record: CheckpointRecord }) {
	const tests = record.engine.self_test ?? [];
	if (tests.length === 0) return <p>No self-test: the log-probabilities came from files, no model ran here.</p>;
	return (
		<DataTable
			labelledBy="self-test-title"
			table={{
				head: ['Test', 'Model', 'Result', 'Seen', 'Allowed', 'What it found'],
				rows: tests.map(({ test, model, status, value, tolerance, unit, message }) => [
					test.replaceAll('-', ' '),
					model,
					STATUS[status],
					value === null ? DASH : `${value} ${unit ?? ''}`,
					tolerance === null ? DASH : `${tolerance} ${unit ?? ''}`,
					message,
				]),
			}}
		/>
	);
}

/** What scored, whether it could be trusted to, and what it could not score. */
export function Engine({ record }: { record: CheckpointRecord }) {
	const { models = [] } = record.engine;
	const told = new Map(models.map((model) => [`${model.role} ${model.name}`, model]));
	const trained = record.checkpoints.filter((one) => one.trained_on !== undefined && one.trained_on !== null);
	const skipped = record.checkpoints.filter((one) => one.skipped > 0);
	return (
		<div class="engine">
			<h3 id="models-title">Models</h3>
			{told.size === 0 ? (
				<p>The source tells nothing about the models.</p>
			) : (
				<DataTable
					labelledBy="models-title"
					table={{
						head: ['Model', 'Role', 'SHA-256', 'Template', 'Facts'],
						rows: [...told.values()].map((model) => [
							model.name,
							model.role,
							short(model.hash),
							short(model.template),
							facts(model),
						]),
					}}
				/>
			)}
			<h3 id="self-test-title">Self-test before any number was trusted</h3>
			<SelfTest record={record} />
			<h3>Skipped pairs</h3>
			{skipped.length === 0 ? (
				<p>None: every checkpoint scored every pair.</p>
			) : (
				<ul>
					{skipped.map(({ name, skipped: n, skipped_why: why = [] }) => (
						<li key={name}>
							{name}: {counted(n, 'pair')} left out of all checkpoints' losses
							{why.length === 0 ? '' : ` (${why.map(({ reason, pairs }) => `${count(pairs)}: ${reason}`).join('; ')})`}.
						</li>
					))}
				</ul>
			)}
			<h3>Trained on</h3>
			{trained.length === 0 ? (
				<p>Not said for any checkpoint: prompts that one was trained on cannot be told from unseen ones.</p>
			) : (
				<ul>
					{trained.map(({ name, trained_on: on }) => (
						<li key={name}>
							{name}:{' '}
							{on?.export == null
								? 'none of this workspace, as said'
								: `export ${on.export.slice(0, 12)}${on.penalty === false ? ' without its penalty' : ''}, ${counted(on.prompts, 'prompt')}`}
							.
						</li>
					))}
				</ul>
			)}
		</div>
	);
}
