-- Counts are read off one index that holds every column a filter or a facet can name; without it each count of many reads their rows,
-- snapshots and all. It begins as before, so it serves the same lists. A crash here leaves the old index: both statements are one
-- transaction.
DROP INDEX candidates_by_state;
CREATE INDEX candidates_by_state ON candidates (
    workspace, state, risk_rank, created_at_us, id,
    owner, turn, action_type, confidence, proposer, record, updated_at_us, due_at_us, expires_at_us
);
