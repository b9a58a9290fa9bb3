-- Contents that were erased: which ledger entry said so. What the columns below search by is not kept for such a candidate.
ALTER TABLE candidates ADD COLUMN erased_index INTEGER;
-- The trigger it came from, as long as it is not erased: with the last such candidate the trigger's contents go, too.
ALTER TABLE candidates ADD COLUMN trigger_id BLOB CHECK (length(trigger_id) = 16);

-- The name in the snapshot ends with the id: 36 characters, with hyphens.
UPDATE candidates SET trigger_id =
    unhex(replace(substr(json_extract(snapshot, '$.proposal.trigger.name'), -36), '-', ''));

CREATE INDEX candidates_by_trigger ON candidates (workspace, trigger_id) WHERE trigger_id IS NOT NULL;

CREATE TRIGGER erasures_stay BEFORE UPDATE OF erased_index ON candidates
    WHEN OLD.erased_index IS NOT NULL AND NEW.erased_index IS NOT OLD.erased_index BEGIN
    SELECT RAISE(ABORT, 'what is erased stays erased');
END;

-- Events stay append-only, but for one thing: the content of an erased candidate's event changes once, to what is left of it.
ALTER TABLE events ADD COLUMN erased INTEGER NOT NULL DEFAULT 0 CHECK (erased IN (0, 1));

DROP TRIGGER events_never_change;

CREATE TRIGGER events_never_change BEFORE UPDATE OF
    position, workspace, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest,
    traceparent ON events BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER contents_change_by_erasure BEFORE UPDATE OF content, erased ON events
    WHEN OLD.erased = 1 OR NEW.erased = 0 OR OLD.entry_index IS NULL OR NOT EXISTS (
        SELECT 1 FROM candidates WHERE workspace = OLD.workspace AND id = OLD.candidate_id AND erased_index IS NOT NULL
    ) BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

-- What could be guessed from a draw's key goes with the candidate.
DROP TRIGGER audit_draws_stay;

CREATE TRIGGER audit_draws_stay BEFORE DELETE ON audit_draws WHEN NOT EXISTS (
        SELECT 1 FROM candidates WHERE workspace = OLD.workspace AND id = OLD.candidate_id AND erased_index IS NOT NULL
    ) BEGIN
    SELECT RAISE(ABORT, 'draws are append-only');
END;

-- By what the requests of a trigger are found.
CREATE INDEX requests_of_triggers ON requests (workspace, subject_id) WHERE revision = 0;

-- From which ledger entry on erasures are still to be carried out here.
CREATE TABLE erasures_followed (
    workspace  TEXT    NOT NULL PRIMARY KEY,
    next_index INTEGER NOT NULL CHECK (next_index >= 0)
) STRICT, WITHOUT ROWID;
