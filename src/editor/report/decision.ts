import * as vscode from 'vscode';
import { checkpointChoices } from '../../domain/checkpoint-choice.ts';
import { lambdaChoices } from '../../domain/frontier.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { DecisionInput } from '../../protocol/report.ts';
import type { RunReport } from '../../protocol/runs.ts';
import type { FolderSession, Services } from '../services.ts';
import { pickRun } from './pick-run.ts';

/** What recording a decision does to the seal, for the question before it. */
export function sealSentence({ record }: RunReport): string {
	const sealed = record.dataset.splits.heldout_sealed.pairs;
	if (sealed === 0) return 'Nothing is sealed here, so nothing is opened.';
	if (record.decision !== null) return 'This run is open already: it is noted as “chosen after seeing E”.';
	const before =
		record.seal.openings === 0
			? ''
			: ` It was opened ${record.seal.openings === 1 ? 'once' : `${record.seal.openings} times`} before: E is no longer an unseen test.`;
	return `This opens the sealed half: ${sealed} pairs scored by this run become visible, and cannot be unseen.${before}`;
}

interface Choice extends vscode.QuickPickItem {
	readonly lambda: number | null;
	readonly checkpoint: string | null;
}

/** Checkpoints where the run has some, else λ; and none. */
function choices(record: RunRecord): Choice[] {
	const given =
		record.checkpoints === undefined
			? lambdaChoices(record).map(({ lambda, label, detail }) => ({
					label,
					description: detail,
					lambda,
					checkpoint: null,
				}))
			: checkpointChoices(record).map(({ checkpoint, detail }) => ({
					label: checkpoint,
					description: detail,
					lambda: null,
					checkpoint,
				}));
	return [...given, { label: 'none', description: 'not to be used', lambda: null, checkpoint: null }];
}

/** From the palette: the same choice as the report's decision box, confirmed because it opens the seal. */
export async function decideFromPalette(
	services: Services,
	session: FolderSession,
	run: string | undefined,
): Promise<string | undefined> {
	const id = run ?? (await pickRun(session, 'Decide on which run?'));
	if (id === undefined) return undefined;
	const api = await session.api();
	const report = await api.report(id, { part: 'record' });
	const choice = await vscode.window.showQuickPick(choices(report.record), {
		title: `Decision on run ${report.ordinal}`,
		placeHolder: report.record.recommended.sentence,
	});
	if (choice === undefined) return undefined;
	const reason = await vscode.window.showInputBox({
		title: `Why ${choice.label}?`,
		prompt: 'Kept with the decision. A sentence that still makes sense in a year.',
		validateInput: (text) => (text.trim() === '' ? 'A decision needs a reason.' : null),
		ignoreFocusOut: true,
	});
	if (reason === undefined) return undefined;
	const confirmed = await vscode.window.showWarningMessage(
		`Record ${choice.label} for run ${report.ordinal}?`,
		{ modal: true, detail: sealSentence(report) },
		'Record Decision',
	);
	if (confirmed === undefined) return undefined;
	await recordDecision(services, session, id, {
		lambda: choice.lambda,
		checkpoint: choice.checkpoint,
		reason: reason.trim(),
	});
	return id;
}

/** Records it under the annotator's handle. @returns false when they were asked for a handle and cancelled */
export async function recordDecision(
	services: Services,
	session: FolderSession,
	run: string,
	decision: DecisionInput,
): Promise<boolean> {
	if ((await services.ensurePerson(session)) === undefined) return false;
	const { openings } = await (await session.api()).decide(run, decision);
	services.log.info(`Decision recorded on ${run}; openings: ${openings}.`);
	return true;
}
