-- The workspace is the first column of every key: an engine that distributes rows can do so by workspace. Text is compared by its bytes.
-- Times are microseconds since 1970. What callers write freely stands in BYTEA, as UTF-8: text takes no U+0000, and a caller could send one.
--
-- A crash in the middle leaves nothing of this: it is one transaction.

-- Workspaces that anything was ever written in. The row is locked while triggers get their numbers, so that these are dense and
-- committed in their order: no reader of a stream of triggers ever skips one.
CREATE TABLE countersign_candidates.workspaces (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- The number of the last trigger.
    triggers  BIGINT NOT NULL CHECK (triggers >= 0)
) WITH (fillfactor = 50);

-- Candidates as they stand: each equals what its events make (C-8). The columns beside `snapshot` repeat what lists, claims and the clock
-- search by. `snapshot` is text, not jsonb: it is read back byte for byte, and holds what jsonb refuses.
CREATE TABLE countersign_candidates.candidates (
    workspace          TEXT COLLATE "C" NOT NULL,
    id                 BYTEA  NOT NULL CHECK (length(id) = 16),
    -- A row is written only from the very revision that was decided on.
    revision           BIGINT NOT NULL CHECK (revision > 0),
    state              TEXT COLLATE "C" NOT NULL,
    owner              TEXT COLLATE "C" NOT NULL,
    -- Whose turn it is, as people and roles are named; empty: nobody's.
    turn               TEXT COLLATE "C" NOT NULL,
    action_type        TEXT COLLATE "C" NOT NULL,
    -- 1 `LOW`, 2 `APPROVAL_REQUIRED`, 3 `HIGH`.
    risk_rank          BIGINT NOT NULL CHECK (risk_rank BETWEEN 1 AND 3),
    confidence         TEXT COLLATE "C" NOT NULL,
    proposer           TEXT COLLATE "C" NOT NULL,
    -- Searched by what it says, U+0000 apart; the record itself stands in the snapshot.
    record             TEXT COLLATE "C" NOT NULL,
    created_at_us      BIGINT NOT NULL,
    updated_at_us      BIGINT NOT NULL,
    -- The largest integer where there is no due time: it stands behind all that have one.
    due_at_us          BIGINT NOT NULL,
    expires_at_us      BIGINT NOT NULL,
    -- When the clock has something to do here; NULL when never.
    deadline_us        BIGINT,
    -- While APPROVED: which event approved, from when on it may be claimed, and which ledger entry records the standing approval that
    -- gave it ahead, if one did.
    approving_revision BIGINT,
    approving_ordinal  BIGINT,
    claimable_from_us  BIGINT,
    granted_in         BIGINT,
    -- While EXECUTING: who holds the claim.
    executor           TEXT COLLATE "C",
    -- While open: by what its proposer says again that it is the same thing. Not unique: what was approved may come to be open again.
    dedup_key          BYTEA,
    -- While something may still be done under it: what it would change.
    change_subject     BYTEA,
    -- The trigger it came from, as long as it is not erased.
    trigger_id         BYTEA CHECK (length(trigger_id) = 16),
    -- Which ledger entry said that its contents are erased.
    erased_index       BIGINT,
    snapshot           TEXT   NOT NULL,
    PRIMARY KEY (workspace, id)
) WITH (fillfactor = 85);

-- Each order that lists stand in, then each field, with the order by tier and age behind it.
CREATE INDEX candidates_by_create_time ON countersign_candidates.candidates (workspace, created_at_us, id);
CREATE INDEX candidates_by_risk ON countersign_candidates.candidates (workspace, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_update_time ON countersign_candidates.candidates (workspace, updated_at_us, id);
CREATE INDEX candidates_by_due_time ON countersign_candidates.candidates (workspace, due_at_us, id);
CREATE INDEX candidates_by_expire_time ON countersign_candidates.candidates (workspace, expires_at_us, id);
CREATE INDEX candidates_by_state ON countersign_candidates.candidates (workspace, state, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_turn ON countersign_candidates.candidates (workspace, turn, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_owner ON countersign_candidates.candidates (workspace, owner, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_action_type ON countersign_candidates.candidates (workspace, action_type, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_proposer ON countersign_candidates.candidates (workspace, proposer, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_confidence ON countersign_candidates.candidates (workspace, confidence, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_record ON countersign_candidates.candidates (workspace, record, created_at_us, id);

CREATE INDEX candidates_by_deadline ON countersign_candidates.candidates (workspace, deadline_us)
    WHERE deadline_us IS NOT NULL;
CREATE INDEX candidates_claimable ON countersign_candidates.candidates (workspace, action_type, claimable_from_us)
    WHERE claimable_from_us IS NOT NULL;
CREATE INDEX candidates_claimed ON countersign_candidates.candidates (workspace, executor) WHERE executor IS NOT NULL;
CREATE INDEX candidates_by_dedup_key ON countersign_candidates.candidates (workspace, proposer, dedup_key)
    WHERE dedup_key IS NOT NULL;
-- By its hash: what a payload names may be longer than an index takes.
CREATE INDEX candidates_by_change_subject ON countersign_candidates.candidates (workspace, sha256(change_subject))
    WHERE change_subject IS NOT NULL;
CREATE INDEX candidates_by_trigger ON countersign_candidates.candidates (workspace, trigger_id)
    WHERE trigger_id IS NOT NULL;

-- Everything that happened, append-only. A row without `entry_index` waits for its ledger receipt: the outbox. `position` grows along the
-- events of each subject, because whoever writes the next one has seen the one before committed; between subjects it is only nearly the
-- order of commits, and no reader takes it for more.
CREATE TABLE countersign_candidates.events (
    workspace           TEXT COLLATE "C" NOT NULL,
    candidate_id        BYTEA  NOT NULL CHECK (length(candidate_id) = 16),
    revision            BIGINT NOT NULL CHECK (revision > 0),
    ordinal             BIGINT NOT NULL CHECK (ordinal >= 0),
    position            BIGINT GENERATED ALWAYS AS IDENTITY,
    kind                TEXT COLLATE "C" NOT NULL,
    principal_kind      TEXT COLLATE "C" NOT NULL,
    principal_reference TEXT COLLATE "C" NOT NULL,
    payload_digest      BYTEA  CHECK (length(payload_digest) = 32),
    traceparent         TEXT COLLATE "C" NOT NULL,
    -- A serialized CandidateEvent, encoded once.
    content             BYTEA  NOT NULL,
    -- Whether the content is what an erasure left.
    erased              BOOLEAN NOT NULL,
    entry_index         BIGINT,
    leaf_hash           BYTEA  CHECK (length(leaf_hash) = 32),
    PRIMARY KEY (workspace, candidate_id, revision, ordinal),
    CHECK ((entry_index IS NULL) = (leaf_hash IS NULL))
) WITH (fillfactor = 90);

CREATE UNIQUE INDEX events_by_position ON countersign_candidates.events (workspace, position);
CREATE INDEX events_outbox ON countersign_candidates.events (workspace, position) WHERE entry_index IS NULL;

-- Which request made which revision of what, kept as long as that lives; answers are rebuilt from the events. One request, one answer (C-6):
-- of two processes that answer the same request, the key lets one commit, and the other decides anew.
CREATE TABLE countersign_candidates.requests (
    workspace    TEXT COLLATE "C" NOT NULL,
    principal    TEXT COLLATE "C" NOT NULL,
    request_id   TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA  NOT NULL CHECK (length(request_hash) = 32),
    -- A candidate and the revision it was left at, or something else with revision 0.
    subject_id   BYTEA  NOT NULL CHECK (length(subject_id) = 16),
    revision     BIGINT NOT NULL CHECK (revision >= 0),
    PRIMARY KEY (workspace, principal, request_id)
);

CREATE INDEX requests_of_triggers ON countersign_candidates.requests (workspace, subject_id) WHERE revision = 0;

-- Triggers, numbered densely from 1 in the order they were kept.
CREATE TABLE countersign_candidates.triggers (
    workspace     TEXT COLLATE "C" NOT NULL,
    sequence      BIGINT NOT NULL CHECK (sequence > 0),
    id            BYTEA  NOT NULL CHECK (length(id) = 16),
    source_system BYTEA  NOT NULL,
    type          BYTEA  NOT NULL,
    source_id     BYTEA  NOT NULL,
    snapshot      TEXT   NOT NULL,
    PRIMARY KEY (workspace, sequence),
    UNIQUE (workspace, id),
    UNIQUE (workspace, source_system, type, source_id)
);

-- People whose turn passes to another for a while. Nothing is deleted; an end that comes early is written once.
CREATE TABLE countersign_candidates.delegations (
    workspace     TEXT COLLATE "C" NOT NULL,
    id            BYTEA  NOT NULL CHECK (length(id) = 16),
    delegator     TEXT COLLATE "C" NOT NULL,
    delegate      TEXT COLLATE "C" NOT NULL CHECK (delegate <> delegator),
    starts_at_us  BIGINT NOT NULL,
    -- Until when it was made.
    ends_at_us    BIGINT NOT NULL CHECK (ends_at_us > starts_at_us),
    note          BYTEA  NOT NULL,
    created_by    TEXT COLLATE "C" NOT NULL,
    created_at_us BIGINT NOT NULL,
    -- When it was ended early; NULL when it was not.
    ended_at_us   BIGINT,
    -- When it is over, early or not.
    until_us      BIGINT NOT NULL CHECK (until_us = least(ends_at_us, coalesce(ended_at_us, ends_at_us))),
    PRIMARY KEY (workspace, id)
);

CREATE INDEX delegations_by_end ON countersign_candidates.delegations (workspace, until_us, id);
CREATE INDEX delegations_by_delegate ON countersign_candidates.delegations (workspace, delegate, until_us);

-- Rejections that are remembered, by a hash of what a proposal like it would say.
CREATE TABLE countersign_candidates.rejection_memories (
    workspace    TEXT COLLATE "C" NOT NULL,
    memory_key   BYTEA  NOT NULL CHECK (length(memory_key) = 32),
    candidate_id BYTEA  NOT NULL CHECK (length(candidate_id) = 16),
    reason       TEXT COLLATE "C" NOT NULL,
    until_us     BIGINT NOT NULL,
    PRIMARY KEY (workspace, memory_key)
);

CREATE INDEX rejection_memories_by_candidate ON countersign_candidates.rejection_memories (workspace, candidate_id);
CREATE INDEX rejection_memories_by_end ON countersign_candidates.rejection_memories (workspace, until_us);

-- Approvals given ahead. What was granted never changes; `revision` counts grant and revocation.
CREATE TABLE countersign_candidates.standing_approvals (
    workspace       TEXT COLLATE "C" NOT NULL,
    id              BYTEA  NOT NULL CHECK (length(id) = 16),
    revision        BIGINT NOT NULL CHECK (revision IN (1, 2)),
    action_type     TEXT COLLATE "C" NOT NULL,
    proposer        TEXT COLLATE "C" NOT NULL,
    record_prefix   BYTEA  NOT NULL,
    use_limit       BIGINT NOT NULL CHECK (use_limit > 0),
    audit_per_mille BIGINT NOT NULL CHECK (audit_per_mille BETWEEN 1 AND 1000),
    valid_until_us  BIGINT NOT NULL,
    granted_by      TEXT COLLATE "C" NOT NULL,
    -- The roles of whoever granted it, as words with a blank between.
    granted_as      TEXT COLLATE "C" NOT NULL,
    granted_at_us   BIGINT NOT NULL,
    reason          BYTEA  NOT NULL,
    -- The limit holds exactly: who uses it decides alone in its workspace, and this refuses one too many whoever writes it.
    uses            BIGINT NOT NULL CHECK (uses BETWEEN 0 AND use_limit),
    audits          BIGINT NOT NULL CHECK (audits >= 0),
    audits_waiting  BIGINT NOT NULL CHECK (audits_waiting >= 0),
    audits_owed     BIGINT NOT NULL CHECK (audits_owed >= 0),
    -- What came of the looks at its audit sample, in the order in which it was known: `o` harmless, `x` harmful.
    looks           TEXT COLLATE "C" NOT NULL CHECK (looks !~ '[^ox]'),
    revoked_at_us   BIGINT,
    revoked_by      TEXT COLLATE "C",
    revoke_reason   BYTEA,
    PRIMARY KEY (workspace, id),
    CHECK ((revoked_at_us IS NULL) = (revision = 1)),
    CHECK ((revoked_at_us IS NULL) = (revoked_by IS NULL) AND (revoked_at_us IS NULL) = (revoke_reason IS NULL))
);

CREATE INDEX standing_approvals_unrevoked ON countersign_candidates.standing_approvals (workspace, valid_until_us)
    WHERE revoked_at_us IS NULL;

-- Which candidates came under which standing approval, approved or drawn for the audit sample.
CREATE TABLE countersign_candidates.standing_approval_uses (
    workspace            TEXT COLLATE "C" NOT NULL,
    standing_approval_id BYTEA   NOT NULL CHECK (length(standing_approval_id) = 16),
    candidate_id         BYTEA   NOT NULL CHECK (length(candidate_id) = 16),
    drawn_for_audit      BOOLEAN NOT NULL,
    PRIMARY KEY (workspace, standing_approval_id, candidate_id)
);

-- By what a proposal is found to be alike to a candidate that is open. Rows go once nothing may be done under the candidate any more.
CREATE TABLE countersign_candidates.likenesses (
    workspace    TEXT COLLATE "C" NOT NULL,
    candidate_id BYTEA NOT NULL CHECK (length(candidate_id) = 16),
    likeness     BYTEA NOT NULL CHECK (length(likeness) = 32),
    PRIMARY KEY (workspace, candidate_id, likeness)
);

CREATE INDEX likenesses_by_likeness ON countersign_candidates.likenesses (workspace, likeness);

-- Review policies that are or were in force, from revision 1 on; append-only.
CREATE TABLE countersign_candidates.policy_revisions (
    workspace     TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL CHECK (revision > 0),
    policy_toml   TEXT   NOT NULL,
    policy_digest BYTEA  NOT NULL CHECK (length(policy_digest) = 32),
    -- When it came into force.
    applied_at_us BIGINT NOT NULL,
    -- The candidate that brought it; the first one came from the file.
    candidate_id  BYTEA  CHECK (length(candidate_id) = 16),
    PRIMARY KEY (workspace, revision),
    CHECK ((candidate_id IS NULL) = (revision = 1))
);

-- Which policy files a workspace took notice of, numbered from 1: a file is proposed once, whatever became of the proposal.
CREATE TABLE countersign_candidates.policy_files (
    workspace     TEXT COLLATE "C" NOT NULL,
    number        BIGINT NOT NULL CHECK (number > 0),
    policy_digest BYTEA  NOT NULL CHECK (length(policy_digest) = 32),
    PRIMARY KEY (workspace, number)
);

-- From which ledger entry on erasures are still to be carried out here.
CREATE TABLE countersign_candidates.erasures_followed (
    workspace  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    next_index BIGINT NOT NULL CHECK (next_index >= 0)
);

-- Whose turn it is in each team that candidates are dealt out to. It counts up in the transaction that keeps the candidate.
CREATE TABLE countersign_candidates.team_turns (
    workspace TEXT COLLATE "C" NOT NULL,
    -- SHA-256 over the members in the order of the file: a team with others begins anew.
    team      BYTEA  NOT NULL CHECK (length(team) = 32),
    -- How many turns were given out.
    given     BIGINT NOT NULL CHECK (given > 0),
    PRIMARY KEY (workspace, team)
);

-- Which process sends a workspace's events to the ledger, until when. Two that do it at once do no harm, only the work twice.
CREATE TABLE countersign_candidates.relay_leases (
    workspace TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder    BYTEA  NOT NULL CHECK (length(holder) = 16),
    until_us  BIGINT NOT NULL
) WITH (fillfactor = 50);

-- The last batch that each process committed. A process that lost the answer to a commit reads here whether it stands. About no workspace:
-- an engine that distributes rows keeps this table whole.
CREATE TABLE countersign_candidates.writers (
    writer     BYTEA  NOT NULL PRIMARY KEY CHECK (length(writer) = 16),
    last_batch BIGINT NOT NULL CHECK (last_batch >= 0),
    seen_at_us BIGINT NOT NULL
) WITH (fillfactor = 50);

-- What all processes have in common: the ledger that events have receipts of, and the names that it shows principals under. About no
-- workspace, as above.
CREATE TABLE countersign_candidates.bindings (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- Rules that whoever writes keeps, the service included.

CREATE FUNCTION countersign_candidates.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of `%` are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION countersign_candidates.keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.workspace, NEW.candidate_id, NEW.revision, NEW.ordinal, NEW.position, NEW.kind, NEW.principal_kind, NEW.principal_reference,
        NEW.payload_digest, NEW.traceparent)
        IS DISTINCT FROM (OLD.workspace, OLD.candidate_id, OLD.revision, OLD.ordinal, OLD.position, OLD.kind, OLD.principal_kind,
        OLD.principal_reference, OLD.payload_digest, OLD.traceparent) THEN
        RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.entry_index IS NOT NULL AND (NEW.entry_index, NEW.leaf_hash) IS DISTINCT FROM (OLD.entry_index, OLD.leaf_hash) THEN
        RAISE EXCEPTION 'a receipt never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    -- The content of an erased candidate's event changes once, to what is left of it.
    IF (NEW.content, NEW.erased) IS DISTINCT FROM (OLD.content, OLD.erased)
        AND (OLD.erased OR NOT NEW.erased OR OLD.entry_index IS NULL OR NOT EXISTS (
            SELECT 1 FROM countersign_candidates.candidates
            WHERE workspace = OLD.workspace AND id = OLD.candidate_id AND erased_index IS NOT NULL)) THEN
        RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION countersign_candidates.keep_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_index IS NOT NULL AND NEW.erased_index IS DISTINCT FROM OLD.erased_index THEN
        RAISE EXCEPTION 'what is erased stays erased' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION countersign_candidates.keep_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.workspace, NEW.id, NEW.delegator, NEW.delegate, NEW.starts_at_us, NEW.ends_at_us, NEW.note, NEW.created_by, NEW.created_at_us)
        IS DISTINCT FROM
        (OLD.workspace, OLD.id, OLD.delegator, OLD.delegate, OLD.starts_at_us, OLD.ends_at_us, OLD.note, OLD.created_by, OLD.created_at_us)
    THEN
        RAISE EXCEPTION 'delegations only end' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at_us IS NOT NULL THEN
        RAISE EXCEPTION 'a delegation ends once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION countersign_candidates.keep_standing_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.workspace, NEW.id, NEW.action_type, NEW.proposer, NEW.record_prefix, NEW.use_limit, NEW.audit_per_mille, NEW.valid_until_us,
        NEW.granted_by, NEW.granted_as, NEW.granted_at_us, NEW.reason)
        IS DISTINCT FROM (OLD.workspace, OLD.id, OLD.action_type, OLD.proposer, OLD.record_prefix, OLD.use_limit, OLD.audit_per_mille,
        OLD.valid_until_us, OLD.granted_by, OLD.granted_as, OLD.granted_at_us, OLD.reason) THEN
        RAISE EXCEPTION 'a grant never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.revoked_at_us IS NOT NULL THEN
        RAISE EXCEPTION 'a revocation is the end' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.uses < OLD.uses OR NEW.audits < OLD.audits THEN
        RAISE EXCEPTION 'what was used stays used' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION countersign_candidates.keep_turns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.given <= OLD.given THEN
        RAISE EXCEPTION 'turns are never given back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER events_stay BEFORE DELETE ON countersign_candidates.events
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER events_stay_whole BEFORE TRUNCATE ON countersign_candidates.events
    FOR EACH STATEMENT EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER events_never_change BEFORE UPDATE ON countersign_candidates.events
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.keep_event();
CREATE TRIGGER erasures_stay BEFORE UPDATE OF erased_index ON countersign_candidates.candidates
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.keep_candidate();
CREATE TRIGGER delegations_stay BEFORE DELETE ON countersign_candidates.delegations
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER delegations_only_end BEFORE UPDATE ON countersign_candidates.delegations
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.keep_delegation();
CREATE TRIGGER standing_approvals_stay BEFORE DELETE ON countersign_candidates.standing_approvals
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER standing_approvals_only_grow BEFORE UPDATE ON countersign_candidates.standing_approvals
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.keep_standing_approval();
CREATE TRIGGER standing_approval_uses_stay BEFORE UPDATE OR DELETE ON countersign_candidates.standing_approval_uses
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER policy_revisions_stay BEFORE UPDATE OR DELETE ON countersign_candidates.policy_revisions
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER team_turns_count_up BEFORE UPDATE ON countersign_candidates.team_turns
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.keep_turns();
CREATE TRIGGER bindings_stay BEFORE UPDATE OR DELETE ON countersign_candidates.bindings
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
CREATE TRIGGER team_turns_stay BEFORE DELETE ON countersign_candidates.team_turns
    FOR EACH ROW EXECUTE FUNCTION countersign_candidates.refuse();
