CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT NOT NULL, -- a calendar date, YYYY-MM-DD
    created_at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES tasks (id),
    text TEXT NOT NULL,
    created_at_us INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_by_task ON notes (task_id);

CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    question TEXT NOT NULL,
    recipient TEXT NOT NULL,
    fields TEXT NOT NULL CHECK (json_type(fields) = 'array'),
    due TEXT, -- a calendar date, YYYY-MM-DD
    created_at_us INTEGER NOT NULL
) STRICT;

-- The system of record: what update_field reads and changes.
CREATE TABLE records (
    object_type TEXT NOT NULL,
    id TEXT NOT NULL,
    fields TEXT NOT NULL CHECK (json_type(fields) = 'object'),
    PRIMARY KEY (object_type, id)
) STRICT;

-- One row for each call that took effect, written in the effect's own transaction.
CREATE TABLE calls (
    idempotency_key TEXT PRIMARY KEY,
    operation TEXT NOT NULL,
    payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
    result TEXT NOT NULL CHECK (json_type(result) = 'object')
) STRICT, WITHOUT ROWID;
