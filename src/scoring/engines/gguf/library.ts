import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Llama } from 'node-llama-cpp';
import { UserError } from '../../../protocol/errors.ts';
import type { GgufOptions } from '../../../protocol/scoring.ts';

export type Library = typeof import('node-llama-cpp');
type Import = (name: string) => Promise<unknown>;

/** The one version whose ways of reading logits were checked against other sources: others may differ without a word. */
export const LIBRARY_VERSION = '3.22.1';

const install = (folder: string): string =>
	`npm install --ignore-scripts --prefix "${folder}" node-llama-cpp@${LIBRARY_VERSION}`;

/** Binaries for other systems than these are not published. */
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

function missing(): UserError {
	const here = `${process.platform}-${process.arch}`;
	const musl = process.platform === 'linux' && existsSync('/etc/alpine-release');
	const why =
		musl || !platforms.includes(here)
			? `The engine for GGUF files is not in this installation: there is none for ${musl ? 'Alpine Linux (musl)' : here}. Score on a machine with ${platforms.join(', ')} (glibc)`
			: `The engine for GGUF files is not in this installation. Install it into a folder of yours with \`${install('FOLDER')}\` and name that folder in the machine setting pairwright.gguf.binaries (command line: --binaries FOLDER)`;
	return new UserError(
		'environment',
		`${why}, serve the models with vLLM (--engine http), or give a trainer's log-probabilities (--engine logprobs).`,
	);
}

/**
 * The library that runs models: this installation's, or the one in a folder that the user named on this machine.
 * Never called in the extension host or the data process: a crash of native code would take them along.
 * @throws UserError environment, with what to install where
 */
export async function loadLibrary(
	binaries: string | undefined,
	load: Import = (name) => (name === 'node-llama-cpp' ? import('node-llama-cpp') : import(name)),
): Promise<Library> {
	if (binaries === undefined) {
		try {
			return (await load('node-llama-cpp')) as Library;
		} catch (error) {
			const { code } = error as { code?: unknown };
			if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') throw missing();
			throw error;
		}
	}
	const folder = join(binaries, 'node_modules/node-llama-cpp');
	let version: string;
	try {
		({ version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string });
	} catch {
		throw new UserError(
			'environment',
			`${binaries}, named as the folder of the engine for GGUF files, holds no node_modules/node-llama-cpp. Make it with \`${install(binaries)}\`, or take the setting out.`,
		);
	}
	if (version !== LIBRARY_VERSION) {
		throw new UserError(
			'environment',
			`${binaries} holds node-llama-cpp ${version}; this version works with ${LIBRARY_VERSION} alone. Run \`${install(binaries)}\`.`,
		);
	}
	return (await load(pathToFileURL(join(folder, 'dist/index.js')).href)) as Library;
}

/**
 * llama.cpp, ready to load models; what it prints is dropped (errors come as exceptions). Nothing is ever built from source.
 * @throws UserError environment where there are no binaries for what is asked for
 */
export async function startLlama(library: Library, gpu: GgufOptions['gpu']): Promise<Llama> {
	const { getLlama, LlamaLogLevel, NoBinaryFoundError } = library;
	try {
		return await getLlama({
			...{ build: 'never', skipDownload: true, progressLogs: false, debug: false },
			gpu: gpu ?? 'auto',
			logLevel: LlamaLogLevel.error,
			logger: () => {},
			// Contexts say how many threads they take.
			maxThreads: 0,
		});
	} catch (error) {
		if (!(error instanceof NoBinaryFoundError)) throw error;
		if (gpu === undefined || gpu === 'auto' || gpu === false) throw missing();
		throw new UserError(
			'environment',
			`The engine for GGUF files has no binaries for ${gpu} that run on this machine. Install them with \`${install('FOLDER')}\`, name that folder in the machine setting pairwright.gguf.binaries (command line: --binaries FOLDER) and see that the driver is there, or score without a GPU (--gpu off).`,
		);
	}
}
