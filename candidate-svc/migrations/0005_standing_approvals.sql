-- Approvals given ahead. What was granted never changes; `revision` counts grant and revocation. Times are microseconds
-- since 1970. Where the grant is recorded, `events` tells, under the same id at revision 1.
CREATE TABLE standing_approvals (
    workspace        TEXT    NOT NULL,
    id               BLOB    NOT NULL CHECK (length(id) = 16),
    revision         INTEGER NOT NULL CHECK (revision IN (1, 2)),
    action_type      TEXT    NOT NULL,
    proposer         TEXT    NOT NULL,
    record_prefix    TEXT    NOT NULL,
    use_limit        INTEGER NOT NULL CHECK (use_limit > 0),
    audit_per_mille  INTEGER NOT NULL CHECK (audit_per_mille BETWEEN 1 AND 1000),
    valid_until_us   INTEGER NOT NULL,
    granted_by       TEXT    NOT NULL,
    -- The roles of whoever granted it, as words with a blank between.
    granted_as       TEXT    NOT NULL,
    granted_at_us    INTEGER NOT NULL,
    reason           TEXT    NOT NULL,
    uses             INTEGER NOT NULL CHECK (uses BETWEEN 0 AND use_limit),
    audits           INTEGER NOT NULL CHECK (audits >= 0),
    revoked_at_us    INTEGER,
    revoked_by       TEXT,
    revoke_reason    TEXT,
    PRIMARY KEY (workspace, id),
    CHECK ((revoked_at_us IS NULL) = (revision = 1)),
    CHECK ((revoked_at_us IS NULL) = (revoked_by IS NULL) AND (revoked_at_us IS NULL) = (revoke_reason IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX standing_approvals_unrevoked ON standing_approvals (workspace, valid_until_us) WHERE revoked_at_us IS NULL;

CREATE TRIGGER standing_approvals_stay BEFORE DELETE ON standing_approvals BEGIN
    SELECT RAISE(ABORT, 'standing approvals stay');
END;

CREATE TRIGGER grants_never_change BEFORE UPDATE OF
    workspace, id, action_type, proposer, record_prefix, use_limit, audit_per_mille, valid_until_us, granted_by,
    granted_as, granted_at_us, reason ON standing_approvals
    WHEN (NEW.workspace, NEW.id, NEW.action_type, NEW.proposer, NEW.record_prefix, NEW.use_limit, NEW.audit_per_mille,
          NEW.valid_until_us, NEW.granted_by, NEW.granted_as, NEW.granted_at_us, NEW.reason)
      IS NOT (OLD.workspace, OLD.id, OLD.action_type, OLD.proposer, OLD.record_prefix, OLD.use_limit,
              OLD.audit_per_mille, OLD.valid_until_us, OLD.granted_by, OLD.granted_as, OLD.granted_at_us, OLD.reason)
BEGIN
    SELECT RAISE(ABORT, 'a grant never changes');
END;

CREATE TRIGGER uses_only_grow BEFORE UPDATE OF uses, audits ON standing_approvals
    WHEN NEW.uses < OLD.uses OR NEW.audits < OLD.audits BEGIN
    SELECT RAISE(ABORT, 'what was used stays used');
END;

CREATE TRIGGER revocations_never_change BEFORE UPDATE ON standing_approvals WHEN OLD.revoked_at_us IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a revocation is the end');
END;

-- Which candidates came under which standing approval, approved or drawn for the audit sample.
CREATE TABLE standing_approval_uses (
    workspace            TEXT    NOT NULL,
    standing_approval_id BLOB    NOT NULL CHECK (length(standing_approval_id) = 16),
    candidate_id         BLOB    NOT NULL CHECK (length(candidate_id) = 16),
    drawn_for_audit      INTEGER NOT NULL CHECK (drawn_for_audit IN (0, 1)),
    PRIMARY KEY (workspace, standing_approval_id, candidate_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER standing_approval_uses_stay BEFORE DELETE ON standing_approval_uses BEGIN
    SELECT RAISE(ABORT, 'uses are append-only');
END;

CREATE TRIGGER standing_approval_uses_never_change BEFORE UPDATE ON standing_approval_uses BEGIN
    SELECT RAISE(ABORT, 'uses are append-only');
END;

-- By what a drawn proposal is known again: taken back and made anew before a person decided, it stays drawn.
CREATE TABLE audit_draws (
    workspace    TEXT NOT NULL,
    audit_key    BLOB NOT NULL CHECK (length(audit_key) = 32),
    candidate_id BLOB NOT NULL CHECK (length(candidate_id) = 16),
    PRIMARY KEY (workspace, audit_key, candidate_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_draws_stay BEFORE DELETE ON audit_draws BEGIN
    SELECT RAISE(ABORT, 'draws are append-only');
END;

CREATE TRIGGER audit_draws_never_change BEFORE UPDATE ON audit_draws BEGIN
    SELECT RAISE(ABORT, 'draws are append-only');
END;
