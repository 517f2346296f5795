import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from './paths.ts';

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`; null for the product's own files. */
function packageFolder(input: string): string | null {
	const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input);
	return match?.[0] ?? null;
}

/**
 * The licences of all packages whose code is in the bundles, and of those named in `shipped` (folders under node_modules that go
 * into a package as they are). Packages that were tree-shaken away to nothing are left out.
 */
export function thirdPartyNotices(metafiles: readonly Metafile[], shipped: readonly string[]): string {
	const folders = new Set(shipped.map((name) => `node_modules/${name}`));
	for (const { outputs } of metafiles) {
		for (const { inputs } of Object.values(outputs)) {
			for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
				const folder = bytesInOutput > 0 ? packageFolder(input) : null;
				if (folder !== null) folders.add(folder);
			}
		}
	}
	const notices = [...folders]
		.map((folder) => {
			const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
				readonly name: string;
				readonly version: string;
				readonly license?: string;
			};
			const texts = readdirSync(join(root, folder))
				.filter((file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file))
				.sort()
				.map((file) => join(root, folder, file))
				.filter((file) => existsSync(file))
				.map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim());
			return { ...manifest, texts };
		})
		.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
	const unlicensed = notices.filter(({ license, texts }) => license === undefined && texts.length === 0);
	if (unlicensed.length > 0) {
		throw new Error(`No licence found for ${unlicensed.map(({ name }) => name).join(', ')}: it may not be shipped.`);
	}
	const seen = new Set<string>();
	const parts = notices
		.filter(({ name, version }) => !seen.has(`${name}@${version}`) && seen.add(`${name}@${version}`))
		.map(({ name, version, license, texts }) =>
			[`${name} ${version} (${license ?? 'licence below'})`, ...texts].join('\n\n'),
		);
	return `Pairwright contains code of the following packages.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The engine's binaries are built from llama.cpp, whose licence is in none of the packages they come in. */
export const LLAMA_CPP_NOTICE = `
${'-'.repeat(80)}

llama.cpp and ggml, in the binaries of @node-llama-cpp (MIT)

MIT License

Copyright (c) 2023-2026 The ggml authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
