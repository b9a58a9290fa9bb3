-- The last size and root that each log was about to sign, and the size of its last checkpoint known to be stored in the ledger.
CREATE TABLE fences (
    origin TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    stored_size INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
