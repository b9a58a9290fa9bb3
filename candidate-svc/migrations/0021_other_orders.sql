-- Lists by update and by due time meet many candidates that they pass over: what they are asked for stands in the index, so that a
-- row, snapshot and all, is read only when it is shown. Rare turns and owners are sorted by either time from their index alone.
DROP INDEX candidates_by_update_time;
CREATE INDEX candidates_by_update_time ON candidates (
    workspace, updated_at_us, id, state, turn, owner, risk_rank, created_at_us
);
DROP INDEX candidates_by_due_time;
CREATE INDEX candidates_by_due_time ON candidates (
    workspace, due_at_us, id, risk_rank, created_at_us, state, turn, owner
);
DROP INDEX candidates_by_turn;
CREATE INDEX candidates_by_turn ON candidates (
    workspace, turn, risk_rank, created_at_us, id, state, due_at_us, expires_at_us, updated_at_us
);
DROP INDEX candidates_by_owner;
CREATE INDEX candidates_by_owner ON candidates (
    workspace, owner, risk_rank, created_at_us, id, state, due_at_us, expires_at_us, updated_at_us
);
