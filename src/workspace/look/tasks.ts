import { openDatabaseReadOnly } from '../../store/database.ts';
import { findEdges, readPromptTexts } from '../../store/near-edges.ts';
import { workspacePaths } from '../../store/paths.ts';
import type { LookProgress } from './child.ts';
import type { LookRequest } from './messages.ts';

/** What a looking process is asked for. */
export async function lookFor(request: LookRequest, onProgress: (progress: LookProgress) => void): Promise<unknown> {
	onProgress({ phase: 'reading prompts', done: 0, total: 1 });
	const db = await openDatabaseReadOnly(workspacePaths(request.root));
	const texts = readPromptTexts(db);
	db.close();
	return findEdges(texts);
}
