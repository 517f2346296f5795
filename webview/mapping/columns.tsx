import type { ColumnMapping, ColumnRole } from '../../src/domain/column-mapping.ts';
import type { ImportPreview } from '../../src/protocol/imports.ts';
import { roleOf } from './change.ts';
import { roleGroups } from './words.ts';

interface Props {
	readonly columns: ImportPreview['columns'];
	readonly mapping: ColumnMapping;
	onRole(column: string, role: ColumnRole | null): void;
}

/** One line a column: its name, what is in it, what it is read as. */
export function Columns({ columns, mapping, onRole }: Props) {
	const groups = roleGroups(mapping);
	return (
		<section aria-labelledby="columns-heading">
			<h2 id="columns-heading">Columns</h2>
			<ul class="columns">
				{columns.map(({ name, kind, values }, i) => {
					const role = roleOf(mapping, name);
					return (
						<li key={name} class={role === null ? 'column' : 'column mapped'}>
							<label for={`role-${i}`} class="name" dir="auto" title={name}>
								{name}
							</label>
							<span class="sample" dir="auto">
								{kind === 'empty' ? 'empty in the first rows' : kind === 'list' ? 'lists' : sample(values)}
							</span>
							<select
								id={`role-${i}`}
								value={role ?? ''}
								onChange={(event) =>
									onRole(name, event.currentTarget.value === '' ? null : (event.currentTarget.value as ColumnRole))
								}
							>
								<option value="">Metadata</option>
								{groups.map(({ label, roles }) => (
									<optgroup key={label} label={label}>
										{roles.map(([value, text]) => (
											<option key={value} value={value}>
												{text}
											</option>
										))}
									</optgroup>
								))}
							</select>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

function sample(values: readonly string[]): string {
	if (values.length === 0) return 'objects';
	return values.slice(0, 3).join(' · ');
}
