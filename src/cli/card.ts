import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { safe } from './format.ts';
import { example, perform } from './register.ts';

export function registerCard(program: Command): void {
	program
		.command('card')
		.description('a data card: scope, sources, sizes, people without names, agreement, leaks, issues, runs, decisions')
		.option('--out <file>', 'write the Markdown here instead of printing it; README.md of a dataset repository')
		.addHelpText(
			'after',
			`
Title, licence, description and the licences of sources come from "card" in .pairwright/config.json. The same workspace gives the
same bytes. Nothing of the sealed half stands in it before a decision opens it.
${example('card --out data/README.md', 'card --json | jq .splits')}`,
		)
		.action(
			perform<{ out?: string }>(async (context, _args, { out }) => {
				const { card, markdown } = await (await context.open()).card();
				if (out !== undefined) {
					const path = resolve(out);
					mkdirSync(dirname(path), { recursive: true });
					writeFileSync(path, markdown);
				}
				context.result(card, () => (out === undefined ? safe(markdown).trimEnd() : `Written: ${resolve(out)}`));
			}),
		);
}
