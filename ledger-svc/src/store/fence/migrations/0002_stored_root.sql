-- The last stored checkpoint is noted by its root: no changed byte of a root makes another one, while a changed size can be the size of
-- an earlier checkpoint. Where the two sizes differ, the root is not known here: nothing is noted until the next start.
CREATE TABLE fences_with_stored_root (
    origin TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    stored_root BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO fences_with_stored_root (origin, size, root, stored_root)
SELECT origin, size, root, CASE WHEN stored_size = size THEN root ELSE zeroblob(32) END FROM fences;

DROP TABLE fences;

ALTER TABLE fences_with_stored_root RENAME TO fences;
