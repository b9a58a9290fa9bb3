-- The workspace becomes the first column of every key: workspaces in one folder neither see nor hinder each other.
--
-- Rows from before tell nothing of their workspace. They go to `demo`, where every command works that is told no other.
-- Calls from before go to the workspace with the empty name, which nobody can have, and are known in all workspaces: an
-- attempt under way during the update is answered with what it did, and never takes effect again.
--
-- All of it is one transaction: a crash in the middle leaves the tables of before, and the next start begins anew.

ALTER TABLE notes RENAME TO notes_before;
ALTER TABLE tasks RENAME TO tasks_before;
ALTER TABLE requests RENAME TO requests_before;
ALTER TABLE records RENAME TO records_before;
ALTER TABLE calls RENAME TO calls_before;

CREATE TABLE tasks (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL, -- from 1 on in each workspace
    subject TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT NOT NULL, -- a calendar date, YYYY-MM-DD
    created_at_us INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    question TEXT NOT NULL,
    recipient TEXT NOT NULL,
    fields TEXT NOT NULL CHECK (json_type(fields) = 'array'),
    due TEXT, -- a calendar date, YYYY-MM-DD
    created_at_us INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

-- The system of record: what update_field and assign_owner read and change.
CREATE TABLE records (
    workspace TEXT NOT NULL,
    object_type TEXT NOT NULL,
    id TEXT NOT NULL,
    fields TEXT NOT NULL CHECK (json_type(fields) = 'object'),
    PRIMARY KEY (workspace, object_type, id)
) STRICT;

-- A note is on a task or on a record.
CREATE TABLE notes (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    task_id INTEGER,
    object_type TEXT,
    record_id TEXT,
    text TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, task_id) REFERENCES tasks (workspace, id),
    FOREIGN KEY (workspace, object_type, record_id) REFERENCES records (workspace, object_type, id),
    CHECK ((task_id IS NULL) = (record_id IS NOT NULL) AND (object_type IS NULL) = (record_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Replies as somebody may finish and send them; nothing here ever sends one.
CREATE TABLE drafts (
    workspace TEXT NOT NULL,
    id INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

-- One row for each call that took effect, written in the effect's own transaction.
CREATE TABLE calls (
    workspace TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    operation TEXT NOT NULL,
    payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
    result TEXT NOT NULL CHECK (json_type(result) = 'object'),
    PRIMARY KEY (workspace, idempotency_key)
) STRICT, WITHOUT ROWID;

INSERT INTO tasks SELECT 'demo', id, subject, owner, due, created_at_us FROM tasks_before;
INSERT INTO requests SELECT 'demo', id, subject, question, recipient, fields, due, created_at_us FROM requests_before;
INSERT INTO records SELECT 'demo', object_type, id, fields FROM records_before;
INSERT INTO notes SELECT 'demo', id, task_id, NULL, NULL, text, created_at_us FROM notes_before;
INSERT INTO calls SELECT '', idempotency_key, operation, payload_digest, result FROM calls_before;

DROP TABLE notes_before;
DROP TABLE tasks_before;
DROP TABLE requests_before;
DROP TABLE records_before;
DROP TABLE calls_before;

CREATE INDEX notes_by_task ON notes (workspace, task_id) WHERE task_id IS NOT NULL;
CREATE INDEX notes_by_record ON notes (workspace, object_type, record_id) WHERE record_id IS NOT NULL;
