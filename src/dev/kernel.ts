/** `npm run kernel`: assembles src/scoring/lanes.wat into src/scoring/lanes-wasm.ts, which is committed, so that nothing has to be built to run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openWabt from 'wabt';
import { root } from './paths.ts';

const source = join(root, 'src/scoring/lanes.wat');
const target = join(root, 'src/scoring/lanes-wasm.ts');

/** @returns the text of lanes-wasm.ts */
export async function assembleKernel(): Promise<string> {
	const { parseWat } = await openWabt();
	const module = parseWat(source, readFileSync(source, 'utf8'), { simd: true, threads: true });
	const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
	module.destroy();
	return `/** lanes.wat, assembled by \`npm run kernel\`. */\nexport const LANES_WASM =\n\t'${bytes}';\n`;
}

if (import.meta.main) writeFileSync(target, await assembleKernel());
