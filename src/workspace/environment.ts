import { UserError } from '../protocol/errors.ts';

/** The database module is built against Node-API 10; below it the process dies with a segmentation fault and no message. */
const NAPI_FLOOR = 10;

/** Whether this Node can load the database module, in words either way. */
export function checkNode(versions: NodeJS.ProcessVersions = process.versions): { ok: boolean; message: string } {
	const napi = Number(versions.napi ?? 0);
	const runtime = versions.electron === undefined ? '' : ` (Electron ${versions.electron})`;
	const found = `Node ${versions.node}${runtime} with Node-API ${napi}`;
	return napi >= NAPI_FLOOR
		? { ok: true, message: found }
		: {
				ok: false,
				message: `${found}: the database needs Node-API ${NAPI_FLOOR}, which came with Node 22.14 and VS Code 1.101.`,
			};
}

/** To be called before anything loads the database module. @throws UserError `environment` */
export function requireNode(versions?: NodeJS.ProcessVersions): void {
	const { ok, message } = checkNode(versions);
	if (!ok) throw new UserError('environment', `${message} Update Node or VS Code.`);
}
