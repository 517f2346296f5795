import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ScoredCheckpoint } from '../../domain/checkpoint.ts';
import { EXPORT_FORMAT_FACTS, isExportFormat } from '../../domain/export-format.ts';
import { UserError } from '../../protocol/errors.ts';
import type { CheckpointOptions } from '../../protocol/scoring.ts';
import { readExportRecord } from '../../store/export-record.ts';

/** Shortest export id prefix that is taken for one, as everywhere. */
const MIN_PREFIX = 8;

type TrainedOn = NonNullable<ScoredCheckpoint['trainedOn']>;

/** `*` any text, `?` one character; names of served models hold slashes, which a path's glob would stop at. */
function matcher(pattern: string): RegExp {
	const source = pattern
		.split(/([*?])/)
		.map((part) => (part === '*' ? '.*' : part === '?' ? '.' : escaped(part)))
		.join('');
	return new RegExp(`^${source}$`, 's');
}

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function findExport(exports: string, wanted: string): string {
	const ids = existsSync(exports)
		? readdirSync(exports).flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? [])
		: [];
	const found = wanted.length < MIN_PREFIX ? [] : ids.filter((id) => id.startsWith(wanted));
	if (found.length === 1) return found[0]!;
	if (found.length > 1) throw new UserError('ambiguous-id', `"${wanted}" fits ${found.length} recorded exports.`);
	throw new UserError(
		'not-found',
		`There is no recorded export "${wanted}" (${ids.length} are recorded in .pairwright/exports). Give its id or at least ${MIN_PREFIX} of its first digits, as "pairwright export" printed it, or none.`,
	);
}

/** Behind an export's id: a bundle was trained on without its penalty, so that nothing of the held-out tuning half was read. */
const WITHOUT_PENALTY = ':train';

/**
 * Prompts that a model was trained on: the export's splits, held-out ones too where they were written for a trainer, and what a penalty
 * read of the held-out tuning half. The eval file of an export with a train file is what a trainer looks at, not what it fits: the default
 * export has both, and eval is what A is measured on.
 */
function readExport(exports: string, id: string, withPenalty: boolean): TrainedOn {
	try {
		const { format, splits, others, referenceUsed } = readExportRecord(exports, id);
		const forTrainer = typeof format === 'string' && isExportFormat(format) && EXPORT_FORMAT_FACTS[format].training;
		const { eval: looked, ...fitted } = { ...splits, ...(forTrainer ? others : {}) };
		const lists = [
			...Object.values(fitted),
			...(looked === undefined || fitted.train !== undefined ? [] : [looked]),
			...(referenceUsed === undefined || !withPenalty ? [] : [referenceUsed]),
		];
		if (lists.length === 0) throw new Error('it holds no lists of prompts');
		return { export: id, prompts: [...new Set(lists.flat())].sort(), ...(withPenalty ? {} : { penalty: false }) };
	} catch (error) {
		throw new UserError(
			'unusable-input',
			`The record ${join(exports, `${id}.json`)} of a training export cannot be read: ${(error as Error).message}. Get it from version control.`,
		);
	}
}

/** Reads the exports that options name; before anything is scored, so that a wrong id costs nothing. */
export function readTrainedOn(exports: string, options: CheckpointOptions['trainedOn'] = []): TrainedOnRules {
	return options.map(({ pattern, export: wanted }) => ({
		pattern,
		fits: matcher(pattern),
		trainedOn: wanted === 'none' ? { export: null, prompts: [] } : readWanted(exports, wanted),
	}));
}

function readWanted(exports: string, wanted: string): TrainedOn {
	const withPenalty = !wanted.endsWith(WITHOUT_PENALTY);
	const id = withPenalty ? wanted : wanted.slice(0, -WITHOUT_PENALTY.length);
	return readExport(exports, findExport(exports, id), withPenalty);
}

export type TrainedOnRules = readonly {
	readonly pattern: string;
	readonly fits: RegExp;
	readonly trainedOn: TrainedOn;
}[];

/**
 * What each checkpoint was trained on: the first rule whose pattern fits its name.
 * @throws UserError usage for a pattern that fits none: a misspelt one would silently leave "not said"
 */
export function trainedOnOf(rules: TrainedOnRules, names: readonly string[]): (TrainedOn | null)[] {
	for (const { pattern, fits } of rules) {
		if (!names.some((name) => fits.test(name))) {
			throw new UserError(
				'usage',
				`--trained-on ${pattern}=…: no checkpoint is called that. The run has ${names.join(', ')}.`,
			);
		}
	}
	return names.map((name) => rules.find(({ fits }) => fits.test(name))?.trainedOn ?? null);
}
