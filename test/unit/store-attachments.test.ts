import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stableJson } from '../../src/domain/identity.ts';
import { settleAttachments } from '../../src/store/attachments.ts';
import { removeFileEvents } from '../../src/store/fold-events.ts';
import { workspacePaths } from '../../src/store/paths.ts';
import { Projector } from '../../src/store/project.ts';
import { addLine, fresh, history, settings, settle } from '../fixtures/fold-histories.ts';

test('an import that comes in while another is taken out is entered by the next look', async () => {
	const db = await fresh();
	const line = stableJson(history([])[0]);
	addLine(db, line, 1);
	settle(db);
	// More rows than one transaction takes out.
	db.raw.exec(`WITH RECURSIVE i(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM i WHERE n < 400)
		INSERT INTO source_rows(source, ord, line, comparison) SELECT 1, n, n, 1 FROM i`);
	const note = () => {
		for (const _ of new Projector(db, settings).drain());
	};
	db.write(() => removeFileEvents(db, 1, 5));
	note();
	const paths = workspacePaths('/no-such-workspace');
	const first = settleAttachments(db, paths);
	assert.equal(first.next().done, false, 'part of the rows');
	addLine(db, line, 1);
	note();
	while (first.next().done !== true);
	assert.equal(db.value('SELECT count(*) FROM sources'), 0);
	for (const _ of settleAttachments(db, paths));
	assert.deepEqual(db.all('SELECT state FROM sources'), [{ state: 'pending' }]);
	assert.deepEqual(db.all('SELECT * FROM attachments'), []);
	db.close();
});
