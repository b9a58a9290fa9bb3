-- Copies the one candidate that there is, under the numbers $1 to $2, as `sqlite.sql` does.
WITH numbers AS (SELECT generate_series($1::bigint, $2::bigint) AS n),
rows AS (
    SELECT
        n,
        lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS uuid,
        CASE WHEN n % 100 = 0 THEN 'EDITED' WHEN n % 10 = 0 THEN 'NEEDS_OWNER' ELSE 'PROPOSED' END AS state,
        CASE WHEN n % 10 = 0 THEN 'roles/manager' WHEN n % 1000 = 7 THEN 'humans/rare' ELSE 'humans/p' || (n % 40) END AS turn,
        CASE WHEN n % 100 = 3 THEN 3 WHEN n % 4 = 0 THEN 2 ELSE 1 END AS rank,
        1760000000000000 + n * 1000000 AS at_us,
        to_char(to_timestamp(1760000000 + n) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
    FROM numbers
),
-- The one that was proposed is the only one of this year.
one AS (SELECT proposer, snapshot::jsonb AS snapshot FROM countersign_candidates.candidates ORDER BY created_at_us DESC LIMIT 1)
INSERT INTO countersign_candidates.candidates (
    workspace, id, revision, state, owner, turn, action_type, risk_rank, confidence, proposer, record, created_at_us, updated_at_us,
    due_at_us, expires_at_us, snapshot
)
SELECT
    'demo', decode(replace(uuid, '-', ''), 'hex'), 1, rows.state, rows.turn, rows.turn,
    CASE WHEN n % 5 = 0 THEN 'add_note' ELSE 'create_task' END, rank,
    CASE WHEN n % 2000 = 9 THEN 'LOW' WHEN n % 3 = 0 THEN 'MEDIUM' ELSE 'HIGH' END,
    CASE WHEN n % 5000 = 11 THEN 'generators/rare' ELSE one.proposer END,
    CASE WHEN n % 1000 = 1 THEN 'erp/order/' ELSE 'crm/deal/' END || n, at_us, at_us,
    CASE WHEN n % 8 = 0 THEN at_us + 86400000000 ELSE 9223372036854775807 END, at_us + 1209600000000,
    (one.snapshot || jsonb_build_object(
        'name', 'workspaces/demo/candidates/' || uuid, 'created_at', at, 'updated_at', at,
        'proposal', one.snapshot->'proposal' || jsonb_build_object('due_at', CASE WHEN n % 8 = 0 THEN
            to_char(to_timestamp(1760000000 + n + 86400) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END),
        'risk', one.snapshot->'risk' || jsonb_build_object(
            'tier', CASE rank WHEN 3 THEN 'HIGH' WHEN 2 THEN 'APPROVAL_REQUIRED' ELSE 'LOW' END)
    ))::text
FROM rows, one
