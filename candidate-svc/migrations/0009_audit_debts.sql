-- What audit samples owe, and by what proposals are found to be alike. One transaction: a crash here leaves all as it was before.

-- How many that were drawn wait for a person's decision, and how many looks are owed for those that ended before one. What was taken back
-- before this was counted is not owed.
ALTER TABLE standing_approvals ADD COLUMN audits_waiting INTEGER NOT NULL DEFAULT 0 CHECK (audits_waiting >= 0);
ALTER TABLE standing_approvals ADD COLUMN audits_owed INTEGER NOT NULL DEFAULT 0 CHECK (audits_owed >= 0);

UPDATE standing_approvals SET audits_waiting = (
    SELECT count(*) FROM standing_approval_uses uses JOIN candidates
        ON candidates.workspace = uses.workspace AND candidates.id = uses.candidate_id
    WHERE uses.workspace = standing_approvals.workspace AND uses.standing_approval_id = standing_approvals.id
        AND candidates.state IN ('PROPOSED', 'NEEDS_EVIDENCE', 'NEEDS_OWNER', 'EDITED', 'HELD')
        AND json_extract(candidates.snapshot, '$.standing_approval.drawn_for_audit') = 1
) WHERE revoked_at_us IS NULL;

-- By what a proposal is found to be alike to a candidate that is open. Candidates from before get theirs with their next change. Rows go
-- once nothing may be done under the candidate any more.
CREATE TABLE likenesses (
    workspace    TEXT NOT NULL,
    candidate_id BLOB NOT NULL CHECK (length(candidate_id) = 16),
    likeness     BLOB NOT NULL CHECK (length(likeness) = 32),
    PRIMARY KEY (workspace, candidate_id, likeness)
) STRICT, WITHOUT ROWID;

CREATE INDEX likenesses_by_likeness ON likenesses (workspace, likeness);

-- A debt cannot be walked around by another record or another wording: what keys of drawn proposals were kept for is gone.
DROP TABLE audit_draws;
