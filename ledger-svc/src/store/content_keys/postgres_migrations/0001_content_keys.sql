-- The keys that contents are sealed under, shared by all processes of one ledger, on another server than the ledger's. Which subject has which
-- key is in the ledger's database. A number is never used again: it comes from `key_store`, whose row is locked until the draw commits.
CREATE TABLE countersign_content_keys.content_keys (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number > 0),
    secret BYTEA NOT NULL CHECK (length(secret) = 32),
    fingerprint BYTEA NOT NULL CHECK (length(fingerprint) = 32)
) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);

-- Which store this is, by a number drawn once, and the number that the next key gets.
CREATE TABLE countersign_content_keys.key_store (
    is_only BOOLEAN NOT NULL PRIMARY KEY CHECK (is_only),
    identity BYTEA NOT NULL CHECK (length(identity) = 32),
    next BIGINT NOT NULL CHECK (next > 0)
);

CREATE FUNCTION countersign_content_keys.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of `%` stay as they were written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION countersign_content_keys.refuse_to_shrink() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.identity <> OLD.identity OR NEW.next < OLD.next THEN
        RAISE EXCEPTION 'numbers of keys only grow' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER content_keys_stay BEFORE UPDATE ON countersign_content_keys.content_keys
    FOR EACH ROW EXECUTE FUNCTION countersign_content_keys.refuse();
CREATE TRIGGER content_keys_stay_whole BEFORE TRUNCATE ON countersign_content_keys.content_keys
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_content_keys.refuse();
CREATE TRIGGER key_store_grows BEFORE UPDATE ON countersign_content_keys.key_store
    FOR EACH ROW EXECUTE FUNCTION countersign_content_keys.refuse_to_shrink();
CREATE TRIGGER key_store_stays BEFORE DELETE ON countersign_content_keys.key_store
    FOR EACH ROW EXECUTE FUNCTION countersign_content_keys.refuse();
CREATE TRIGGER key_store_stays_whole BEFORE TRUNCATE ON countersign_content_keys.key_store
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_content_keys.refuse();
