import type { RunRecord } from '../../domain/run-record.ts';
import { CheckpointRuns } from '../engines/checkpoint-runs.ts';
import type { FolderSession, Services } from '../services.ts';
import { askRunSettings } from './run-form.ts';
import { optionsOf } from './run-settings.ts';
import type { ScoringRuns } from './scoring-runs.ts';

/** The ways to start a run, of the probe or over checkpoints. Each gives the new run's id, or undefined when there is none. */
export class RunStarts {
	readonly #scoring: ScoringRuns;
	readonly #checkpoints: CheckpointRuns;

	constructor(services: Services, scoring: ScoringRuns) {
		this.#scoring = scoring;
		this.#checkpoints = new CheckpointRuns(services, scoring);
	}

	/** The small form of the probe, then the run. */
	async first(session: FolderSession): Promise<string | undefined> {
		const options = await askRunSettings(session);
		if (options === undefined) return undefined;
		return options === 'checkpoints' ? this.checkpoints(session, []) : this.#scoring.start(session, options);
	}

	checkpoints(session: FolderSession, files: readonly string[]): Promise<string | undefined> {
		return this.#checkpoints.ask(session, files);
	}

	/** The same again, on today's data. */
	again(session: FolderSession, record: RunRecord): Promise<string | undefined> {
		if (record.engine.name !== 'probe') return this.#checkpoints.again(session, record);
		return this.#scoring.start(session, optionsOf(record.settings));
	}

	/** Its settings are asked for first. */
	async configure(session: FolderSession, record: RunRecord): Promise<string | undefined> {
		if (record.engine.name !== 'probe') return this.#checkpoints.configure(session, record);
		const options = await askRunSettings(session, optionsOf(record.settings));
		if (options === undefined) return undefined;
		return options === 'checkpoints' ? this.checkpoints(session, []) : this.#scoring.start(session, options);
	}
}
