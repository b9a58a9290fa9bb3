-- What else is asked for stands in the indexes that lists are followed along, so that a row, snapshot and all, is read only when it is shown:
-- whose turn it is or who owns it and something besides; several things none of which is rare; all but something.
DROP INDEX candidates_by_turn;
CREATE INDEX candidates_by_turn ON candidates (
    workspace, turn, risk_rank, created_at_us, id, state, due_at_us, expires_at_us, updated_at_us, owner, action_type, confidence, proposer
);
DROP INDEX candidates_by_owner;
CREATE INDEX candidates_by_owner ON candidates (
    workspace, owner, risk_rank, created_at_us, id, state, due_at_us, expires_at_us, updated_at_us, turn, action_type, confidence, proposer
);
DROP INDEX candidates_by_risk;
CREATE INDEX candidates_by_risk ON candidates (
    workspace, risk_rank, created_at_us, id,
    state, due_at_us, expires_at_us, updated_at_us, turn, owner, action_type, confidence, proposer, record
);
DROP INDEX candidates_by_update_time;
CREATE INDEX candidates_by_update_time ON candidates (
    workspace, updated_at_us, id, state, turn, owner, risk_rank, created_at_us, action_type, confidence, proposer
);
DROP INDEX candidates_by_due_time;
CREATE INDEX candidates_by_due_time ON candidates (
    workspace, due_at_us, id, risk_rank, created_at_us, state, turn, owner, action_type, confidence, proposer
);
