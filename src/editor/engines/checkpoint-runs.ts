import * as vscode from 'vscode';
import type { RunRecord } from '../../domain/run-record.ts';
import type { ScoringRuns } from '../report/scoring-runs.ts';
import type { FolderSession, Services } from '../services.ts';
import { requireTrust } from '../shell/trust.ts';
import { CheckpointFlow, type FlowStart } from './checkpoint-flow.ts';
import { type CheckpointChoice, optionsOfChoice, type SCORED_SPLITS } from './choice.ts';
import { choiceFromRecord } from './from-record.ts';
import { machineEngines } from './machine-settings.ts';
import { Remembered } from './remembered.ts';
import { allowSending } from './send-consent.ts';
import { ServerKeys } from './server-keys.ts';
import { checkpointNames, choiceTitle } from './words.ts';

/** Runs over checkpoints: what to score is asked for or remembered; keys, consent and machine settings come in at the start. */
export class CheckpointRuns {
	readonly #services: Services;
	readonly #scoring: ScoringRuns;
	readonly #keys: ServerKeys;
	readonly #remembered: Remembered;

	constructor(services: Services, scoring: ScoringRuns) {
		this.#services = services;
		this.#scoring = scoring;
		this.#keys = new ServerKeys(services.context);
		this.#remembered = new Remembered(services.context);
	}

	/**
	 * The questions, then the run.
	 * @param files checkpoints that were picked already
	 * @returns the run's id; undefined when cancelled or failed, which was shown
	 * @throws UserError `untrusted`
	 */
	async ask(session: FolderSession, files: readonly string[] = []): Promise<string | undefined> {
		requireTrust('score');
		const start: FlowStart = files.length === 0 ? {} : { engine: 'gguf', checkpoints: files };
		const flow = new CheckpointFlow(session, this.#keys, this.#remembered.last(session), start);
		return this.#startIf(session, await flow.ask(files.length === 0 ? 'engine' : 'reference'));
	}

	/** The run of a record once more: as it was asked for here, else as far as its record tells. */
	async again(session: FolderSession, record: RunRecord): Promise<string | undefined> {
		requireTrust('score');
		const known = this.#remembered.ofRun(session, record.run);
		return known === undefined ? this.configure(session, record) : this.#start(session, known);
	}

	/** The questions, starting from a run's own answers. */
	async configure(session: FolderSession, record: RunRecord): Promise<string | undefined> {
		requireTrust('score');
		const known = this.#remembered.ofRun(session, record.run);
		if (known !== undefined) {
			const flow = new CheckpointFlow(session, this.#keys, known, { settings: known.settings, models: known.models });
			return this.#startIf(session, await flow.ask('form'));
		}
		const { engine, reference, checkpoints, settings } = choiceFromRecord(record);
		const flow = new CheckpointFlow(session, this.#keys, this.#remembered.last(session), {
			engine,
			names: [...(reference === null ? [] : [reference]), ...checkpoints],
			settings,
			...(engine === 'http' ? { checkpoints, ...(reference === null ? {} : { reference }) } : {}),
			title: 'This run’s record names its models, not where they are',
		});
		const first = engine === 'http' ? 'server' : engine === 'gguf' ? 'reference' : 'engine';
		return this.#startIf(session, await flow.ask(engine === 'logprobs' ? 'checkpoints' : first));
	}

	async #startIf(session: FolderSession, choice: CheckpointChoice | undefined): Promise<string | undefined> {
		return choice === undefined ? undefined : this.#start(session, choice);
	}

	async #start(session: FolderSession, choice: CheckpointChoice): Promise<string | undefined> {
		const { models, settings } = choice;
		if (models.engine === 'http') {
			const { splits, halves } = await (await session.api()).info();
			const isScored = (split: (typeof SCORED_SPLITS)[number]) =>
				settings.splits.length === 0 || settings.splits.includes(split);
			const pairs =
				(isScored('train') ? (splits.train.judged ?? 0) : 0) +
				(isScored('eval') ? (splits.eval.judged ?? 0) : 0) +
				(isScored('heldout_reference') ? (halves.reference.judged ?? 0) + halves.sealed.pairs : 0) +
				(isScored('retention') ? (splits.retention.judged ?? 0) : 0);
			const scored = new Set([models.reference, ...models.checkpoints]).size;
			if (!(await allowSending(this.#services.context, models.url, pairs, scored))) return undefined;
		}
		const key = models.engine === 'http' ? await this.#keys.of(models.url) : undefined;
		// Scoring anew is for this start: going on after a stop repeats nothing.
		const kept: CheckpointChoice = { models, settings: { ...settings, fresh: false } };
		await this.#remembered.keep(session, null, kept);
		this.#services.log.info(`${choiceTitle(choice)} (${models.engine}): ${checkpointNames(models).join(', ')}.`);
		const options = optionsOfChoice(choice, machineEngines(), key);
		const run = await this.#scoring.start(session, options, choiceTitle(choice), () => this.#onStopped(session, kept));
		if (run !== undefined) await this.#remembered.keep(session, run, kept);
		return run;
	}

	#onStopped(session: FolderSession, choice: CheckpointChoice): void {
		const scores = choice.models.engine !== 'logprobs';
		const text = scores
			? 'Scoring stopped. Finished scores are kept: a new start repeats none of them.'
			: 'Reading stopped. Nothing was recorded.';
		void vscode.window.showInformationMessage(text, scores ? 'Go On' : 'Start Again').then(async (pick) => {
			if (pick === undefined) return;
			try {
				const run = await this.#start(session, choice);
				if (run === undefined) return;
				const row = { folder: session.folder.uri.toString(), argument: run };
				await vscode.commands.executeCommand('pairwright.openReport', row);
			} catch (error) {
				this.#services.showError(error, 'scoring checkpoints');
			}
		});
	}
}
