import * as vscode from 'vscode';
import type { GoldPair } from '../../protocol/workspace-api.ts';
import type { FolderSession, Services } from '../services.ts';

const ANSWERS: Readonly<Record<GoldPair['verdict'], string>> = {
	a: 'answer: side a',
	b: 'answer: side b',
	tie: 'answer: tie',
	both_bad: 'answer: both bad',
};

function goldCount(n: number): string {
	return n === 0 ? 'No gold pairs' : n === 1 ? '1 gold pair' : `${n} gold pairs`;
}

/** Adjudicated pairs of train, those that are gold ticked: what is ticked afterwards is gold. */
export async function chooseGold(services: Services, session: FolderSession): Promise<void> {
	const api = await session.api();
	const { pairs, candidates, rate } = await api.gold();
	if (pairs.length + candidates.length === 0) {
		void vscode.window.showInformationMessage(
			'Gold pairs have a known answer and come to everybody unannounced. None can be chosen yet: adjudicate a train pair first (Pairwright: Adjudicate), or name the answer with "pairwright gold add ID --verdict a".',
		);
		return;
	}
	const item = (pair: GoldPair, detail: string, picked: boolean) => ({
		...{ label: pair.preview, description: `${ANSWERS[pair.verdict]}, ${pair.comparison.slice(0, 8)}`, detail, picked },
		comparison: pair.comparison,
	});
	const items = [
		...pairs.map((pair) => item(pair, `Gold, answered by ${pair.answers}`, true)),
		...candidates.map((pair) => item(pair, 'Adjudicated', false)),
	];
	const picks = await vscode.window.showQuickPick(items, {
		title: 'Gold pairs: mixed unannounced into everybody’s queue; answers are no votes',
		placeHolder: 'Tick adjudicated pairs whose answer is beyond doubt',
		canPickMany: true,
		matchOnDescription: true,
	});
	if (picks === undefined) return;
	const ticked = new Set(picks.map(({ comparison }) => comparison));
	const gone = pairs.filter(({ comparison }) => !ticked.has(comparison)).map(({ comparison }) => comparison);
	const fresh = candidates.filter(({ comparison }) => ticked.has(comparison)).map(({ comparison }) => comparison);
	if (gone.length + fresh.length === 0) return;
	if ((await services.ensurePerson(session)) === undefined) return;
	if (fresh.length > 0) await api.markGold({ comparisons: fresh });
	if (gone.length > 0) await api.unmarkGold(gone);
	const shown = rate === 0 ? ' None is shown: "queue.gold" is 0 in the settings of the workspace.' : '';
	void vscode.window.showInformationMessage(`${goldCount(ticked.size)} now.${shown}`);
}
