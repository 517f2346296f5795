import { progressMarkdown } from '../../workspace/progress-markdown.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import type { FolderSession } from '../services.ts';

/** Opens what is asked for, judged and missing as a page: the document that `pairwright progress --markdown` writes. */
export async function showProgress(results: ResultDocuments, session: FolderSession): Promise<void> {
	await results.showPage('Progress', progressMarkdown(await (await session.api()).progressReport()));
}
