-- What was acknowledged stays: SQLite itself refuses to change or take out a row of the log. Whoever writes to the file past these triggers
-- has to take them away first, which the offline audit names.
--
-- What an entry's `sealed` holds can be emptied, and nothing else: an erasure destroys it where it stands. All other columns are hashed
-- into the tree, or name what is. A crash in the middle leaves none of the triggers: migrations are transactions.
CREATE TRIGGER entries_are_never_changed
BEFORE UPDATE OF workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never changed');
END;

CREATE TRIGGER entries_are_never_sealed_anew
BEFORE UPDATE OF sealed ON entries WHEN NEW.sealed <> x''
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never sealed anew');
END;

CREATE TRIGGER entries_are_never_deleted
BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never deleted');
END;

CREATE TRIGGER tiles_are_never_changed
BEFORE UPDATE ON tiles
BEGIN
    SELECT RAISE(ABORT, 'a tile of the ledger is never changed');
END;

CREATE TRIGGER tiles_are_never_deleted
BEFORE DELETE ON tiles
BEGIN
    SELECT RAISE(ABORT, 'a tile of the ledger is never deleted');
END;

CREATE TRIGGER checkpoints_are_never_changed
BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint of the ledger is never changed');
END;

CREATE TRIGGER checkpoints_are_never_deleted
BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint of the ledger is never deleted');
END;
