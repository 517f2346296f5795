import type { FolderSession } from '../services.ts';
import type { ResultDocuments } from './result-document.ts';

/** Shows the data card of a folder as a page; its text, for a README, is one click away there. */
export async function showCard(results: ResultDocuments, session: FolderSession): Promise<void> {
	const { markdown } = await (await session.api()).card();
	await results.showPage('Data card', markdown);
}
