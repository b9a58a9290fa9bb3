-- How candidates stand to one another.

-- While open: by what its proposer says again that it is the same thing. NULL otherwise, and where no key was given.
ALTER TABLE candidates ADD COLUMN dedup_key TEXT;
-- While something may still be done under it: what it would change, as `{system}/{object type}/{id}#{field}`. Candidates
-- from before this column get theirs with their next change.
ALTER TABLE candidates ADD COLUMN change_subject TEXT;

UPDATE candidates SET dedup_key = nullif(json_extract(snapshot, '$.proposal.dedup_key'), '')
    WHERE state IN ('PROPOSED', 'NEEDS_EVIDENCE', 'NEEDS_OWNER', 'EDITED', 'HELD');

CREATE INDEX candidates_by_dedup_key ON candidates (workspace, proposer, dedup_key) WHERE dedup_key IS NOT NULL;
CREATE INDEX candidates_by_change_subject ON candidates (workspace, change_subject) WHERE change_subject IS NOT NULL;

-- Rejections that are remembered, by a hash of what a proposal like it would say.
CREATE TABLE rejection_memories (
    workspace    TEXT    NOT NULL,
    memory_key   BLOB    NOT NULL CHECK (length(memory_key) = 32),
    candidate_id BLOB    NOT NULL CHECK (length(candidate_id) = 16),
    reason       TEXT    NOT NULL,
    -- Until when, in microseconds since 1970.
    until_us     INTEGER NOT NULL,
    PRIMARY KEY (workspace, memory_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX rejection_memories_by_candidate ON rejection_memories (workspace, candidate_id);
CREATE INDEX rejection_memories_by_end ON rejection_memories (until_us);
