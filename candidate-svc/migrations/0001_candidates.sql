-- Workspaces that anything was ever written in; what works per workspace starts from this list.
CREATE TABLE workspaces (
    workspace TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Candidates as they stand: each equals what its events make (C-8). The columns beside `snapshot` repeat what lists,
-- claims and the clock search by; times are microseconds since 1970.
CREATE TABLE candidates (
    workspace           TEXT    NOT NULL,
    id                  BLOB    NOT NULL CHECK (length(id) = 16),
    revision            INTEGER NOT NULL CHECK (revision > 0),
    state               TEXT    NOT NULL,
    owner               TEXT    NOT NULL,
    action_type         TEXT    NOT NULL,
    risk                TEXT    NOT NULL,
    confidence          TEXT    NOT NULL,
    proposer            TEXT    NOT NULL,
    record              TEXT    NOT NULL,
    created_at_us       INTEGER NOT NULL,
    updated_at_us       INTEGER NOT NULL,
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

CREATE INDEX candidates_by_create_time ON candidates (workspace, created_at_us, id);
CREATE INDEX candidates_by_update_time ON candidates (workspace, updated_at_us, id);
CREATE INDEX candidates_by_state ON candidates (workspace, state, created_at_us, id);
CREATE INDEX candidates_by_owner ON candidates (workspace, owner, created_at_us, id);
CREATE INDEX candidates_by_record ON candidates (workspace, record, created_at_us, id);
CREATE INDEX candidates_by_deadline ON candidates (workspace, deadline_us) WHERE deadline_us IS NOT NULL;
CREATE INDEX candidates_claimable ON candidates (workspace, action_type, claimable_from_us)
    WHERE claimable_from_us IS NOT NULL;
CREATE INDEX candidates_claimed ON candidates (workspace, executor) WHERE executor IS NOT NULL;

-- Everything that happened, append-only. `position` is the order of commits, which the relay keeps. A row without
-- `entry_index` waits for its ledger receipt: the outbox.
CREATE TABLE events (
    position            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace           TEXT    NOT NULL,
    candidate_id        BLOB    NOT NULL CHECK (length(candidate_id) = 16),
    revision            INTEGER NOT NULL CHECK (revision > 0),
    ordinal             INTEGER NOT NULL CHECK (ordinal >= 0),
    kind                TEXT    NOT NULL,
    principal_kind      TEXT    NOT NULL,
    principal_reference TEXT    NOT NULL,
    payload_digest      BLOB    CHECK (length(payload_digest) = 32),
    traceparent         TEXT    NOT NULL,
    -- A serialized CandidateEvent, encoded once.
    content             BLOB    NOT NULL,
    entry_index         INTEGER,
    leaf_hash           BLOB    CHECK (length(leaf_hash) = 32),
    UNIQUE (workspace, candidate_id, revision, ordinal),
    CHECK ((entry_index IS NULL) = (leaf_hash IS NULL))
) STRICT;

CREATE INDEX events_outbox ON events (workspace, position) WHERE entry_index IS NULL;

CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER events_never_change BEFORE UPDATE OF
    position, workspace, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest,
    traceparent, content ON events BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

CREATE TRIGGER receipts_never_change BEFORE UPDATE OF entry_index, leaf_hash ON events
    WHEN OLD.entry_index IS NOT NULL AND (NEW.entry_index, NEW.leaf_hash) IS NOT (OLD.entry_index, OLD.leaf_hash) BEGIN
    SELECT RAISE(ABORT, 'a receipt never changes');
END;

-- Which request made which revision of what, kept as long as that lives; answers are rebuilt from the events (C-6).
CREATE TABLE requests (
    workspace    TEXT    NOT NULL,
    principal    TEXT    NOT NULL,
    request_id   TEXT    NOT NULL,
    request_hash BLOB    NOT NULL CHECK (length(request_hash) = 32),
    -- A candidate and the revision it was left at, or a trigger with revision 0.
    subject_id   BLOB    NOT NULL CHECK (length(subject_id) = 16),
    revision     INTEGER NOT NULL CHECK (revision >= 0),
    PRIMARY KEY (workspace, principal, request_id)
) STRICT, WITHOUT ROWID;

-- Triggers, numbered densely from 1 in the order they were kept.
CREATE TABLE triggers (
    workspace     TEXT    NOT NULL,
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    id            BLOB    NOT NULL CHECK (length(id) = 16),
    source_system TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    source_id     TEXT    NOT NULL,
    snapshot      TEXT    NOT NULL,
    PRIMARY KEY (workspace, sequence),
    UNIQUE (workspace, id),
    UNIQUE (workspace, source_system, type, source_id)
) STRICT;
