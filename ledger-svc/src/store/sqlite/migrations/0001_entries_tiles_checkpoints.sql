-- What the log says. A rowid table on purpose: with a content of some hundred bytes and more, a clustered key would push most rows to
-- overflow pages of their own. The columns that proofs and look-ups need come first, the content, which can be long, last.
CREATE TABLE entries (
    workspace TEXT NOT NULL,
    entry_index INTEGER NOT NULL,
    leaf_hash BLOB NOT NULL,
    salt BLOB NOT NULL,
    idempotency_key TEXT NOT NULL,
    leaf BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (workspace, entry_index)
) STRICT;

-- L-5: one entry a key.
CREATE UNIQUE INDEX entries_by_key ON entries (workspace, idempotency_key);

-- Full tiles only, 256 hashes of 32 bytes; they never change. Partial ones follow from entries and lower tiles.
CREATE TABLE tiles (
    workspace TEXT NOT NULL,
    level INTEGER NOT NULL,
    tile_index INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (workspace, level, tile_index)
) STRICT;

-- Every signed checkpoint. Each names the one before it, so that a row taken out leaves a gap.
CREATE TABLE checkpoints (
    workspace TEXT NOT NULL,
    size INTEGER NOT NULL,
    previous_size INTEGER NOT NULL,
    signed_note TEXT NOT NULL,
    PRIMARY KEY (workspace, size)
) STRICT, WITHOUT ROWID;
