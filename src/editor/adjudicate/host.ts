import type { AdjudicateHost, AdjudicateInit, BegunDecision } from '../../protocol/adjudicate.ts';
import { UserError } from '../../protocol/errors.ts';
import type { AdjudicationPage } from '../../protocol/judging.ts';
import type { WorkspaceApi } from '../../protocol/workspace-api.ts';
import { openOutside } from '../open-outside.ts';
import type { FolderSession, Services } from '../services.ts';

/** What the panel around the screen is told. */
export interface AdjudicatePanelEvents {
	focus(on: boolean): void;
	input(on: boolean): void;
}

/** Answers what the screen asks. */
export class AdjudicateHostImpl implements AdjudicateHost {
	readonly #services: Services;
	readonly #session: FolderSession;
	readonly #events: AdjudicatePanelEvents;
	/** Decided here and not answered yet: a second message for the same pair must not decide twice. */
	readonly #underWay = new Set<string>();
	#begun: BegunDecision | null = null;

	constructor(services: Services, session: FolderSession, events: AdjudicatePanelEvents) {
		this.#services = services;
		this.#session = session;
		this.#events = events;
	}

	#api(): Promise<WorkspaceApi> {
		return this.#session.api();
	}

	async ready(): Promise<AdjudicateInit> {
		const { initialised } = await (await this.#api()).info();
		return { keep: { folder: this.#session.folder.uri.toString() }, initialised, begun: this.#begun };
	}

	async focus(on: boolean): Promise<void> {
		this.#events.focus(on);
	}

	async input(on: boolean): Promise<void> {
		this.#events.input(on);
	}

	async queue({ count, held }: { count: number; held: readonly string[] }): Promise<AdjudicationPage> {
		return (await this.#api()).adjudicationQueue({ count, after: held });
	}

	async items(ids: readonly string[]): Promise<AdjudicationPage> {
		return (await this.#api()).adjudicationQueue({ count: ids.length, ids });
	}

	async decide(decision: BegunDecision): Promise<{ event: string }> {
		const { comparison } = decision;
		if (this.#underWay.has(comparison)) throw new UserError('usage', 'This decision is being saved already.');
		this.#underWay.add(comparison);
		try {
			if ((await this.#services.ensurePerson(this.#session)) === undefined) {
				throw new UserError('no-person', 'A decision needs your handle: it is stored with it.');
			}
			const answer = await (await this.#api()).adjudicate(decision);
			if (this.#begun?.comparison === comparison) this.#begun = null;
			return answer;
		} finally {
			this.#underWay.delete(comparison);
		}
	}

	async takeBack(event: string): Promise<void> {
		await (await this.#api()).retract(event);
	}

	async begun(decision: BegunDecision | null): Promise<void> {
		this.#begun = decision;
	}

	async openLink(address: string): Promise<void> {
		await openOutside(address);
	}
}
