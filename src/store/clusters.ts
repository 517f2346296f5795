import { firstTurnLinks } from '../domain/assignment.ts';
import type { Database } from './database.ts';

/**
 * Links and unlinks first turns as their counts cross the rule of rules.md (shared by more than 1 % and more than 50
 * prompts = a template). A function of the counts alone, so a rebuild comes to the same clusters.
 * A prompt of a template is its own cluster, named by its id.
 */
export function settleClusters(db: Database): void {
	db.write(() => {
		const total = db.value<number>('SELECT coalesce(sum(prompts), 0) FROM counts') as number;
		const wide = db.all<{ cluster: string; n: number }>(
			'SELECT cluster, count(*) AS n FROM prompts GROUP BY cluster HAVING n > 50',
		);
		for (const { cluster, n } of wide) {
			if (firstTurnLinks(n, total)) continue;
			db.run('INSERT OR IGNORE INTO unlinked_turns VALUES (?)', cluster);
			db.run('UPDATE prompts SET cluster = substr(id, 1, 32) WHERE first_turn = ?', cluster);
		}
		if (db.value('SELECT 1 FROM unlinked_turns LIMIT 1') === undefined) return;
		const unlinked = db.all<{ first_turn: string; n: number }>(
			`SELECT u.first_turn AS first_turn, count(p.n) AS n FROM unlinked_turns u
			LEFT JOIN prompts p ON p.first_turn = u.first_turn GROUP BY u.first_turn`,
		);
		for (const { first_turn, n } of unlinked) {
			if (firstTurnLinks(n, total)) {
				db.run('DELETE FROM unlinked_turns WHERE first_turn = ?', first_turn);
				db.run('UPDATE prompts SET cluster = first_turn WHERE first_turn = ?', first_turn);
			} else {
				// Prompts that came in since under the template's name.
				db.run(
					'UPDATE prompts SET cluster = substr(id, 1, 32) WHERE cluster = ? AND first_turn = ?',
					first_turn,
					first_turn,
				);
			}
		}
	});
}
