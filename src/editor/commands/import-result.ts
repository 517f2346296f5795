import { knownBefore, unheededWords } from '../../domain/split-moves.ts';
import type { ImportResult } from '../../protocol/imports.ts';

const count = new Intl.NumberFormat('en');

function sum(result: ImportResult, key: 'rows' | 'imported' | 'duplicates' | 'ties' | 'rejected'): number {
	return result.files.reduce((total, file) => total + file[key], 0);
}

function counted(n: number, noun: string): string {
	return `${count.format(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** On an import: what is new, what was there already, what was refused, and what it did to prompts that were there before. */
export function importSentence(result: ImportResult): string {
	const imported = sum(result, 'imported');
	const duplicates = sum(result, 'duplicates');
	const rejected = sum(result, 'rejected');
	// A row of a ranking gives several pairs.
	const noun = result.waiting === undefined ? 'pair' : 'row';
	const start = result.cancelled ? 'Import stopped; what was in stays in. ' : '';
	const parts = [imported === 0 ? 'Nothing new was imported' : `Imported ${counted(imported, noun)}`];
	if (duplicates > 0) parts.push(`${counted(duplicates, noun)} ${duplicates === 1 ? 'was' : 'were'} there already`);
	if (rejected > 0) parts.push(`${counted(rejected, 'row')} rejected`);
	const formats = [...new Set(result.files.map(({ format }) => format))].join(', ');
	const sentence = `${start}${parts.join('; ')}${formats === '' ? '' : ` (format: ${formats})`}.`;
	const { moves, unheeded } = result;
	return [sentence, ...knownBefore(moves), ...(unheeded === undefined ? [] : [unheededWords(unheeded)])].join(' ');
}

/**
 * The rejected rows and warnings as a text to read: file, line, reason.
 * @param shorten a path as people know it
 */
export function rejectedText(result: ImportResult, shorten: (path: string) => string): string {
	const all = sum(result, 'rejected');
	const lines = [importSentence(result), ''];
	for (const file of result.files) {
		for (const warning of file.warnings ?? []) lines.push(`${shorten(file.path)}: note: ${warning}`);
	}
	for (const { path, line, reason } of result.rejected) lines.push(`${shorten(path)}:${line}  ${reason}`);
	if (all > result.rejected.length) {
		lines.push('', `${count.format(all - result.rejected.length)} more rejected rows are counted but not named here.`);
	}
	return `${lines.join('\n')}\n`;
}
