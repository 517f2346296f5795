/**
 * Version of the tables. The database is a projection of journals and sources, so another version (older or newer) is
 * dropped and built again instead of being migrated: one path, always tested, and it cannot keep a past mistake.
 */
export const SCHEMA_VERSION = 6;

/**
 * Integer keys inside; 64-hex ids at the border. `place` = split with its half: train, eval, R, E, heldout (half not drawn
 * yet), retention, excluded; of prompts also waiting: it has no comparison yet, its candidates wait for another. `tier` orders queues: 0 no vote, 1 only a source's label, 2 one person, 3 more, 9 not queued.
 * Keys of prompts and comparisons are never given twice: indexes that follow behind remember how far they have come.
 * `target` of an event is the event it takes back: few have one, so the index of them is small however many events there are.
 * `gold` holds what is in force: in train, or excluded; `known` = JSON of the people who know the answer. Of each person the first answer.
 * `rev` of a comparison is the largest there was plus one whenever the fold touches it or its standing; meta `removed` counts removals, `places` the
 * transactions that moved prompts. `unfolded` holds large events that stand in `events` and are not yet known, or marked anew, under all
 * their subjects; up to which, in order.
 */
export const SCHEMA = `
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(8))));

CREATE TABLE journal_files(
	n INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,
	size INTEGER NOT NULL, lines INTEGER NOT NULL, chain TEXT NOT NULL, stamp TEXT NOT NULL);
CREATE TABLE journal_problems(
	file INTEGER NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(file, line)) WITHOUT ROWID;

CREATE TABLE events(
	n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, time TEXT NOT NULL,
	person TEXT NOT NULL, type TEXT NOT NULL, void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)), target TEXT, line TEXT NOT NULL);
CREATE INDEX events_seq ON events(seq);
CREATE INDEX events_type ON events(type, seq);
CREATE INDEX events_person ON events(person, type, time);
CREATE INDEX events_undo ON events(person, void, seq);
CREATE INDEX events_target ON events(target) WHERE target IS NOT NULL;
CREATE TABLE event_files(file INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY(file, event)) WITHOUT ROWID;
CREATE INDEX event_files_event ON event_files(event);
CREATE TABLE event_subjects(subject TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY(subject, event)) WITHOUT ROWID;
CREATE TABLE unfolded(event INTEGER PRIMARY KEY, upto TEXT NOT NULL);
CREATE TABLE dirty(subject TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE sources(
	n INTEGER PRIMARY KEY, event TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, time TEXT NOT NULL,
	sha TEXT NOT NULL, name TEXT NOT NULL, format TEXT NOT NULL, stored TEXT NOT NULL, path TEXT NOT NULL,
	split TEXT, half TEXT, label TEXT, row_limit INTEGER,
	state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'missing', 'changed', 'unreadable')),
	rows INTEGER NOT NULL DEFAULT 0, ties INTEGER NOT NULL DEFAULT 0, problem TEXT);
CREATE TABLE source_rows(
	source INTEGER NOT NULL, ord INTEGER NOT NULL, line INTEGER NOT NULL, comparison INTEGER NOT NULL,
	split TEXT, half TEXT, tags TEXT, label TEXT, metadata TEXT, PRIMARY KEY(source, ord)) WITHOUT ROWID;
CREATE INDEX source_rows_comparison ON source_rows(comparison);
CREATE TABLE source_votes(
	n INTEGER PRIMARY KEY, source INTEGER NOT NULL, ord INTEGER NOT NULL, comparison INTEGER NOT NULL,
	annotator TEXT NOT NULL, verdict TEXT NOT NULL, strength INTEGER, note TEXT, at TEXT, k INTEGER NOT NULL);
CREATE INDEX source_votes_comparison ON source_votes(comparison);

CREATE TABLE prompts(
	n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
	first_turn TEXT NOT NULL, cluster TEXT NOT NULL, fallback TEXT NOT NULL,
	split TEXT NOT NULL CHECK (split IN ('train', 'eval', 'heldout', 'retention', 'excluded')),
	half TEXT CHECK (half IN ('R', 'E')), drawn TEXT CHECK (drawn IN ('R', 'E')),
	tags TEXT, preview TEXT NOT NULL, turns INTEGER NOT NULL, chars INTEGER NOT NULL,
	waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1)),
	place TEXT GENERATED ALWAYS AS (CASE WHEN waiting = 1 THEN 'waiting' WHEN split = 'heldout' THEN coalesce(half, 'heldout')
		ELSE split END) VIRTUAL,
	CHECK (half IS NULL OR split = 'heldout'));
CREATE INDEX prompts_cluster ON prompts(cluster);
CREATE INDEX prompts_turn ON prompts(first_turn);
CREATE INDEX prompts_place ON prompts(place, chars);
CREATE TABLE prompt_tags(facet TEXT NOT NULL, prompt INTEGER NOT NULL, PRIMARY KEY(facet, prompt)) WITHOUT ROWID;
CREATE INDEX prompt_tags_prompt ON prompt_tags(prompt);
CREATE TABLE facets(facet TEXT PRIMARY KEY, sealed_only INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE unlinked_turns(first_turn TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE near_edges(
	a INTEGER NOT NULL, b INTEGER NOT NULL, similarity REAL NOT NULL, PRIMARY KEY(a, b)) WITHOUT ROWID;
CREATE INDEX near_edges_b ON near_edges(b);
CREATE TABLE merged_turns(first_turn TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE copies(
	kind TEXT NOT NULL CHECK (kind IN ('prompt', 'response')), hash INTEGER NOT NULL, prompt INTEGER NOT NULL,
	PRIMARY KEY(kind, hash, prompt)) WITHOUT ROWID;

CREATE TABLE comparisons(
	n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, prompt INTEGER NOT NULL REFERENCES prompts(n),
	a TEXT NOT NULL, b TEXT NOT NULL, place TEXT NOT NULL, tier INTEGER NOT NULL, order_key REAL NOT NULL,
	resolution TEXT NOT NULL, decided_by TEXT NOT NULL, y REAL, votes INTEGER NOT NULL, weight REAL NOT NULL, winner TEXT,
	judgments INTEGER NOT NULL, named INTEGER NOT NULL, flagged INTEGER NOT NULL, opened INTEGER NOT NULL DEFAULT 0,
	derived_from TEXT, chars_a INTEGER NOT NULL, chars_b INTEGER NOT NULL, rev INTEGER NOT NULL);
CREATE INDEX comparisons_rev ON comparisons(rev);
-- Holds all that a filtered list asks of a comparison, so that a scan reads no texts.
CREATE INDEX comparisons_prompt ON comparisons(
	prompt, place, resolution, opened, flagged, chars_a, chars_b);
CREATE INDEX comparisons_queue ON comparisons(tier, order_key);
CREATE INDEX comparisons_place ON comparisons(place);
CREATE INDEX comparisons_adjudicate ON comparisons(order_key, id)
	WHERE resolution = 'disputed' OR flagged = 1;
CREATE TABLE standing(
	comparison INTEGER NOT NULL, annotator TEXT NOT NULL, verdict TEXT, strength INTEGER, at TEXT, event TEXT,
	kind TEXT, blind INTEGER, seq INTEGER, cannot INTEGER NOT NULL, later INTEGER,
	PRIMARY KEY(comparison, annotator)) WITHOUT ROWID;
CREATE INDEX standing_annotator ON standing(annotator, comparison);
CREATE INDEX standing_cannot ON standing(comparison) WHERE cannot = 1;
CREATE INDEX standing_later ON standing(annotator, later) WHERE later IS NOT NULL;

CREATE TABLE candidates(
	n INTEGER PRIMARY KEY AUTOINCREMENT, prompt INTEGER NOT NULL REFERENCES prompts(n), id TEXT NOT NULL, body TEXT NOT NULL,
	UNIQUE(prompt, id));
CREATE TABLE candidate_rows(
	source INTEGER NOT NULL, ord INTEGER NOT NULL, line INTEGER NOT NULL, prompt INTEGER NOT NULL, candidate INTEGER NOT NULL,
	times INTEGER NOT NULL, split TEXT, half TEXT, tags TEXT, label TEXT, model TEXT, metadata TEXT,
	PRIMARY KEY(source, ord), UNIQUE(prompt, candidate, source)) WITHOUT ROWID;
CREATE INDEX candidate_rows_candidate ON candidate_rows(candidate);
CREATE TABLE candidate_events(
	event TEXT PRIMARY KEY, prompt INTEGER NOT NULL, candidate INTEGER NOT NULL, model TEXT NOT NULL, server TEXT NOT NULL,
	sampling TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX candidate_events_prompt ON candidate_events(prompt);
CREATE INDEX candidate_events_candidate ON candidate_events(candidate);

CREATE TABLE gold(comparison INTEGER PRIMARY KEY, verdict TEXT NOT NULL, known TEXT NOT NULL);
CREATE TABLE gold_answers(
	comparison INTEGER NOT NULL, annotator TEXT NOT NULL, verdict TEXT NOT NULL, blind INTEGER NOT NULL,
	PRIMARY KEY(comparison, annotator)) WITHOUT ROWID;

CREATE TABLE counts(
	place TEXT PRIMARY KEY, prompts INTEGER NOT NULL, pairs INTEGER NOT NULL, judged INTEGER NOT NULL,
	disputed INTEGER NOT NULL, judgments INTEGER NOT NULL, named INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE person_counts(
	annotator TEXT PRIMARY KEY, judged INTEGER NOT NULL, done INTEGER NOT NULL, review_done INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE attachments(event TEXT PRIMARY KEY, type TEXT NOT NULL, loaded INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE manifest_prompts(
	manifest TEXT NOT NULL, prompt TEXT NOT NULL, PRIMARY KEY(prompt, manifest)) WITHOUT ROWID;
CREATE TABLE manifests(manifest TEXT PRIMARY KEY, split TEXT NOT NULL, in_force INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE export_prompts(prompt TEXT NOT NULL, export TEXT NOT NULL, PRIMARY KEY(prompt, export)) WITHOUT ROWID;
CREATE TABLE run_labels(
	comparison TEXT NOT NULL, run TEXT NOT NULL, place TEXT NOT NULL, y REAL NOT NULL, votes INTEGER NOT NULL,
	weight REAL NOT NULL, winner TEXT, PRIMARY KEY(comparison, run)) WITHOUT ROWID;
CREATE TABLE opened_runs(run TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE VIRTUAL TABLE fts USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
`;
