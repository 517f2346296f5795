import * as vscode from 'vscode';
import type { FolderSession } from '../services.ts';
import { askCheckpointSettings } from './checkpoint-form.ts';
import { type CheckpointChoice, type CheckpointModels, type CheckpointSettings, DEFAULT_SETTINGS } from './choice.ts';
import { bySteps, type FoundFile } from './expand-paths.ts';
import { findFiles } from './find-files.ts';
import { pickFilesStep } from './pick-files.ts';
import { askServed, type PickedServer, pickModelsStep, pickServerStep, type Served } from './pick-served.ts';
import type { ServerKeys } from './server-keys.ts';
import { showStep } from './step.ts';
import { ENGINE_WORDS, fileName, fileNames, modelsText, settingsText } from './words.ts';

type EngineChoice = CheckpointModels['engine'];
type Stage = 'engine' | 'server' | 'reference' | 'checkpoints' | 'form';

const STAGES: Readonly<Record<EngineChoice, readonly Stage[]>> = {
	gguf: ['engine', 'reference', 'checkpoints', 'form'],
	http: ['engine', 'server', 'reference', 'checkpoints', 'form'],
	logprobs: ['engine', 'checkpoints', 'form'],
};

const ENDINGS = { gguf: ['.gguf'], logprobs: ['.jsonl', '.jsonl.gz', '.ndjson'] } as const;

function isLog({ path }: FoundFile): boolean {
	return /log-?p/iu.test(fileName(path));
}

/** What is known before the first question. */
export interface FlowStart {
	readonly engine?: EngineChoice | null;
	/** All of it; the other fields then are left out. */
	readonly models?: CheckpointModels;
	readonly reference?: string;
	/** Paths or served names. */
	readonly checkpoints?: readonly string[];
	/** As a run names its models: files of these names are ticked where they are found. */
	readonly names?: readonly string[];
	readonly settings?: CheckpointSettings;
	/** In place of the usual one, where the reason for asking is not plain. */
	readonly title?: string;
}

/** The questions of "Score Checkpoints…", one after the other with a way back; answers stay while one goes back. */
export class CheckpointFlow {
	readonly #session: FolderSession;
	readonly #keys: ServerKeys;
	readonly #last: CheckpointChoice | undefined;
	#engine: EngineChoice;
	#server: PickedServer | undefined;
	#served: Served | undefined;
	#reference: string | undefined;
	#checkpoints: readonly string[];
	#settings: CheckpointSettings;
	readonly #names: readonly string[];
	readonly #title: string;

	constructor(session: FolderSession, keys: ServerKeys, last: CheckpointChoice | undefined, start: FlowStart = {}) {
		this.#session = session;
		this.#keys = keys;
		this.#last = last;
		this.#engine = start.engine ?? 'gguf';
		this.#reference = start.reference;
		this.#checkpoints = start.checkpoints ?? [];
		this.#settings = start.settings ?? last?.settings ?? DEFAULT_SETTINGS;
		this.#names = start.names ?? [];
		this.#title = start.title ?? 'Score checkpoints';
		if (start.models !== undefined) this.#take({ models: start.models, settings: this.#settings });
	}

	/** @returns undefined when cancelled */
	async ask(first: Stage = 'engine'): Promise<CheckpointChoice | undefined> {
		let stage: Stage = first;
		for (;;) {
			const next = await this.#at(stage);
			if (next === undefined || typeof next === 'object') return next;
			stage = next;
		}
	}

	#at(stage: Stage): Promise<Stage | CheckpointChoice | undefined> {
		switch (stage) {
			case 'engine':
				return this.#askEngine();
			case 'server':
				return this.#askServer();
			case 'reference':
				return this.#askReference();
			case 'checkpoints':
				return this.#askCheckpoints();
			case 'form':
				return this.#askSettings();
		}
	}

	#step(stage: Stage): readonly [number, number] {
		const stages = STAGES[this.#engine];
		return [stages.indexOf(stage) + 1, stages.length];
	}

	#next(stage: Stage, by: 1 | -1): Stage {
		const stages = STAGES[this.#engine];
		return stages[stages.indexOf(stage) + by] ?? 'engine';
	}

	async #askEngine(): Promise<Stage | CheckpointChoice | undefined> {
		const last = this.#last;
		const engines = (['gguf', 'http', 'logprobs'] as const).map((engine) => ({
			...ENGINE_WORDS[engine],
			label: `${{ gguf: '$(file-binary)', http: '$(server)', logprobs: '$(list-ordered)' }[engine]} ${ENGINE_WORDS[engine].label}`,
			engine: engine as EngineChoice | null,
		}));
		const again =
			last === undefined
				? []
				: [
						{
							label: '$(history) As last time',
							description: modelsText(last.models),
							detail: settingsText(last.settings),
							engine: null,
						},
						{ label: '', kind: vscode.QuickPickItemKind.Separator, engine: null },
					];
		const answer = await showStep({
			title: this.#title,
			step: this.#step('engine'),
			placeholder: 'Where do the log-probabilities come from?',
			items: [...again, ...engines],
			selected: this.#checkpoints.length === 0 ? [] : engines.filter(({ engine }) => engine === this.#engine),
			back: false,
		});
		const picked = answer !== undefined && 'picked' in answer ? answer.picked[0] : undefined;
		if (picked === undefined) return undefined;
		if (picked.engine === null) {
			if (last === undefined) return 'engine';
			this.#take(last);
			return 'form';
		}
		if (picked.engine !== this.#engine) {
			this.#reference = undefined;
			this.#checkpoints = [];
		}
		this.#engine = picked.engine;
		// What was scored last with this engine is where most start from.
		if (last?.models.engine === picked.engine && this.#checkpoints.length === 0) this.#take(last);
		return this.#next('engine', 1);
	}

	#take({ models, settings }: CheckpointChoice): void {
		this.#engine = models.engine;
		this.#settings = settings;
		if (models.engine === 'logprobs') {
			this.#checkpoints = models.files;
			return;
		}
		this.#reference = models.reference;
		this.#checkpoints = models.checkpoints;
		if (models.engine === 'http') this.#server = { url: models.url, api: models.api ?? null };
	}

	async #askServer(): Promise<Stage | undefined> {
		const { models } = this.#last ?? {};
		const used = models?.engine === 'http' ? [{ url: models.url, api: models.api ?? null }] : [];
		const answer = await pickServerStep({
			title: `${this.#title}: server`,
			step: this.#step('server'),
			used: [...(this.#server === undefined ? [] : [this.#server]), ...used].filter(
				({ url }, index, all) => all.findIndex((each) => each.url === url) === index,
			),
		});
		if (answer === undefined) return undefined;
		const server = 'picked' in answer ? answer.picked[0] : undefined;
		if (server === undefined) return this.#next('server', -1);
		if (server.url !== this.#server?.url) {
			this.#reference = undefined;
			this.#checkpoints = [];
		}
		this.#server = server;
		this.#served = undefined;
		return 'reference';
	}

	async #askReference(): Promise<Stage | undefined> {
		const options = {
			title: `${this.#title}: reference model`,
			step: this.#step('reference'),
			noun: 'reference model, the one that training started from',
			many: false,
			picked: this.#reference === undefined ? [] : [this.#reference],
		};
		const answer = this.#engine === 'http' ? await this.#askModels(options, []) : await this.#askFiles(options, 'gguf');
		if (answer === undefined) return undefined;
		if ('again' in answer) return 'reference';
		if (!('picked' in answer) || answer.picked[0] === undefined) return this.#next('reference', -1);
		this.#reference = answer.picked[0];
		return 'checkpoints';
	}

	async #askCheckpoints(): Promise<Stage | undefined> {
		const files = this.#engine === 'logprobs';
		const options = {
			title: `${this.#title}: which ${files ? 'files' : 'ones'}`,
			step: this.#step('checkpoints'),
			noun: files ? 'files of log-probabilities' : 'checkpoints',
			many: true,
			picked: this.#checkpoints,
		};
		const answer =
			this.#engine === 'http'
				? await this.#askModels(options, this.#reference === undefined ? [] : [this.#reference])
				: await this.#askFiles(options, this.#engine);
		if (answer === undefined) return undefined;
		if ('again' in answer) return 'checkpoints';
		if (!('picked' in answer) || answer.picked.length === 0) return this.#next('checkpoints', -1);
		this.#checkpoints =
			this.#engine === 'http' ? answer.picked : answer.picked.toSorted((a, b) => bySteps({ path: a }, { path: b }));
		return 'form';
	}

	async #askFiles(
		options: Omit<Parameters<typeof pickFilesStep>[0], 'endings' | 'found' | 'folder'>,
		engine: 'gguf' | 'logprobs',
	) {
		const endings = ENDINGS[engine];
		const known = [this.#reference, ...this.#checkpoints].flatMap((path) => path ?? []);
		const { found, folder } = await findFiles(this.#session.folder.uri, endings, known);
		const offered = found.filter(({ path }) => !options.many || path !== this.#reference);
		// In a folder of data many files end alike.
		if (engine === 'logprobs') offered.sort((a, b) => Number(isLog(b)) - Number(isLog(a)));
		const picked = options.picked.length > 0 ? options.picked : this.#named(engine, offered);
		return pickFilesStep({ ...options, endings, folder, found: offered, picked });
	}

	/** Those that the run to be repeated names. */
	#named(engine: 'gguf' | 'logprobs', files: readonly FoundFile[]): string[] {
		const names = fileNames(
			engine,
			files.map(({ path }) => path),
		);
		return files.flatMap(({ path }, i) => (this.#names.includes(names[i] ?? '') ? path : []));
	}

	async #askModels(
		options: Pick<Parameters<typeof pickModelsStep>[0], 'title' | 'step' | 'noun' | 'many' | 'picked'>,
		without: readonly string[],
	) {
		const url = this.#server?.url ?? '';
		this.#served ??= await askServed(this.#title, url, this.#keys);
		const answer = await pickModelsStep({ ...options, url, served: this.#served, without, keys: this.#keys });
		if (answer !== undefined && 'again' in answer) this.#served = undefined;
		return answer;
	}

	async #askSettings(): Promise<Stage | CheckpointChoice | undefined> {
		const models = this.#models();
		const answer = await askCheckpointSettings(this.#session, { models, settings: this.#settings }, this.#step('form'));
		if (answer === undefined) return undefined;
		this.#settings = answer.settings;
		if (answer.go === 'run') return { models, settings: answer.settings };
		return answer.go === 'models' ? this.#next('engine', 1) : this.#next('form', -1);
	}

	#models(): CheckpointModels {
		const checkpoints = [...this.#checkpoints];
		const reference = this.#reference ?? '';
		if (this.#engine === 'logprobs') return { engine: 'logprobs', files: checkpoints };
		if (this.#engine === 'gguf') return { engine: 'gguf', reference, checkpoints };
		const { url, api } = this.#server ?? { url: '', api: null };
		return { engine: 'http', url, ...(api === null ? {} : { api }), reference, checkpoints };
	}
}
