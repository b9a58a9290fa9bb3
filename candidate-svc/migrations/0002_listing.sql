-- What lists search by: whose turn it is, tiers by rank, due and expiry times. The table is laid out anew, so that `snapshot`, which is
-- long, stands behind everything that a filter looks at. What older rows lack is read out of their snapshots.
CREATE TABLE candidates_listed (
    workspace           TEXT    NOT NULL,
    id                  BLOB    NOT NULL CHECK (length(id) = 16),
    revision            INTEGER NOT NULL CHECK (revision > 0),
    state               TEXT    NOT NULL,
    owner               TEXT    NOT NULL,
    -- Whose turn it is, as people and roles are named; empty: nobody's.
    turn                TEXT    NOT NULL,
    action_type         TEXT    NOT NULL,
    -- 1 `LOW`, 2 `APPROVAL_REQUIRED`, 3 `HIGH`.
    risk_rank           INTEGER NOT NULL CHECK (risk_rank BETWEEN 1 AND 3),
    confidence          TEXT    NOT NULL,
    proposer            TEXT    NOT NULL,
    record              TEXT    NOT NULL,
    created_at_us       INTEGER NOT NULL,
    updated_at_us       INTEGER NOT NULL,
    -- The largest integer where there is no due time: it stands behind all that have one.
    due_at_us           INTEGER NOT NULL,
    expires_at_us       INTEGER NOT NULL,
    -- When the clock has something to do here; NULL when never.
    deadline_us         INTEGER,
    -- While APPROVED: which event approved, and from when on it may be claimed.
    approving_revision  INTEGER,
    approving_ordinal   INTEGER,
    claimable_from_us   INTEGER,
    -- While EXECUTING: who holds the claim.
    executor            TEXT,
    snapshot            TEXT    NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

WITH read AS (
    SELECT
        *,
        coalesce(json_extract(snapshot, '$.policy.approver_roles[0]'), 'manager') AS first_role,
        json_extract(snapshot, '$.policy.four_eyes') AND (
            owner = proposer OR owner IN (SELECT value FROM json_each(snapshot, '$.editors'))
        ) AS is_own,
        owner IN (SELECT json_extract(value, '$.approver') FROM json_each(snapshot, '$.approvals')) AS has_approved,
        json_extract(snapshot, '$.proposal.due_at') AS due_at,
        json_extract(snapshot, '$.expires_at') AS expires_at
    FROM candidates
)
INSERT INTO candidates_listed
SELECT
    workspace, id, revision, state, owner,
    CASE
        WHEN state = 'NEEDS_EVIDENCE' THEN proposer
        WHEN state = 'NEEDS_OWNER' THEN 'roles/manager'
        WHEN state IN ('APPROVED', 'EXECUTING') THEN 'services/executors'
        WHEN state IN ('HELD', 'EXECUTED', 'REJECTED', 'WITHDRAWN', 'EXPIRED') THEN ''
        WHEN owner = '' OR is_own OR has_approved THEN 'roles/' || first_role
        ELSE owner
    END,
    action_type,
    CASE risk WHEN 'LOW' THEN 1 WHEN 'APPROVAL_REQUIRED' THEN 2 ELSE 3 END,
    confidence, proposer, record, created_at_us, updated_at_us,
    -- Whole seconds and the digits behind the point are read apart: together they would be rounded.
    CASE
        WHEN due_at IS NULL THEN 9223372036854775807
        ELSE unixepoch(substr(due_at, 1, 19) || 'Z') * 1000000
            + iif(instr(due_at, '.') = 0, 0, CAST(substr(rtrim(due_at, 'Z') || '000000', 21, 6) AS INTEGER))
    END,
    unixepoch(substr(expires_at, 1, 19) || 'Z') * 1000000
        + iif(instr(expires_at, '.') = 0, 0, CAST(substr(rtrim(expires_at, 'Z') || '000000', 21, 6) AS INTEGER)),
    deadline_us, approving_revision, approving_ordinal, claimable_from_us, executor, snapshot
FROM read;

DROP TABLE candidates;
ALTER TABLE candidates_listed RENAME TO candidates;

-- Each serves two orders: by risk, one tier after another, and by age, the tiers merged.
CREATE INDEX candidates_by_risk ON candidates (workspace, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_state ON candidates (workspace, state, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_turn ON candidates (workspace, turn, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_owner ON candidates (workspace, owner, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_action_type ON candidates (workspace, action_type, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_record ON candidates (workspace, record, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_update_time ON candidates (workspace, updated_at_us, id);
CREATE INDEX candidates_by_due_time ON candidates (workspace, due_at_us, id);

CREATE INDEX candidates_by_deadline ON candidates (workspace, deadline_us) WHERE deadline_us IS NOT NULL;
CREATE INDEX candidates_claimable ON candidates (workspace, action_type, claimable_from_us)
    WHERE claimable_from_us IS NOT NULL;
CREATE INDEX candidates_claimed ON candidates (workspace, executor) WHERE executor IS NOT NULL;
