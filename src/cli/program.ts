import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { registerAgreement } from './agreement.ts';
import { registerAuthor } from './author.ts';
import { registerCalibrate } from './calibrate.ts';
import { registerCard } from './card.ts';
import { registerCompare } from './compare.ts';
import { registerCoverage } from './coverage.ts';
import { registerDecide } from './decide.ts';
import { registerDiff } from './diff.ts';
import { registerDoctor } from './doctor.ts';
import { registerErase } from './erase.ts';
import { registerExport } from './export.ts';
import { registerFrontier } from './frontier.ts';
import { registerGate } from './gate.ts';
import { registerGenerate } from './generate.ts';
import { registerGold } from './gold.ts';
import { registerImport } from './import.ts';
import { registerInit } from './init.ts';
import { registerInspect } from './inspect.ts';
import { registerJudge } from './judge.ts';
import { registerList } from './list.ts';
import { registerPeople } from './people.ts';
import { registerProgress } from './progress-report.ts';
import { registerPrompts } from './prompts.ts';
import { registerReport } from './report.ts';
import { registerScore } from './score.ts';
import { registerSearches } from './searches.ts';
import { registerSplit } from './split.ts';
import { registerSuggest } from './suggest.ts';
import { registerSync } from './sync.ts';
import { registerTag } from './tag.ts';

/** The program with every command of this version; parsing it runs one. */
export function createProgram(): Command {
	const program = new Command('pairwright')
		.description(
			'Curate preference pairs, hold out what lies outside the training distribution, score, and see whether it carries over.',
		)
		.version(manifest.version, '--version', 'print the version')
		.helpOption('--help', 'print help')
		.option(
			'--workspace <dir>',
			'workspace folder (default: the nearest parent with .pairwright/, else the current folder)',
		)
		.option(
			'--annotator <name>',
			'who acts (default: PAIRWRIGHT_ANNOTATOR, else the handle stored on this machine, else git user.name)',
		)
		.option('--json', 'print exactly one JSON document on stdout; an error is {"error":{"reason","message"}}')
		.option('--quiet', 'print nothing but errors and warnings')
		.option('--no-color', 'print without colours (so does NO_COLOR)')
		.option('--verbose', 'print details of errors')
		.configureHelp({ showGlobalOptions: true, helpWidth: Math.min(process.stdout.columns ?? 100, 110) })
		// Errors are printed in one place, with the JSON document that a script expects.
		.configureOutput({ outputError: () => {} })
		.exitOverride();
	for (const register of [
		registerInit,
		registerImport,
		registerExport,
		registerPrompts,
		registerGenerate,
		registerList,
		registerSearches,
		registerJudge,
		registerAuthor,
		registerTag,
		registerSplit,
		registerInspect,
		registerGold,
		registerSuggest,
		registerCoverage,
		registerProgress,
		registerAgreement,
		registerCard,
		registerDiff,
		registerScore,
		registerDecide,
		registerReport,
		registerCompare,
		registerGate,
		registerFrontier,
		registerCalibrate,
		registerSync,
		registerPeople,
		registerErase,
		registerDoctor,
	]) {
		register(program);
	}
	program.addHelpText(
		'after',
		`
Exit codes: 0 done · 1 nothing was done, the message says why · 2 done, but rows were rejected or a check failed · 130 cancelled

Example:
  $ pairwright init && pairwright import pairs.jsonl && pairwright score
`,
	);
	return program;
}
