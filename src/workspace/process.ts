/**
 * The data process (dist/data.cjs): one per window and workspace folder, forked by `DataProcess`. It owns the database, so that
 * native code and synchronous writes stay out of the extension host.
 */
import { serveDataProcess } from './serve.ts';

serveDataProcess(async ({ root, stateDir, annotator }, events) => {
	// Only now: loading this module loads the database module, which the environment check has to come before.
	const { Workspace } = await import('./workspace.ts');
	return Workspace.open(root, {
		events,
		...(stateDir === undefined ? {} : { stateDir }),
		...(annotator === undefined ? {} : { annotator }),
	});
});
