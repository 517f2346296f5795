/** The probe against scikit-learn on the same features and folds: real preferences in ../shared/data, figures side by side. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const data = join(import.meta.dirname, '../../../shared/data');
const python = process.env.PYTHON ?? 'python3';

if (!existsSync(join(data, 'harmless.jsonl'))) process.stdout.write('skipped: the real preferences are not here\n');
else if (spawnSync(python, ['--version']).status !== 0) process.stdout.write(`skipped: no ${python}\n`);
else {
	const folder = mkdtempSync(join(tmpdir(), 'pairwright-sklearn-'));
	const dump = join(folder, 'dump.json');
	try {
		const files = [join(data, 'harmless.jsonl'), join(data, 'llmbar.jsonl')];
		execFileSync(process.execPath, [join(import.meta.dirname, 'dump-probe.ts'), ...files, dump], { stdio: 'inherit' });
		const { status } = spawnSync(python, [join(import.meta.dirname, 'sklearn_probe.py'), dump], { stdio: 'inherit' });
		process.exitCode = status ?? 1;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
