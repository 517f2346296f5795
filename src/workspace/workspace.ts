import type { EventType } from '../domain/events.ts';
import { UserError } from '../protocol/errors.ts';
import type { WorkspaceApi, WorkspaceEvents } from '../protocol/workspace-api.ts';
import { foreignVersion } from '../store/dataset-query.ts';
import { foldedErasures } from '../store/erasures.ts';
import { listComparisons, listPrompts, promptCursors } from '../store/list-query.ts';
import { workspacePaths } from '../store/paths.ts';
import { judgedBy } from '../store/read-counts.ts';
import { indexState } from '../store/search-index.ts';
import { pendingSources } from '../store/source-rows.ts';
import { acceptLeak } from './accept-leak.ts';
import { adjudicationQueue } from './adjudicating.ts';
import { agreementOrApart } from './agreement.ts';
import { author, improve } from './authoring.ts';
import { exportBundle } from './bundle/bundle.ts';
import { cardHtml } from './card-html.ts';
import { cardMarkdown } from './card-markdown.ts';
import { Context } from './context.ts';
import { assign, facets, previewMove, previewTag, tag } from './curation.ts';
import { dataCard } from './data-card.ts';
import { diff } from './diff/diff.ts';
import { dismissSuggestions } from './dismiss.ts';
import { doctor } from './doctor.ts';
import { erase } from './erase/erase.ts';
import { removePerson } from './erase/remove-person.ts';
import type { Steps } from './erase/team.ts';
import { exportData } from './export.ts';
import { facetCoverage } from './facet-coverage.ts';
import { fewerJudgments } from './fewer-judgments.ts';
import { foldPendingSources, followIndex } from './fold-sources.ts';
import { freeze } from './freeze.ts';
import { generate } from './generate/generate.ts';
import { planGeneration } from './generate/plan.ts';
import { gold, markGold, unmarkGold } from './gold.ts';
import { importFiles } from './import.ts';
import { previewImport } from './import-preview.ts';
import { about, info } from './info.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import { adjudicate, flag, judge, others, pair, past, queue, skip } from './judging.ts';
import { fewPrompts, indexLeaks, leaksPending, lookProblem } from './leak-index.ts';
import { leakTexts } from './leak-texts.ts';
import { mappings, saveMapping } from './mappings.ts';
import { followMyQueue } from './my-queue.ts';
import { people, rename } from './people.ts';
import { progress } from './progress.ts';
import { importPrompts } from './prompts/import-prompts.ts';
import { waiting, waitingPrompt } from './prompts/waiting.ts';
import { answerProposal } from './proposals.ts';
import { rebuild } from './rebuild.ts';
import { awaitedPaths } from './returned-sources.ts';
import { Runs } from './runs/runs.ts';
import { runsPort } from './runs-port.ts';
import { saveSearch, searches } from './searches.ts';
import { show } from './show.ts';
import { lookAhead, splits } from './splits.ts';
import { syncState } from './sync/state.ts';
import { sync } from './sync/sync.ts';
import { retract, undo } from './undo.ts';

/** Events that move no rows: lists keep their place and read what they show of them again. */
const OPINIONS: ReadonlySet<EventType> = new Set([
	'judged',
	'skipped',
	'flagged',
	'adjudicated',
	'gold-marked',
	'gold-answered',
	'renamed',
]);

export interface OpenOptions {
	readonly events?: WorkspaceEvents;
	readonly stateDir?: string;
	/** Overrides the stored handle, for this opening only. */
	readonly annotator?: string;
	readonly readonlyDb?: boolean;
}

/** One workspace folder, opened: the same capabilities for the editor's data process and the command line. */
export class Workspace implements WorkspaceApi {
	/** For code that composes further capabilities on the same opened workspace. */
	readonly context: Context;
	readonly #runs: Runs;
	#index: Promise<void> | null = null;
	#looking: Promise<void> | null = null;
	#acting: Promise<void> = Promise.resolve();
	readonly #ending = new AbortController();
	#foreign: number | null = null;

	private constructor(context: Context) {
		this.context = context;
		this.#runs = new Runs(runsPort(context));
	}

	/**
	 * Opens a folder, with or without `.pairwright/`, and folds what changed since.
	 * @throws UserError 'environment' where the database cannot be had
	 */
	static async open(root: string, options: OpenOptions = {}): Promise<Workspace> {
		const context = await Context.open(root, workspacePaths(root).config, options);
		const workspace = new Workspace(context);
		workspace.#foreign = foreignVersion(context.db);
		if (options.readonlyDb !== true && context.initialised) {
			await foldPendingSources(context);
			await workspace.#follow();
		}
		return workspace;
	}

	/** Both indexes follow what came in. A look for copies among few prompts is waited for: it takes no time. */
	async #follow(): Promise<void> {
		this.#followLeaks();
		if (fewPrompts(this.context)) await this.#looking;
		this.#followIndex();
	}

	/** Copies and near-copies, the clusters that follow from them, and the draws that wait for those. */
	#followLeaks(job?: { readonly job: string; readonly signal: AbortSignal }): void {
		const ctx = this.context;
		if (this.#looking !== null || this.#ending.signal.aborted || ctx.readonly) return;
		// While rows come in it would start over and over: the end of the import follows up.
		if (pendingSources(ctx.db).length > 0 || (!leaksPending(ctx) && !ctx.halvesDue)) return;
		const signals = [this.#ending.signal, ...(job === undefined ? [] : [job.signal])];
		this.#looking = indexLeaks(ctx, {
			signal: AbortSignal.any(signals),
			onProgress: ({ phase, done, total }) =>
				job && ctx.emit.progress({ job: job.job, phase, done, total, unit: 'steps', eta: null }),
		})
			.catch((error: unknown) => {
				const problem = lookProblem(error);
				if (problem !== null) ctx.emit.notice({ level: 'warning', text: problem });
			})
			.then(() => {
				this.#looking = null;
			});
	}

	/** The workspace once its clusters are known: what moves, draws or scores clusters waits for them, seconds at most. */
	async #clustered(job?: { readonly job: string; readonly signal: AbortSignal }): Promise<Context> {
		const ctx = this.#initialised();
		await this.#looking;
		this.#followLeaks(job);
		await this.#looking;
		return ctx;
	}

	/** The same once what was stored before has settled: whoever plans, exports or freezes half of a large move would have it wrong. */
	async #whole(job?: { readonly job: string; readonly signal: AbortSignal }): Promise<Context> {
		const ctx = await this.#clustered(job);
		if (!ctx.readonly) await ctx.store.settle();
		return ctx;
	}

	/** Acts on prompts one after the other: each plans on what the one before left. */
	#inTurn<T>(act: (ctx: Context) => Promise<T>): Promise<T> {
		const done = this.#acting.then(async () => act(await this.#whole()));
		this.#acting = done.then(
			() => {},
			() => {},
		);
		return done;
	}

	/** The full-text index follows behind; whoever searches waits for it. */
	#followIndex(): void {
		if (this.#index !== null || this.#ending.signal.aborted) return;
		if (indexState(this.context.db).ready) return;
		this.#index = followIndex(this.context, () => this.#ending.signal.aborted)
			.catch((error: unknown) => {
				this.context.emit.notice({ level: 'warning', text: `Search is behind: ${(error as Error).message}` });
			})
			.then(() => {
				this.#index = null;
				if (!this.#ending.signal.aborted) this.context.emit.changed({ what: ['index'], reason: 'index' });
			});
	}

	#initialised(): Context {
		if (!this.context.initialised) {
			throw new UserError(
				'not-initialised',
				`${this.context.paths.root} has no .pairwright folder yet. Run "pairwright init", or "Pairwright: Set up" in the editor.`,
			);
		}
		return this.context;
	}

	async #searchable(search: string | undefined): Promise<void> {
		if (search === undefined || search.trim() === '' || this.context.readonly) return;
		this.#followIndex();
		await this.#index;
	}

	/** Waits for what follows behind: the state is then that of a rebuild. */
	async settled(): Promise<void> {
		await this.#index;
		await this.#looking;
	}

	async info() {
		await followMyQueue(this.context, this.context.person());
		return info(this.context);
	}

	async about() {
		return about(this.context);
	}

	async init(options: { readonly demo?: boolean }) {
		const result = await init(this.context, options);
		await this.#follow();
		return result;
	}

	async setPerson(handle: string) {
		return { person: this.context.state.setHandle(handle) };
	}

	/** Files outside `.pairwright/` that a look for changes has to see: imports that lie in place and could not be read. */
	alsoWatched(): readonly string[] {
		return awaitedPaths(this.context);
	}

	async reload(): Promise<void> {
		const ctx = this.context;
		const person = ctx.person();
		const before = person === null ? 0 : judgedBy(ctx.db, person);
		const erased = foldedErasures(ctx.db);
		const what: ('comparisons' | 'judgments' | 'splits' | 'runs' | 'config' | 'guidelines' | 'index')[] =
			await ctx.reloadFiles();
		const { added, removed, types } = await ctx.store.sync();
		const sources = await foldPendingSources(ctx);
		// Another process may have folded its own events into the shared database: nothing is left to add, yet views are stale.
		const foreign = foreignVersion(ctx.db);
		const written = this.#foreign !== null && foreign !== this.#foreign;
		this.#foreign = foreign;
		if (removed > 0 || written || sources || [...types].some((type) => !OPINIONS.has(type))) {
			what.push('comparisons', 'judgments', 'splits', 'runs');
		} else if (added > 0) {
			what.push('judgments');
		}
		const after = person === null ? 0 : judgedBy(ctx.db, person);
		if (person !== null && after < before && (removed > 0 || foldedErasures(ctx.db) !== erased)) {
			ctx.emit.notice({ level: 'warning', text: fewerJudgments(ctx, person, before - after, erased) });
		}
		if (what.length > 0) ctx.emit.changed({ what, reason: 'files changed' });
		if (ctx.initialised) await this.#follow();
	}

	async importFiles(...[files, options, job]: Parameters<WorkspaceApi['importFiles']>) {
		const ctx = this.#initialised();
		const result = await ctx.job(job.job, async (signal) => {
			const imported =
				options.as === 'prompts'
					? await importPrompts(ctx, files, options, { job: job.job, signal })
					: await importFiles(ctx, files, options, job.job, signal);
			// A cancelled import leaves this for later, with the draws that wait for it.
			if (!imported.cancelled) await this.#clustered({ job: job.job, signal });
			return imported;
		});
		this.#followLeaks();
		// Last: it takes longest, and nothing but searching waits for it.
		this.#followIndex();
		return result;
	}

	async waiting(query: Parameters<WorkspaceApi['waiting']>[0]) {
		return waiting(this.#initialised(), query);
	}

	async waitingPrompt(id: string) {
		return waitingPrompt(this.#initialised(), id);
	}

	async planGeneration(options: Parameters<WorkspaceApi['planGeneration']>[0]) {
		return planGeneration(this.#initialised(), options);
	}

	async generate(...[options, { job }]: Parameters<WorkspaceApi['generate']>) {
		const ctx = this.#initialised();
		const result = await ctx.job(job, (signal) => generate(ctx, options, { job, signal }));
		await this.#follow();
		return result;
	}

	async previewImport(...[file, options]: Parameters<WorkspaceApi['previewImport']>) {
		return previewImport(this.context, file, options);
	}

	async mappings() {
		return mappings(this.context);
	}

	async saveMapping(...[name, mapping, table]: Parameters<WorkspaceApi['saveMapping']>) {
		return saveMapping(this.#initialised(), name, mapping, table);
	}

	async exportData(options: Parameters<WorkspaceApi['exportData']>[0]) {
		return this.#inTurn((ctx) => exportData(ctx, options));
	}

	async exportBundle(options: Parameters<WorkspaceApi['exportBundle']>[0]) {
		return this.#inTurn((ctx) => exportBundle(ctx, options));
	}

	async cancel(job: string): Promise<void> {
		this.context.jobs.get(job)?.abort();
	}

	async list(query: Parameters<WorkspaceApi['list']>[0]) {
		await this.#searchable(query.search);
		return listComparisons(this.context.db, query);
	}

	async listPrompts(query: Parameters<WorkspaceApi['listPrompts']>[0]) {
		await this.#searchable(query.search);
		return listPrompts(this.context.db, query);
	}

	async promptCursors(query: Parameters<WorkspaceApi['promptCursors']>[0], every: number) {
		await this.#searchable(query.search);
		return promptCursors(this.context.db, query, every);
	}

	async show(id: string) {
		return show(this.context, id);
	}

	async queue(...args: Parameters<WorkspaceApi['queue']>) {
		if (args[0] === 'judge') await followMyQueue(this.context, this.context.person());
		return queue(this.context, ...args);
	}

	async pair(id: string) {
		return pair(this.context, id);
	}

	async past(options: Parameters<WorkspaceApi['past']>[0]) {
		return past(this.context, options);
	}

	async judge(input: Parameters<WorkspaceApi['judge']>[0]) {
		return judge(this.#initialised(), input);
	}

	async others(id: string) {
		return others(this.context, id);
	}

	async skip(input: Parameters<WorkspaceApi['skip']>[0]) {
		return skip(this.#initialised(), input);
	}

	async flag(input: Parameters<WorkspaceApi['flag']>[0]) {
		return flag(this.#initialised(), input);
	}

	async adjudicationQueue(options: Parameters<WorkspaceApi['adjudicationQueue']>[0]) {
		return adjudicationQueue(this.context, options);
	}

	async adjudicate(input: Parameters<WorkspaceApi['adjudicate']>[0]) {
		return adjudicate(this.#initialised(), input);
	}

	async retract(...[id, options]: Parameters<WorkspaceApi['retract']>) {
		return retract(this.#initialised(), id, options);
	}

	async undo() {
		return undo(this.#initialised());
	}

	async author(input: Parameters<WorkspaceApi['author']>[0]) {
		const result = await author(this.#initialised(), input);
		await this.#follow();
		return result;
	}

	async improve(input: Parameters<WorkspaceApi['improve']>[0]) {
		const result = await improve(this.#initialised(), input);
		await this.#follow();
		return result;
	}

	async facets() {
		return facets(this.context);
	}

	async #selectable(selection: Parameters<WorkspaceApi['tag']>[0]): Promise<void> {
		if ('query' in selection) await this.#searchable(selection.query.search);
	}

	async previewTag(selection: Parameters<WorkspaceApi['previewTag']>[0]) {
		await this.#selectable(selection);
		return previewTag(await this.#clustered(), selection);
	}

	async previewMove(...[selection, split]: Parameters<WorkspaceApi['previewMove']>) {
		await this.#selectable(selection);
		return previewMove(await this.#clustered(), selection, split);
	}

	async searches() {
		return searches(this.context);
	}

	async saveSearch(...[name, query]: Parameters<WorkspaceApi['saveSearch']>) {
		return saveSearch(this.#initialised(), name, query);
	}

	async tag(...[selection, options]: Parameters<WorkspaceApi['tag']>) {
		return this.#inTurn(async (ctx) => {
			await this.#selectable(selection);
			return tag(ctx, selection, options);
		});
	}

	async assign(...[selection, options]: Parameters<WorkspaceApi['assign']>) {
		return this.#inTurn(async (ctx) => {
			await this.#selectable(selection);
			return assign(ctx, selection, options);
		});
	}

	async freeze(split: Parameters<WorkspaceApi['freeze']>[0]) {
		return this.#inTurn((ctx) => freeze(ctx, split));
	}

	async answerProposal(id: string, accepted: boolean, reason?: string) {
		return this.#inTurn((ctx) => answerProposal(ctx, id, accepted, reason));
	}

	async splits() {
		await lookAhead(this.context);
		return splits(this.context);
	}

	async inspect({ job }: Parameters<WorkspaceApi['inspect']>[0]) {
		const ctx = this.#initialised();
		return ctx.job(job, async (signal) => {
			await this.#clustered({ job, signal });
			return inspect(ctx, job, signal);
		});
	}

	async coverage(precision?: Parameters<WorkspaceApi['coverage']>[0]) {
		const record = this.#runs.summaries().length === 0 ? null : this.#runs.head('latest').record;
		return facetCoverage(await this.#clustered(), record, precision);
	}

	async dismissSuggestions(...[prompts, reason]: Parameters<WorkspaceApi['dismissSuggestions']>) {
		return dismissSuggestions(this.#initialised(), prompts, reason);
	}

	async leakTexts(leak: Parameters<WorkspaceApi['leakTexts']>[0]) {
		return leakTexts(this.context, leak);
	}

	async agreement() {
		return agreementOrApart(this.#initialised());
	}

	async progressReport() {
		return progress(this.#initialised());
	}

	async gold() {
		return gold(this.context);
	}

	async markGold(input: Parameters<WorkspaceApi['markGold']>[0]) {
		return markGold(this.#initialised(), input);
	}

	async unmarkGold(comparisons: readonly string[]) {
		return unmarkGold(this.#initialised(), comparisons);
	}

	async acceptLeak(...[prompts, reason]: Parameters<WorkspaceApi['acceptLeak']>) {
		return acceptLeak(await this.#clustered(), prompts, reason);
	}

	async score(...[options, job]: Parameters<WorkspaceApi['score']>) {
		const ctx = this.#initialised();
		const result = await ctx.job(job.job, async (signal) => {
			await this.#whole({ job: job.job, signal });
			return this.#runs.score(options, {
				signal,
				onProgress: (progress) => ctx.emit.progress({ job: job.job, ...progress }),
				onNotice: (text) => ctx.emit.notice({ level: 'warning', text }),
			});
		});
		ctx.emit.changed({ what: ['runs'], reason: `run ${result.run}` });
		return result;
	}

	async runs() {
		return this.#runs.summaries();
	}

	async report(id: string, options: { readonly part?: 'record' } = {}) {
		return options.part === 'record' ? this.#runs.head(id) : this.#runs.reportApart(id);
	}

	async scores(id: string) {
		return this.#runs.scores(id);
	}

	async decide(...[id, decision]: Parameters<WorkspaceApi['decide']>) {
		const result = await this.#runs.decide(id, decision);
		this.context.emit.changed({ what: ['runs', 'comparisons'], reason: 'decided' });
		return result;
	}

	async compare(...[first, second]: Parameters<WorkspaceApi['compare']>) {
		return this.#runs.compareApart(first, second);
	}

	async gate(...[id, options = {}]: Parameters<WorkspaceApi['gate']>) {
		return this.#runs.gateApart(id, options);
	}

	async rejudge(id: string) {
		return this.#runs.rejudge(id);
	}

	async people() {
		return people(this.context);
	}

	async rename(name: string) {
		return rename(this.#initialised(), name);
	}

	#sync(job: string, signal: AbortSignal, person?: string) {
		const ctx = this.context;
		return sync(ctx, () => this.reload(), {
			signal,
			progress: (phase, done) => ctx.emit.progress({ job, phase, done, total: 4, unit: 'steps', eta: null }),
			...(person === undefined ? {} : { person }),
		});
	}

	async sync({ job }: Parameters<WorkspaceApi['sync']>[0]) {
		return this.#initialised().job(job, (signal) => this.#sync(job, signal));
	}

	/** What an erasure does between its own steps. */
	#steps(job: string, signal: AbortSignal): Steps {
		return { reload: () => this.reload(), sync: (person) => this.#sync(job, signal, person), signal };
	}

	async erase(...[ids, options, { job }]: Parameters<WorkspaceApi['erase']>) {
		const ctx = await this.#clustered();
		return ctx.job(job, (signal) => erase(ctx, ids, options, this.#steps(job, signal)));
	}

	async removePerson(...[handle, options, { job }]: Parameters<WorkspaceApi['removePerson']>) {
		const ctx = await this.#clustered();
		return ctx.job(job, (signal) => removePerson(ctx, handle, options, this.#steps(job, signal)));
	}

	async syncState() {
		return syncState(this.#initialised());
	}

	async rebuild(job: Parameters<WorkspaceApi['rebuild']>[0]) {
		const ctx = this.#initialised();
		await this.#index;
		await this.#looking;
		const result = await ctx.job(job.job, async (signal) => {
			const built = await rebuild(ctx, job.job, signal);
			await this.#clustered({ job: job.job, signal });
			return built;
		});
		this.#followIndex();
		return result;
	}

	async diff(first: string, second: string) {
		return diff(await this.#clustered(), first, second);
	}

	async card() {
		const card = await dataCard(await this.#clustered());
		const markdown = cardMarkdown(card);
		return { card, markdown, html: cardHtml(markdown) };
	}

	async doctor(options: Parameters<WorkspaceApi['doctor']>[0] = {}) {
		// Indexes that follow behind are no difference to what the journals fold to.
		await this.settled();
		return doctor(this.context, options);
	}

	async close(): Promise<void> {
		this.#ending.abort();
		for (const controller of this.context.jobs.values()) controller.abort();
		await this.#index;
		await this.#looking;
		await this.context.store.close();
	}
}
