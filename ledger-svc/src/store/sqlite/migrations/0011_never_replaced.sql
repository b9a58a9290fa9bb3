-- `INSERT OR REPLACE` takes a row out without firing a trigger for it, so what stands where a row would go is looked for before it goes there.
CREATE TRIGGER entries_are_never_replaced
BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE workspace = NEW.workspace AND entry_index = NEW.entry_index)
    OR EXISTS (SELECT 1 FROM entries WHERE workspace = NEW.workspace AND idempotency_key = NEW.idempotency_key)
    OR EXISTS (SELECT 1 FROM entries WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never replaced');
END;

CREATE TRIGGER tiles_are_never_replaced
BEFORE INSERT ON tiles
WHEN EXISTS (SELECT 1 FROM tiles WHERE workspace = NEW.workspace AND level = NEW.level AND tile_index = NEW.tile_index)
    OR EXISTS (SELECT 1 FROM tiles WHERE rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'a tile of the ledger is never replaced');
END;

CREATE TRIGGER checkpoints_are_never_replaced
BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE workspace = NEW.workspace AND size = NEW.size)
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint of the ledger is never replaced');
END;
