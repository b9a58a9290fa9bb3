-- The workspace is the first column of every key: an engine that distributes rows can do so by workspace. Text is compared by its
-- bytes, as everywhere else in the ledger. Nothing here counts by a sequence: positions come from the head.
--
-- A crash in the middle leaves nothing of this: it is one transaction.

-- Where each log ends. Its row is locked by whoever appends, and moved only from the very size and root that the writer saw: a
-- writer whose idea of the log is stale moves nothing.
CREATE TABLE countersign_ledger.heads (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL CHECK (size >= 0),
    root BYTEA NOT NULL CHECK (length(root) = 32),
    -- The size that the last stored checkpoint covers.
    signed_size BIGINT NOT NULL CHECK (signed_size BETWEEN 0 AND size),
    -- How many erasures the log has: whoever sees another number looks which.
    erasures BIGINT NOT NULL CHECK (erasures BETWEEN 0 AND size)
) WITH (fillfactor = 50);

-- What the log says.
CREATE TABLE countersign_ledger.entries (
    workspace TEXT COLLATE "C" NOT NULL,
    entry_index BIGINT NOT NULL CHECK (entry_index >= 0),
    leaf_hash BYTEA NOT NULL CHECK (length(leaf_hash) = 32),
    content_key BIGINT NOT NULL CHECK (content_key > 0),
    idempotency_key TEXT COLLATE "C" NOT NULL,
    leaf BYTEA NOT NULL,
    -- Salt and content, encrypted under a key that is in a database on another server; empty once erased.
    sealed BYTEA NOT NULL,
    PRIMARY KEY (workspace, entry_index)
);

-- L-5: one entry a key.
CREATE UNIQUE INDEX entries_by_key ON countersign_ledger.entries (workspace, idempotency_key);

-- By what an erasure finds what it erases.
CREATE INDEX entries_by_content_key ON countersign_ledger.entries (workspace, content_key);

-- Which key the contents of a subject are sealed under, from which entry on. At most one key a subject is in use: a new one follows only
-- on an erasure, whose entry `erasure_index` names. All of it follows from the leaves, but for the number of the key.
CREATE TABLE countersign_ledger.subject_keys (
    workspace TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    first_index BIGINT NOT NULL CHECK (first_index >= 0),
    content_key BIGINT NOT NULL CHECK (content_key > 0),
    erasure_index BIGINT CHECK (erasure_index > first_index),
    PRIMARY KEY (workspace, subject, first_index)
);

CREATE UNIQUE INDEX subject_keys_by_key ON countersign_ledger.subject_keys (workspace, content_key);
CREATE UNIQUE INDEX subject_keys_in_use ON countersign_ledger.subject_keys (workspace, subject) WHERE erasure_index IS NULL;
CREATE INDEX subject_keys_erased ON countersign_ledger.subject_keys (workspace, erasure_index) WHERE erasure_index IS NOT NULL;

-- Legal holds, by the entries that placed and released them.
CREATE TABLE countersign_ledger.legal_holds (
    workspace TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    placed_index BIGINT NOT NULL CHECK (placed_index >= 0),
    released_index BIGINT CHECK (released_index > placed_index),
    PRIMARY KEY (workspace, subject, placed_index)
);

CREATE INDEX legal_holds_standing ON countersign_ledger.legal_holds (workspace, placed_index) WHERE released_index IS NULL;

-- Full tiles only, 256 hashes of 32 bytes; they never change. Partial ones follow from entries and lower tiles.
CREATE TABLE countersign_ledger.tiles (
    workspace TEXT COLLATE "C" NOT NULL,
    level SMALLINT NOT NULL CHECK (level BETWEEN 0 AND 7),
    tile_index BIGINT NOT NULL CHECK (tile_index >= 0),
    hashes BYTEA NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (workspace, level, tile_index)
);

-- Every signed checkpoint. Each names the one before it, so that a row taken out leaves a gap.
CREATE TABLE countersign_ledger.checkpoints (
    workspace TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    previous_size BIGINT NOT NULL CHECK (previous_size >= 0 AND previous_size < size),
    signed_note TEXT NOT NULL,
    PRIMARY KEY (workspace, size)
);

-- Whose keys the contents are sealed under: the identity of the one store of content keys, noted by the first process that was here. A
-- process with another store could read nothing and would give numbers away that are taken.
CREATE TABLE countersign_ledger.key_store (
    is_only BOOLEAN NOT NULL PRIMARY KEY CHECK (is_only),
    identity BYTEA NOT NULL CHECK (length(identity) = 32)
);

-- Hashes do not compress, and what is sealed neither: no time is spent on trying.
ALTER TABLE countersign_ledger.entries ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE countersign_ledger.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- What was acknowledged stays. Whoever owns the tables can put these triggers out of the way, which the audit names.
CREATE FUNCTION countersign_ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of `%` stay as they were written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- What an entry's `sealed` holds can be emptied, and nothing else: an erasure destroys it where it stands. All other columns are hashed into
-- the tree, or name what is.
CREATE FUNCTION countersign_ledger.refuse_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sealed <> '' OR (NEW.workspace, NEW.entry_index, NEW.leaf_hash, NEW.content_key, NEW.idempotency_key, NEW.leaf)
        IS DISTINCT FROM (OLD.workspace, OLD.entry_index, OLD.leaf_hash, OLD.content_key, OLD.idempotency_key, OLD.leaf) THEN
        RAISE EXCEPTION 'rows of `%` stay as they were written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION countersign_ledger.refuse_to_shrink() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.workspace <> OLD.workspace OR NEW.size < OLD.size OR NEW.signed_size < OLD.signed_size OR NEW.erasures < OLD.erasures
        OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
        RAISE EXCEPTION 'a head only moves forwards' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER entries_stay BEFORE DELETE ON countersign_ledger.entries
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER entries_are_only_emptied BEFORE UPDATE ON countersign_ledger.entries
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse_but_erasure();
CREATE TRIGGER tiles_stay BEFORE UPDATE OR DELETE ON countersign_ledger.tiles
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE ON countersign_ledger.checkpoints
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER key_store_stays BEFORE UPDATE OR DELETE ON countersign_ledger.key_store
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER heads_stay BEFORE DELETE ON countersign_ledger.heads
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER heads_grow BEFORE UPDATE ON countersign_ledger.heads
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse_to_shrink();
CREATE TRIGGER subject_keys_stay BEFORE DELETE ON countersign_ledger.subject_keys
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER legal_holds_stay BEFORE DELETE ON countersign_ledger.legal_holds
    FOR EACH ROW EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER entries_stay_whole BEFORE TRUNCATE ON countersign_ledger.entries
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER tiles_stay_whole BEFORE TRUNCATE ON countersign_ledger.tiles
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER checkpoints_stay_whole BEFORE TRUNCATE ON countersign_ledger.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER heads_stay_whole BEFORE TRUNCATE ON countersign_ledger.heads
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER subject_keys_stay_whole BEFORE TRUNCATE ON countersign_ledger.subject_keys
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER legal_holds_stay_whole BEFORE TRUNCATE ON countersign_ledger.legal_holds
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
CREATE TRIGGER key_store_stays_whole BEFORE TRUNCATE ON countersign_ledger.key_store
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_ledger.refuse();
