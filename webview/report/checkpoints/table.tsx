import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CheckpointResult } from '../../../src/domain/checkpoint.ts';
import { DASH, fixed, lambda, signed, spread } from '../format.ts';
import { Fold, StatusMark } from '../parts.tsx';
import { Around, Both, beatsWords, Key } from './cells.tsx';
import { LambdaSlider } from './lambda.tsx';
import { type CheckpointRecord, lossInterval, referenceName } from './record.ts';
import { type AtLambda, useLambda } from './shared.ts';

/** Said in full: `display: grid` of the narrow layout takes the native roles of a table away. */
const ROLE = {
	table: { role: 'table' },
	rowgroup: { role: 'rowgroup' },
	row: { role: 'row' },
	columnheader: { role: 'columnheader' },
	rowheader: { role: 'rowheader' },
	cell: { role: 'cell' },
} as const;

/** More rows than this scroll within the table, under its heading. */
const TALL = 12;

const columns = (at: number) =>
	[
		['Checkpoint', ''],
		['Step', 'Training steps, from the name or given'],
		['Loss', 'In nats, over the pairs that all checkpoints and the reference scored, with its 95 % interval'],
		['Gap', 'Held-out loss minus eval loss: never a reason to choose by itself'],
		['Regret', 'Loss above the lowest that any checkpoint reaches on that data'],
		[`J at λ ${lambda(at)}`, 'Eval regret + λ · max(0, held-out regret − eval regret − margin)'],
		['Over the reference', 'Loss above that of the reference model, paired; below 0 is better'],
		['Beats it', 'Lower loss than the reference on eval and on the held-out tuning half'],
		['Accuracy', 'Majority winners only'],
		['Over-confidence', 'Mean confidence minus mean correctness'],
		[
			'Log-ratio drift',
			'Mean of log π − log π_ref of both responses on the tuning half, nats: not a KL. Below it, where logits were at hand, KL(policy ‖ reference) over the full vocabulary, nats per token',
		],
		[
			'Forgetting',
			'Rise of the loss per token on what must not be forgotten, by the model alone, paired with the baseline',
		],
	] as const;

function Cell({
	label,
	children,
	class: name,
}: {
	label: string | undefined;
	children: ComponentChildren;
	class?: string;
}) {
	return (
		<td {...ROLE.cell} data-label={label} {...(name ? { class: name } : {})}>
			{children}
		</td>
	);
}

function Tags({ checkpoint, record, at }: { checkpoint: CheckpointResult; record: CheckpointRecord; at: AtLambda }) {
	const { name } = checkpoint;
	const tags = [
		...(checkpoint.void === undefined ? [] : ['held-out void']),
		...(at.best === name ? [`lowest J at λ ${lambda(at.lambda)}`] : []),
		...(record.best?.last === name ? ['last'] : []),
	];
	return (
		<>
			{record.recommended.checkpoint === name ? (
				<span class="tag strong">
					<StatusMark status="pass" size={10} word="recommended" />
					recommended
				</span>
			) : null}
			{tags.map((tag) => (
				<span key={tag} class="tag">
					{tag}
				</span>
			))}
		</>
	);
}

/** Where the engine saw logits: a number of its own, named in full below the table. */
function TokenKl({ of: { divergences = [] } }: { of: CheckpointResult }) {
	const kl = divergences.find(({ kind }) => kind === 'token-kl');
	if (kl === undefined) return null;
	if (kl.value === null) return <span class="two-line dim">KL not computed</span>;
	return (
		<span class="two-line">
			KL {fixed(kl.value, 3)} <small>{spread(kl, 3) || 'no interval'}</small>
		</span>
	);
}

function Forgetting({ of: { forgetting } }: { of: CheckpointResult }) {
	if (forgetting === undefined) return <span class="dim">{DASH}</span>;
	const { loss, lost, gained } = forgetting;
	return (
		<>
			<span class="two-line">
				{signed(loss.value)} <small>{spread(loss) || 'no interval'}</small>
			</span>
			<span class="two-line dim">
				{lost.length} lost, {gained.length} gained
			</span>
		</>
	);
}

function Row({ checkpoint, record, at }: { checkpoint: CheckpointResult; record: CheckpointRecord; at: AtLambda }) {
	const heads = columns(at.lambda);
	const label = (index: number) => heads[index]?.[0];
	const judged = at.judged.get(checkpoint.name);
	const gone = checkpoint.void !== undefined;
	const { metrics, objective } = checkpoint;
	const beats = beatsWords(checkpoint);
	const rowClass = [
		record.recommended.checkpoint === checkpoint.name ? 'recommended' : '',
		at.best === checkpoint.name ? 'best' : '',
		gone ? 'void' : '',
	]
		.join(' ')
		.trim();
	return (
		<tr {...ROLE.row} class={rowClass}>
			<th scope="row" {...ROLE.rowheader}>
				<span class="checkpoint-name">{checkpoint.name}</span>
				<Tags checkpoint={checkpoint} record={record} at={at} />
			</th>
			<Cell label={label(1)}>{checkpoint.step === null ? DASH : checkpoint.step.toLocaleString('en-US')}</Cell>
			<Cell label={label(2)}>
				<Both
					hollow={gone}
					inside={<Around of={lossInterval(checkpoint, 'eval')} />}
					outside={
						gone ? (
							<>
								{fixed(objective.heldout_loss)} <small>void</small>
							</>
						) : (
							<Around of={lossInterval(checkpoint, 'heldout_reference')} />
						)
					}
				/>
			</Cell>
			<Cell label={label(3)}>{gone ? <span class="dim">void</span> : signed(objective.gap)}</Cell>
			<Cell label={label(4)}>
				<Both
					hollow={gone}
					inside={fixed(judged?.fitRegret ?? objective.fit_regret)}
					outside={gone ? <span class="dim">void</span> : fixed(judged?.heldoutRegret ?? objective.heldout_regret)}
				/>
			</Cell>
			<Cell label={label(5)} class={at.best === checkpoint.name ? 'lowest' : ''}>
				{gone ? <span class="dim">void</span> : fixed(judged?.value)}
			</Cell>
			<Cell label={label(6)}>
				<Both
					hollow={gone}
					inside={<Around of={checkpoint.over_reference.eval} sign />}
					outside={
						gone ? <span class="dim">void</span> : <Around of={checkpoint.over_reference.heldout_reference} sign />
					}
				/>
			</Cell>
			<Cell label={label(7)}>
				<span class="two-line">{beats.word}</span>
				{beats.detail === '' ? null : <span class="two-line dim">{beats.detail}</span>}
			</Cell>
			<Cell label={label(8)}>
				<Both
					hollow={gone}
					inside={<Around of={metrics.eval?.accuracy} />}
					outside={<Around of={metrics.heldout_reference?.accuracy} />}
				/>
			</Cell>
			<Cell label={label(9)}>
				<Both
					hollow={gone}
					inside={<Around of={metrics.eval?.overconfidence} sign />}
					outside={<Around of={metrics.heldout_reference?.overconfidence} sign />}
				/>
			</Cell>
			<Cell label={label(10)}>
				<span class="two-line">
					{fixed(checkpoint.divergence.value, 1)}{' '}
					<small>
						{spread(checkpoint.divergence, 1) || (checkpoint.divergence.value === null ? '' : 'no interval')}
					</small>
				</span>
				<TokenKl of={checkpoint} />
			</Cell>
			<Cell label={label(11)}>
				<Forgetting of={checkpoint} />
			</Cell>
		</tr>
	);
}

/** Stands beside the candidates and is none: it gives both responses of every pair the same odds. */
function ReferenceRow({ record, at }: { record: CheckpointRecord; at: number }) {
	const { uninformed } = record.baselines;
	const heads = columns(at);
	return (
		<tr {...ROLE.row} class="reference-row">
			<th scope="row" {...ROLE.rowheader}>
				<span class="checkpoint-name">{referenceName(record)}</span>
				<span class="tag">reference, no candidate</span>
			</th>
			<Cell label={heads[1]?.[0]}>{DASH}</Cell>
			<Cell label={heads[2]?.[0]}>
				<Both hollow={false} inside={fixed(uninformed.eval_loss)} outside={fixed(uninformed.heldout_loss)} />
			</Cell>
			<td {...ROLE.cell} class="wide" colSpan={heads.length - 3}>
				says 50 % of every pair
			</td>
		</tr>
	);
}

/** Reasons in sight before the rest is folded. */
const SHOWN_VOIDS = 3;

/** What voids held-out numbers, once for each reason. */
function Voids({ checkpoints }: { checkpoints: readonly CheckpointResult[] }) {
	const reasons = [...new Set(checkpoints.flatMap((one) => (one.void === undefined ? [] : [one.void.reason])))];
	const line = (reason: string) => (
		<li key={reason}>
			<Key tone="out" hollow /> Held-out void,{' '}
			{checkpoints
				.filter((one) => one.void?.reason === reason)
				.map(({ name }) => name)
				.join(', ')}
			: {reason.replace(/\.$/, '')}.
		</li>
	);
	const rest = reasons.slice(SHOWN_VOIDS);
	return (
		<>
			{reasons.slice(0, SHOWN_VOIDS).map(line)}
			{rest.length === 0 ? null : (
				<li>
					<Fold id="voids" title={`${rest.length} more that are void, with their reasons`}>
						<ul class="left-out">{rest.map(line)}</ul>
					</Fold>
				</li>
			)}
		</>
	);
}

/** Every checkpoint in order of step, void ones after; J and regrets at the λ of the slider. */
export function CheckpointsSection({ record }: { record: CheckpointRecord }) {
	const at = useLambda(record);
	const { checkpoints, settings } = record;
	const region = useRef<HTMLElement>(null);
	// In a table that scrolls by itself, the checkpoint that λ asks for stays in sight.
	useEffect(() => {
		const row = region.current?.querySelector<HTMLElement>('tr.best');
		const { current } = region;
		if (!row || !current || current.scrollHeight <= current.clientHeight) return;
		const [top, bottom] = [row.offsetTop - 48, row.offsetTop + row.offsetHeight];
		if (top < current.scrollTop || bottom > current.scrollTop + current.clientHeight) {
			current.scrollTop = top - current.clientHeight / 3;
		}
	}, [at.best]);
	return (
		<section aria-labelledby="checkpoints-title">
			<h2 id="checkpoints-title">Checkpoints</h2>
			<LambdaSlider record={record} at={at} />
			<section
				ref={region}
				class={`scroll cards${checkpoints.length > TALL ? ' tall' : ''}`}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
				tabIndex={0}
				aria-labelledby="checkpoints-title"
			>
				<table class="checkpoints" {...ROLE.table} aria-labelledby="checkpoints-title">
					<thead {...ROLE.rowgroup}>
						<tr {...ROLE.row}>
							{columns(at.lambda).map(([title, help]) => (
								<th key={title} scope="col" {...ROLE.columnheader} title={help || undefined}>
									{title}
								</th>
							))}
						</tr>
					</thead>
					<tbody {...ROLE.rowgroup}>
						{checkpoints.map((checkpoint) => (
							<Row key={checkpoint.name} checkpoint={checkpoint} record={record} at={at} />
						))}
						<ReferenceRow record={record} at={at.lambda} />
					</tbody>
				</table>
			</section>
			<ul class="note dim left-out">
				<li>
					<Key tone="in" /> eval, in distribution · <Key tone="out" /> held-out, tuning half · losses in nats
					{(settings.loss ?? 'sigmoid') === 'sigmoid' ? '; knowing nothing is 0.693' : ''}. Losses and differences with
					their 95 % intervals; gap, regrets and J are point estimates: two checkpoints differ only where a paired
					interval says so.
				</li>
				<Voids checkpoints={checkpoints} />
			</ul>
		</section>
	);
}
