import { agreementMarkdown } from '../../workspace/agreement-markdown.ts';
import type { ResultDocuments } from '../commands/result-document.ts';
import type { FolderSession } from '../services.ts';

/** Opens how far people agree as a page: the document that `pairwright agreement --markdown` writes. */
export async function showAgreement(results: ResultDocuments, session: FolderSession): Promise<void> {
	await results.showPage('Agreement', agreementMarkdown(await (await session.api()).agreement()));
}
