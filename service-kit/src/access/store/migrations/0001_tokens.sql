CREATE TABLE tokens (
    id          TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    secret_hash BLOB    NOT NULL CHECK (length(secret_hash) = 32),
    principal   TEXT    NOT NULL,
    scope       TEXT    NOT NULL,
    roles       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;
