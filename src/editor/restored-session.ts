import type { FolderSession, Services } from './services.ts';

/** The editor hands restored panels back while the folders are still being looked at. */
const WAIT_MS = 15_000;

/** The session of a restored panel's folder; undefined when the folder has none any more. */
export async function restoredSession(services: Services, folder: string): Promise<FolderSession | undefined> {
	const { promise, resolve } = Promise.withResolvers<FolderSession | undefined>();
	const look = (): void => {
		const session = services.sessionOf(folder);
		if (session !== undefined) resolve(session);
	};
	const listener = services.onSessionsChanged(look);
	const timer = setTimeout(() => resolve(undefined), WAIT_MS);
	look();
	try {
		return await promise;
	} finally {
		listener.dispose();
		clearTimeout(timer);
	}
}
