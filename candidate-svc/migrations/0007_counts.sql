-- More indexes for lists and counts. Each that serves lists still ends its order with `risk_rank, created_at_us, id`; what stands behind
-- is looked at in passing, so that a candidate's row, snapshot and all, is read only when it is shown.
--
-- By state: every column that a filter or a facet can name, so that counting many reads this index alone.
DROP INDEX candidates_by_state;
CREATE INDEX candidates_by_state ON candidates (
    workspace, state, risk_rank, created_at_us, id,
    owner, turn, action_type, confidence, proposer, record, updated_at_us, due_at_us, expires_at_us
);

-- The usual orders, and whose turn it is, are asked for together with states and times.
DROP INDEX candidates_by_risk;
CREATE INDEX candidates_by_risk ON candidates (
    workspace, risk_rank, created_at_us, id, state, due_at_us, expires_at_us, updated_at_us
);
DROP INDEX candidates_by_turn;
CREATE INDEX candidates_by_turn ON candidates (
    workspace, turn, risk_rank, created_at_us, id, state, due_at_us, expires_at_us
);
DROP INDEX candidates_by_owner;
CREATE INDEX candidates_by_owner ON candidates (
    workspace, owner, risk_rank, created_at_us, id, state, due_at_us, expires_at_us
);

CREATE INDEX candidates_by_proposer ON candidates (workspace, proposer, risk_rank, created_at_us, id);
CREATE INDEX candidates_by_confidence ON candidates (workspace, confidence, risk_rank, created_at_us, id);

-- By times, with what a list in another order sorts by.
DROP INDEX candidates_by_due_time;
CREATE INDEX candidates_by_due_time ON candidates (workspace, due_at_us, id, risk_rank, created_at_us);
CREATE INDEX candidates_by_expire_time ON candidates (workspace, expires_at_us, id, risk_rank, created_at_us);

-- Fields were subjects with their system; the system is no part of them any more. A crash here leaves all as it was: one transaction.
UPDATE candidates SET change_subject = lower(substr(change_subject, instr(change_subject, '/') + 1))
    WHERE change_subject IS NOT NULL;
