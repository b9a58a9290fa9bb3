-- The largest checkpoint of each log that this witness cosigned. Whoever loses a row, or puts back an older one, must retire the witness's key.
CREATE TABLE cosigned (
    origin TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL
) STRICT, WITHOUT ROWID;
