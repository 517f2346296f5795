import * as vscode from 'vscode';
import { LABEL_POLICIES, type LabelPolicy, RUN_POLICY } from '../../domain/label-policy.ts';

/** What each policy does, for lists. */
export const LABEL_WORDS: Readonly<Record<LabelPolicy, { readonly label: string; readonly detail: string }>> = {
	'vote-share': {
		label: 'Vote share',
		detail: 'The share of people for a side; disputed pairs take part with it. An adjudication decides.',
	},
	'strict-majority': {
		label: 'Strict majority',
		detail: 'The side that more than half are for, all or nothing; disputed pairs are left out and counted.',
	},
	'adjudicated-only': {
		label: 'Adjudicated only',
		detail: 'Pairs that somebody decided with a reason; all others are left out and counted.',
	},
};

/** Asks for a label policy; cancelling leaves it as it was. */
export async function pickLabels(current: LabelPolicy = RUN_POLICY): Promise<LabelPolicy> {
	const picked = await vscode.window.showQuickPick(
		LABEL_POLICIES.map((policy) => ({
			...LABEL_WORDS[policy],
			policy,
			...(policy === current ? { description: 'in use' } : {}),
		})),
		{ title: 'Labels', placeHolder: 'Which pairs have a label, and what it is', matchOnDetail: true },
	);
	return picked?.policy ?? current;
}

/** The option of a run: absent where it is the usual one, so that usual settings stay usual. */
export function labelsOption(policy: LabelPolicy): { readonly labels?: LabelPolicy } {
	return policy === RUN_POLICY ? {} : { labels: policy };
}
