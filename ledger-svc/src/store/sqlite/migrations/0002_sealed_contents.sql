-- Contents are sealed: salt and content stand encrypted in `sealed`, under a key that is in a file apart. What stands in clear so far is
-- moved by the service before the next migration, so that a crash anywhere between loses nothing: what is moved stands twice until then.
ALTER TABLE entries RENAME TO entries_in_clear;
DROP INDEX entries_by_key;

-- What the log says. A rowid table on purpose: with a content of some hundred bytes and more, a clustered key would push most rows to
-- overflow pages of their own. The columns that proofs and look-ups need come first, the content, which can be long, last.
CREATE TABLE entries (
    workspace TEXT NOT NULL,
    entry_index INTEGER NOT NULL,
    leaf_hash BLOB NOT NULL,
    content_key INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    leaf BLOB NOT NULL,
    -- Empty once erased.
    sealed BLOB NOT NULL,
    PRIMARY KEY (workspace, entry_index)
) STRICT;

-- L-5: one entry a key.
CREATE UNIQUE INDEX entries_by_key ON entries (workspace, idempotency_key);

-- By what an erasure finds what it erases. Keys are numbered in the order they are first used, so that new ones stand side by side.
CREATE INDEX entries_by_content_key ON entries (content_key);

-- Which key the contents of a subject are sealed under, from which entry on. At most one key a subject is in use: a new one follows only
-- on an erasure, whose entry `erasure_index` names. All of it follows from the leaves, but for the number of the key.
CREATE TABLE subject_keys (
    workspace TEXT NOT NULL,
    subject TEXT NOT NULL,
    first_index INTEGER NOT NULL,
    content_key INTEGER NOT NULL,
    erasure_index INTEGER,
    PRIMARY KEY (workspace, subject, first_index)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX subject_keys_by_key ON subject_keys (content_key);
CREATE UNIQUE INDEX subject_keys_in_use ON subject_keys (workspace, subject) WHERE erasure_index IS NULL;
CREATE INDEX subject_keys_erased ON subject_keys (workspace, erasure_index) WHERE erasure_index IS NOT NULL;

-- Legal holds, by the entries that placed and released them.
CREATE TABLE legal_holds (
    workspace TEXT NOT NULL,
    subject TEXT NOT NULL,
    placed_index INTEGER NOT NULL,
    released_index INTEGER,
    PRIMARY KEY (workspace, subject, placed_index)
) STRICT, WITHOUT ROWID;

CREATE INDEX legal_holds_standing ON legal_holds (workspace, placed_index) WHERE released_index IS NULL;
