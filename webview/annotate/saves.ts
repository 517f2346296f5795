import type { AnnotateHost, VerdictMessage } from '../../src/protocol/annotate.ts';
import type { BlindPair } from '../../src/protocol/judging.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { Draft, Model } from './model.ts';
import { type ScreenVerdict, toCanonical } from './verdict.ts';

/** Tells paintings of this page from those before a reload. (randomUUID is missing where an editor is served over http.) */
const PAGE = crypto.getRandomValues(new Uint32Array(2)).join('-');

function queueOf(model: Model): VerdictMessage['queue'] {
	if (model.look === null) return model.kind;
	if (model.look.from === 'report') return 'rejudge';
	return model.look.pair.mine === null ? 'judge' : 'look-back';
}

function kindOf(model: Model, pair: BlindPair): VerdictMessage['kind'] {
	if (pair.mine === null && pair.repeat === true) return 'repeat';
	if (pair.mine !== null || model.revealed?.pair === pair) return 'correction';
	return queueOf(model) === 'rejudge' ? undefined : 'first';
}

/** The message for a verdict on the pair on screen. @param ms from paint to verdict */
export function verdictMessage(
	model: Model,
	pair: BlindPair,
	verdict: ScreenVerdict,
	draft: Draft,
	ms: number,
	guideline: string | undefined,
): VerdictMessage {
	const kind = kindOf(model, pair);
	return {
		showing: `${PAGE}/${model.showing}`,
		comparison: pair.comparison,
		verdict: toCanonical(verdict.choice, pair.leftSide),
		...(verdict.strength === undefined ? {} : { strength: verdict.strength }),
		...(draft.reasons.length === 0 ? {} : { reasons: draft.reasons }),
		...(draft.note.trim() === '' ? {} : { note: draft.note.trim() }),
		shown_first: pair.leftSide,
		ms: Math.max(0, Math.round(ms)),
		...(guideline === undefined ? {} : { guideline }),
		...(kind === undefined ? {} : { kind }),
		queue: queueOf(model),
	};
}

/** Verdicts on their way to the disk, in the order they were given: an undo behind them must find them. */
export class Saves {
	#last: Promise<unknown> = Promise.resolve();

	judge(host: Remote<AnnotateHost>, message: VerdictMessage): Promise<{ readonly event: string }> {
		const answer = host.judge(message);
		this.#last = Promise.allSettled([this.#last, answer]);
		return answer;
	}

	async settled(): Promise<void> {
		await this.#last;
	}
}
