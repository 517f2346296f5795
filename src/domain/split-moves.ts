import { SPLIT_LABELS, type Split } from './split.ts';

/** Where prompts go, or would have gone, with something that is not a move in itself: an import, or a step that is taken back. */
export interface SplitMoves {
	readonly moved: readonly { readonly from: Split; readonly to: Split; readonly prompts: number }[];
	/** Those that stay where they are, as they, or others of their clusters, are frozen or were exported for training. */
	readonly kept: readonly {
		readonly from: Split;
		readonly to: Split;
		readonly because: 'frozen' | 'exported';
		/** Their move is proposed instead, as one proposal. */
		readonly proposed: boolean;
		readonly prompts: number;
	}[];
}

function counted(n: number): string {
	return `${n.toLocaleString('en-US')} prompt${n === 1 ? '' : 's'}`;
}

const BECAUSE = { frozen: 'frozen', exported: 'exported for training' } as const;

/**
 * One sentence for each.
 * @param ahead they are still to come
 */
export function moveSentences({ moved, kept }: SplitMoves, ahead = false): string[] {
	return [
		...moved.map(({ from, to, prompts }) => {
			const verb = ahead ? 'would go' : 'went';
			return `${counted(prompts)} ${verb} from ${SPLIT_LABELS[from]} to ${SPLIT_LABELS[to]}.`;
		}),
		...kept.map(({ from, to, because, proposed, prompts }) => {
			const stay = `${counted(prompts)} ${ahead ? 'would stay' : prompts === 1 ? 'stays' : 'stay'} in ${SPLIT_LABELS[from]}`;
			const move = proposed ? `; the move to ${SPLIT_LABELS[to]} ${ahead ? 'would be' : 'is'} proposed` : '';
			return `${stay} (${BECAUSE[because]})${move}.`;
		}),
	];
}

/** Of prompts that were there before an import. */
export function knownBefore(moves: SplitMoves | undefined): string[] {
	return moves === undefined ? [] : moveSentences(moves).map((text) => `Known before: ${text}`);
}

/** Of rows of an import that ask for another split than their prompt has. */
export function unheededWords(rows: number): string {
	const ask = rows === 1 ? 'row asks' : 'rows ask';
	const theirs = rows === 1 ? 'its prompt has' : 'their prompts have';
	return `${rows.toLocaleString('en-US')} ${ask} for another split or half than ${theirs}: what an earlier import or a person said holds.`;
}
