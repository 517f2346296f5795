import * as vscode from 'vscode';
import type { GoldPair } from '../../protocol/judging.ts';
import type { FolderSession, Services } from '../services.ts';

function answerWords({ answer, verdict }: GoldPair): string {
	return answer === null ? `Answer: ${verdict === 'tie' ? 'tie' : 'both bad'}` : `Answer: “${answer}”`;
}

function answeredBy(people: number): string {
	return people === 0 ? 'not answered yet' : `answered by ${people} ${people === 1 ? 'person' : 'people'}`;
}

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
	const item = (pair: GoldPair, standing: string, picked: boolean) => ({
		...{ label: pair.preview, description: `${pair.comparison.slice(0, 8)}, ${standing}`, detail: answerWords(pair) },
		...{ picked, comparison: pair.comparison },
	});
	const items = [
		...pairs.map((pair) => item(pair, `gold, ${answeredBy(pair.answers)}`, true)),
		...candidates.map((pair) => item(pair, 'adjudicated', false)),
	];
	const picks = await vscode.window.showQuickPick(items, {
		title: 'Gold pairs: mixed unannounced into every queue but yours, as you see the answers here',
		placeHolder: 'Tick adjudicated pairs whose answer is beyond doubt',
		canPickMany: true,
		matchOnDescription: true,
		matchOnDetail: true,
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
