import * as vscode from 'vscode';
import type { Split } from '../../domain/split.ts';
import type { FolderSession, Services } from '../services.ts';

const count = new Intl.NumberFormat('en');

const NAMES: Readonly<Record<Split, string>> = {
	train: 'train',
	eval: 'eval',
	heldout: 'held-out (both halves)',
	retention: 'must not forget',
	excluded: 'excluded',
};

/** Freezes a split after a confirmation. @param split asked for if left out */
export async function freezeSplit(services: Services, session: FolderSession, split?: Split): Promise<void> {
	const api = await session.api();
	const { splits } = await api.info();
	const wanted = split ?? (await pickSplit(splits));
	if (wanted === undefined) return;
	const size = splits[wanted];
	const pick = await vscode.window.showWarningMessage(
		`Freeze ${NAMES[wanted]} with ${count.format(size.prompts)} prompts?`,
		{
			modal: true,
			detail: `A manifest of its ${count.format(size.prompts)} prompts and ${count.format(size.pairs)} pairs is recorded, and runs name it. Later changes are shown as a difference; a tag on a frozen prompt becomes a proposal.`,
		},
		'Freeze',
	);
	if (pick !== 'Freeze') return;
	if ((await services.ensurePerson(session)) === undefined) return;
	const { manifest, prompts, changed } = await api.freeze(wanted);
	const since =
		changed === null || changed.added + changed.removed === 0
			? ''
			: ` Since the last manifest: ${count.format(changed.added)} added, ${count.format(changed.removed)} removed.`;
	void vscode.window.showInformationMessage(
		`Froze ${NAMES[wanted]}: ${count.format(prompts)} prompts, manifest ${manifest.slice(0, 12)}.${since}`,
	);
}

async function pickSplit(splits: Readonly<Record<Split, { prompts: number }>>): Promise<Split | undefined> {
	const items = (Object.keys(NAMES) as Split[])
		.filter((split) => split !== 'excluded')
		.map((split) => ({ label: NAMES[split], description: `${count.format(splits[split].prompts)} prompts`, split }));
	return (await vscode.window.showQuickPick(items, { title: 'Freeze which split?' }))?.split;
}
