-- The last cosignature of each witness, by its key, and the last checkpoint that enough of them cosigned. All of it can be asked for again.
CREATE TABLE cosignatures (
    witness_key TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    line TEXT NOT NULL,
    cosigned_at_secs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE witnessed (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    signed_note TEXT NOT NULL
) STRICT;
