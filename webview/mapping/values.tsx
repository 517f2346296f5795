import { type ColumnMapping, type NumberScale, type VerdictCode, valueKey } from '../../src/domain/column-mapping.ts';
import { SPLITS, type Split } from '../../src/domain/split.ts';
import type { ImportPreview } from '../../src/protocol/imports.ts';
import { withSplit, withVerdict } from './change.ts';
import { CODES, SCALES } from './words.ts';

export interface Props {
	readonly columns: ImportPreview['columns'];
	readonly mapping: ColumnMapping;
	onChange(mapping: ColumnMapping): void;
}

/** Values of a column and of its map, in the order of the file; each once however it is written. */
function valuesOf(columns: Props['columns'], name: string, known: object | undefined): string[] {
	return eachOnce(columns.find((column) => column.name === name)?.values ?? [], known);
}

export function eachOnce(values: readonly string[], known: object | undefined): string[] {
	const seen = new Map<string, string>();
	for (const value of values) {
		if (!seen.has(valueKey(value))) seen.set(valueKey(value), value);
	}
	for (const key of Object.keys(known ?? {})) if (!seen.has(key)) seen.set(key, key);
	return [...seen.values()];
}

const DEFAULT_SCALE: NumberScale = 'negative-a';

/** What each value of the verdict column means. */
export function VerdictValues({ columns, mapping, onChange }: Props) {
	const name = mapping.columns.verdict;
	if (name === undefined) return null;
	const { numbers, verdicts } = mapping;
	const hasNames = mapping.columns.name_a !== undefined;
	const isNumber = columns.find((column) => column.name === name)?.kind === 'number';
	const setScale = (scale: NumberScale | null) => {
		const { numbers: _n, verdicts: _v, ...rest } = mapping;
		onChange(scale === null ? { ...rest, verdicts: {} } : { ...rest, numbers: scale });
	};
	return (
		<section aria-labelledby="verdict-heading">
			<h2 id="verdict-heading">
				What <span dir="auto">{name}</span> means
			</h2>
			{isNumber || numbers !== undefined ? (
				<div class="scale">
					<label for="scale">Numbers are</label>
					<select
						id="scale"
						value={numbers ?? ''}
						onChange={(event) =>
							setScale(event.currentTarget.value === '' ? null : (event.currentTarget.value as NumberScale))
						}
					>
						<option value="">names of values</option>
						{SCALES.map(([scale, text]) => (
							<option key={scale} value={scale}>
								{text}
							</option>
						))}
					</select>
				</div>
			) : null}
			{numbers === undefined ? (
				<ul class="values">
					{valuesOf(columns, name, verdicts).map((value, i) => (
						<li key={value} class={verdicts?.[valueKey(value)] === undefined && !hasNames ? 'value unknown' : 'value'}>
							<label for={`verdict-${i}`} dir="auto">
								{value}
							</label>
							<span aria-hidden="true">→</span>
							<select
								id={`verdict-${i}`}
								value={verdicts?.[valueKey(value)] ?? ''}
								onChange={(event) =>
									onChange(
										withVerdict(
											mapping,
											value,
											event.currentTarget.value === '' ? null : (event.currentTarget.value as VerdictCode),
										),
									)
								}
							>
								<option value="">{hasNames ? 'by the name of a side' : 'refuse these rows'}</option>
								{CODES.map(([code, text]) => (
									<option key={code} value={code}>
										{text}
									</option>
								))}
							</select>
						</li>
					))}
				</ul>
			) : null}
			{numbers === undefined && !isNumber && valuesOf(columns, name, verdicts).length > 24 ? (
				<p class="dim">
					There are many different values.{' '}
					<button type="button" class="link" onClick={() => setScale(DEFAULT_SCALE)}>
						They are numbers
					</button>
				</p>
			) : null}
		</section>
	);
}

const SPLIT_WORDS: Readonly<Record<Split, string>> = {
	train: 'Train',
	eval: 'Eval',
	heldout: 'Held-out',
	retention: 'Must not forget',
	excluded: 'Excluded',
};

/** Where the values of the split column go. */
export function SplitValues({ columns, mapping, onChange }: Props) {
	const name = mapping.columns.split;
	if (name === undefined) return null;
	const splitOf = (value: string) =>
		mapping.splits?.[valueKey(value)] ?? SPLITS.find((each) => each === valueKey(value));
	return (
		<section aria-labelledby="split-heading">
			<h2 id="split-heading">
				Where <span dir="auto">{name}</span> puts prompts
			</h2>
			<ul class="values">
				{valuesOf(columns, name, mapping.splits).map((value, i) => (
					<li key={value} class={splitOf(value) === undefined ? 'value unknown' : 'value'}>
						<label for={`split-${i}`} dir="auto">
							{value}
						</label>
						<span aria-hidden="true">→</span>
						<select
							id={`split-${i}`}
							value={splitOf(value) ?? ''}
							onChange={(event) =>
								onChange(
									withSplit(
										mapping,
										value,
										event.currentTarget.value === '' ? null : (event.currentTarget.value as Split),
									),
								)
							}
						>
							<option value="">refuse these rows</option>
							{SPLITS.map((split) => (
								<option key={split} value={split}>
									{SPLIT_WORDS[split]}
								</option>
							))}
						</select>
					</li>
				))}
			</ul>
		</section>
	);
}
