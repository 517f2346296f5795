import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_CONFIG, type WorkspaceConfig } from '../domain/config.ts';
import { DEMO_SEED, type DemoRow, generateDemo } from './generate.ts';

/** Settings of the demo workspace. */
export const demoConfig: WorkspaceConfig = {
	...DEFAULT_CONFIG,
	scope:
		'Customers of a shop ask in English about household appliances: faults, care, spare parts, delivery. Questions of law, other languages, code, later ranges of devices, and people who push for what the shop must not say are outside.',
	criteria: ['The customer can act on it', 'It is right for this device', 'Nothing dangerous is suggested'],
};

/** What annotators of the demo read. */
export const demoGuidelines = `# How to judge

You see one question to **Larkfield Home** (an invented shop for household appliances) and two answers. Choose the one you would rather send to this customer.

1. **Can the customer act on it?** A named cause and a first step beat general advice.
2. **Is it right for this device?** Prefer an answer that says what it cannot know from here.
3. **Is it safe?** Water, gas, mains voltage and microwaves: an answer that skips the danger is never the better one.

Length is no merit by itself. If an answer is longer, ask what the extra sentences add.

- *Tie* when you would be happy to send either; *both bad* when you would send neither.
- Cannot read the language, or not your field? Say so with *cannot judge*: the pair goes to somebody else.
- Mark a question as **out of distribution** when it is not an English question on household appliances: another language, a matter of law, a request for code, a device we do not sell yet.
`;

const README = `# Demo data

Comparisons written for this demo: an invented shop, invented people, invented law. They are drawn from a seed, so every copy of the demo is the same.

| file | what |
|---|---|
| \`data/train.jsonl\` | household appliances, in English; about 40 comparisons are not judged yet |
| \`data/eval.jsonl\` | more of the same, to measure in distribution |
| \`data/heldout.jsonl\` | outside the training distribution: consumer law, German, code, a later range of devices, pressure, Arabic and Hebrew; tuning half (R) and sealed half (E) |
| \`data/retention.jsonl\` | what must not be forgotten |

True things that a report can find here, because they were put in:

- In train people like the **longer** answer, held out the **shorter** one. What is learnt from train is confidently wrong held out.
- One held-out prompt stands in train too, in capitals and with other spaces; another with its last word changed.
- Four people with different habits: some call ties, one says "both bad" more often, some change their mind a day later.
`;

const FILES = ['train', 'eval', 'heldout', 'retention'] as const;

/** The demo's files, by path inside the demo's folder. */
export function demoFiles(seed: string = DEMO_SEED): ReadonlyMap<string, string> {
	const rows = generateDemo(seed);
	const lines = (list: readonly DemoRow[]) => list.map((row) => `${JSON.stringify(row)}\n`).join('');
	return new Map([
		...FILES.map((split) => [`data/${split}.jsonl`, lines(rows.filter((row) => row.split === split))] as const),
		['README.md', README] as const,
	]);
}

/**
 * Writes the demo data under a folder; files that are there already are replaced by the same bytes.
 * @returns the absolute paths of the data files, to import in this order
 */
export async function writeDemo(root: string): Promise<{ files: string[] }> {
	const files: string[] = [];
	for (const [path, content] of demoFiles()) {
		const target = join(root, path);
		await mkdir(dirname(target), { recursive: true });
		await writeFile(target, content);
		if (path.endsWith('.jsonl')) files.push(target);
	}
	return { files };
}
