-- Copies the one candidate that there is, under the numbers ?1 to ?2. Every hundredth row is a rare one.
WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2),
rows AS (
    SELECT
        n,
        printf('%08x-0000-7000-8000-%012x', n, n) AS uuid,
        CASE WHEN n % 100 = 0 THEN 'EDITED' WHEN n % 10 = 0 THEN 'NEEDS_OWNER' ELSE 'PROPOSED' END AS state,
        CASE WHEN n % 10 = 0 THEN 'roles/manager' WHEN n % 1000 = 7 THEN 'humans/rare' ELSE 'humans/p' || (n % 40) END AS turn,
        CASE WHEN n % 100 = 3 THEN 3 WHEN n % 4 = 0 THEN 2 ELSE 1 END AS rank,
        1760000000000000 + n * 1000000 AS at_us
    FROM numbers
)
INSERT INTO candidates (
    workspace, id, revision, state, owner, turn, action_type, risk_rank, confidence, proposer, record, created_at_us, updated_at_us,
    due_at_us, expires_at_us, snapshot
)
SELECT
    'demo', unhex(replace(uuid, '-', '')), 1, rows.state, rows.turn, rows.turn,
    CASE WHEN n % 5 = 0 THEN 'add_note' ELSE 'create_task' END, rank,
    CASE WHEN n % 2000 = 9 THEN 'LOW' WHEN n % 3 = 0 THEN 'MEDIUM' ELSE 'HIGH' END,
    CASE WHEN n % 5000 = 11 THEN 'generators/rare' ELSE proposer END,
    CASE WHEN n % 1000 = 1 THEN 'erp/order/' ELSE 'crm/deal/' END || n, at_us, at_us,
    CASE WHEN n % 8 = 0 THEN at_us + 86400000000 ELSE 9223372036854775807 END, at_us + 1209600000000,
    json_set(
        snapshot, '$.name', 'workspaces/demo/candidates/' || uuid,
        '$.created_at', strftime('%Y-%m-%dT%H:%M:%SZ', at_us / 1000000, 'unixepoch'),
        '$.updated_at', strftime('%Y-%m-%dT%H:%M:%SZ', at_us / 1000000, 'unixepoch'),
        '$.proposal.due_at', CASE WHEN n % 8 = 0 THEN strftime('%Y-%m-%dT%H:%M:%SZ', at_us / 1000000 + 86400, 'unixepoch') END,
        '$.risk.tier', CASE rank WHEN 3 THEN 'HIGH' WHEN 2 THEN 'APPROVAL_REQUIRED' ELSE 'LOW' END
    )
FROM rows, (SELECT proposer, snapshot FROM candidates LIMIT 1)
