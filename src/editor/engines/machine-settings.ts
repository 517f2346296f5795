import * as vscode from 'vscode';
import type { HttpApi } from '../../protocol/scoring.ts';
import { APIS, type MachineEngines } from './choice.ts';

/** A scoring server as this machine's settings name it. */
export interface ServerSetting {
	readonly name: string | null;
	readonly url: string;
	readonly api: HttpApi | null;
}

/**
 * A setting as this user or machine has it. The manifest gives these settings machine scope, so the editor ignores a folder's; asked
 * for by layer all the same: nothing committed may aim an engine.
 */
function machine(name: string): unknown {
	const layers = vscode.workspace.getConfiguration('pairwright').inspect(name);
	return layers?.globalValue ?? layers?.defaultValue;
}

function wholeAbove(value: unknown, low: number): number | null {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= low ? value : null;
}

export function machineEngines(): MachineEngines {
	const gpu = machine('gguf.gpu');
	const binaries = machine('gguf.binaries');
	return {
		gpu: gpu === 'off' ? false : gpu === 'cuda' || gpu === 'vulkan' || gpu === 'metal' ? gpu : 'auto',
		binaries: typeof binaries === 'string' && binaries.trim() !== '' ? binaries.trim() : null,
		threads: wholeAbove(machine('gguf.threads'), 1),
		concurrency: wholeAbove(machine('http.concurrency'), 1) ?? 8,
	};
}

/** Entries without an address are left out. */
export function serverSettings(): ServerSetting[] {
	const value = machine('servers');
	if (!Array.isArray(value)) return [];
	return value.flatMap((entry: unknown) => {
		if (typeof entry !== 'object' || entry === null) return [];
		const { name, url, api } = entry as Record<string, unknown>;
		if (typeof url !== 'string' || url.trim() === '') return [];
		return {
			name: typeof name === 'string' && name.trim() !== '' ? name.trim() : null,
			url: url.trim(),
			api: APIS.find((known) => known === api) ?? null,
		};
	});
}
