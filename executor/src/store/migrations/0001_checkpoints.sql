-- The last checkpoint seen of each log, as it was signed.
CREATE TABLE checkpoints (
    origin TEXT PRIMARY KEY,
    signed_note TEXT NOT NULL,
    kept_at_us INTEGER NOT NULL
) STRICT;
