import * as vscode from 'vscode';
import { showAgreement } from '../agreement/show.ts';
import { parseAskedFor } from '../candidates/choice.ts';
import { generateResponses } from '../candidates/generate.ts';
import { importLogs } from '../candidates/import-logs.ts';
import { showWaiting } from '../candidates/waiting.ts';
import { Disposable } from '../disposable.ts';
import { ServerKeys } from '../engines/server-keys.ts';
import { MappingScreens } from '../mapping/panel.ts';
import { showProgress } from '../progress/show.ts';
import type { FolderSession } from '../services.ts';
import { repeatStepKeys } from '../shell/context-keys.ts';
import type { Shell } from '../shell/shell.ts';
import type { Snapshots } from '../shell/snapshots.ts';
import { requireTrust } from '../shell/trust.ts';
import type { RowArgument } from '../trees/folder-tree.ts';
import { showCard } from './card.ts';
import { eraseInEditor } from './erase.ts';
import { exportData } from './export.ts';
import { exportBundle } from './export-bundle.ts';
import { freezeSplit } from './freeze.ts';
import { gateRun } from './gate.ts';
import { chooseGold } from './gold.ts';
import { importFiles, importPairs } from './import.ts';
import { changeHandle, doctor, openFile, rebuild } from './maintain.ts';
import { ResultDocuments } from './result-document.ts';
import { openDemo, setUp } from './set-up.ts';

/** Screens of other parts, as the commands open them. */
export interface Screens {
	openQueue(session: FolderSession, kind: 'judge' | 'review'): Promise<void>;
	openAdjudicate(session: FolderSession): Promise<void>;
	openSplits(session: FolderSession, focus: unknown): Promise<void>;
	openReport(session: FolderSession, run: string): Promise<void>;
	startScoring(session: FolderSession): Promise<void>;
	/** @param files GGUF files from the Explorer, if any */
	startCheckpoints(session: FolderSession, files: readonly string[]): Promise<void>;
}

/** A row of a tree, or nothing where the palette called. */
function rowArgument(value: unknown): RowArgument | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	return typeof (value as Partial<RowArgument>).folder === 'string' ? (value as RowArgument) : undefined;
}

/** The commands of the shell. Each shows its own errors: a rejected command would show a bare text. */
export class Commands extends Disposable {
	readonly #shell: Shell;

	constructor(shell: Shell, snapshots: Snapshots, screens: Screens) {
		super();
		this.#shell = shell;
		const results = this.register(new ResultDocuments());
		const mapping = this.register(
			new MappingScreens(shell, (session, files, how) => importPairs(shell, results, session, files, how)),
		);
		const forSession =
			(work: (session: FolderSession, argument: unknown) => Promise<void>) => async (value: unknown) => {
				const row = rowArgument(value);
				const session = row === undefined ? await shell.pickSession() : shell.sessionOf(row.folder);
				if (session !== undefined) await work(session, row?.argument);
			};

		this.#add('setUp', 'setting up the folder', () => setUp(shell));
		this.#add('openDemo', 'making the demo', () => openDemo(shell));
		this.#add('import', 'importing', (uri, uris) => importFiles(shell, results, mapping, selectedFiles(uri, uris)));
		this.#add('importMapped', 'importing', (uri, uris) =>
			importFiles(shell, results, mapping, selectedFiles(uri, uris), { mapAlways: true }),
		);
		this.#add('importPrompts', 'importing', (uri, uris) => importLogs(shell, results, selectedFiles(uri, uris)));
		this.#add(
			'waiting',
			'listing prompts',
			forSession((session, asked) => showWaiting(shell, results, session, asked)),
		);
		this.#add(
			'generate',
			'generating responses',
			forSession((session, asked) => generateResponses(shell, session, parseAskedFor(asked))),
		);
		this.#add('export', 'exporting', () => exportData(shell, results));
		this.#add('exportBundle', 'making the training bundle', () => exportBundle(shell));
		this.#add('rebuild', 'rebuilding the database', () => rebuild(shell, results));
		this.#add('doctor', 'checking', () => doctor(shell, results));
		this.#add('openGuidelines', 'opening the guidelines', () => openFile(shell, 'guidelines.md'));
		this.#add('openConfig', 'opening the settings of the folder', () => openFile(shell, 'config.json'));
		this.#add('setHandle', 'choosing a handle', () => changeHandle(shell));
		this.#add('openWalkthrough', 'opening the walkthrough', async () => {
			await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${shell.context.extension.id}#start`);
			await repeatStepKeys();
		});
		this.#add('showLog', 'showing the log', () => shell.log.show());
		this.#add('refresh', 'reading again', () => snapshots.refresh());
		this.#add(
			'restart',
			'starting the data process again',
			forSession((session) => shell.restart(session)),
		);
		this.#add(
			'chooseGold',
			'choosing gold pairs',
			forSession((session) => chooseGold(shell, session)),
		);
		this.#add(
			'showCard',
			'making the data card',
			forSession((session) => showCard(results, session)),
		);
		this.#add(
			'erase',
			'erasing',
			forSession((session, id) => eraseInEditor(shell, results, session, typeof id === 'string' ? id : undefined)),
		);
		this.#add(
			'freeze',
			'freezing',
			forSession((session) => freezeSplit(shell, session)),
		);
		this.#add(
			'gate',
			'checking the gate',
			forSession((session, run) => gateRun(results, session, typeof run === 'string' ? run : undefined)),
		);
		this.#add(
			'showProgress',
			'counting the progress',
			forSession((session) => showProgress(results, session)),
		);
		this.#add(
			'showAgreement',
			'comparing people',
			forSession((session) => showAgreement(results, session)),
		);
		this.#add(
			'annotate',
			'opening the queue',
			forSession((session) => screens.openQueue(session, 'judge')),
		);
		this.#add(
			'review',
			'opening the review',
			forSession((session) => screens.openQueue(session, 'review')),
		);
		this.#add(
			'adjudicate',
			'opening what is disputed',
			forSession((session) => screens.openAdjudicate(session)),
		);
		this.#add(
			'openSplits',
			'opening the splits',
			forSession((session, focus) => screens.openSplits(session, focus)),
		);
		this.#add(
			'openReport',
			'opening the report',
			forSession((session, run) => screens.openReport(session, typeof run === 'string' ? run : 'latest')),
		);
		this.#add(
			'score',
			'scoring',
			forSession(async (session) => {
				requireTrust('score');
				await screens.startScoring(session);
			}),
		);
		this.#add('scoreCheckpoints', 'scoring checkpoints', async (value, uris) => {
			requireTrust('score');
			const row = rowArgument(value);
			const session = row === undefined ? await shell.pickSession() : shell.sessionOf(row.folder);
			if (session === undefined) return;
			const files = selectedFiles(value, uris).map(({ fsPath }) => fsPath);
			await screens.startCheckpoints(session, files);
		});
		const keys = new ServerKeys(shell.context);
		this.#add('setServerKey', 'setting the key', async () => void (await keys.ask()));
		this.#add('removeServerKey', 'removing the key', () => keys.remove());
	}

	#add(name: string, doing: string, run: (...args: unknown[]) => Promise<void> | void): void {
		const guarded = async (...args: unknown[]): Promise<void> => {
			try {
				await run(...args);
			} catch (error) {
				this.#shell.showError(error, doing);
			}
		};
		this.register(vscode.commands.registerCommand(`pairwright.${name}`, guarded));
	}
}

/** The Explorer hands over the file that was clicked, and all that are selected. */
function selectedFiles(uri: unknown, uris: unknown): vscode.Uri[] {
	if (Array.isArray(uris)) return uris.filter((each) => each instanceof vscode.Uri);
	return uri instanceof vscode.Uri ? [uri] : [];
}
