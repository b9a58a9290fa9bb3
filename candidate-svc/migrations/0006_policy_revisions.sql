-- Review policies that are or were in force, from revision 1 on; append-only.
CREATE TABLE policy_revisions (
    workspace     TEXT    NOT NULL,
    revision      INTEGER NOT NULL CHECK (revision > 0),
    policy_toml   TEXT    NOT NULL,
    policy_digest BLOB    NOT NULL CHECK (length(policy_digest) = 32),
    -- When it came into force, in microseconds since 1970.
    applied_at_us INTEGER NOT NULL,
    -- The candidate that brought it; the first one came from the file.
    candidate_id  BLOB    CHECK (length(candidate_id) = 16),
    PRIMARY KEY (workspace, revision),
    CHECK ((candidate_id IS NULL) = (revision = 1))
) STRICT;

CREATE TRIGGER policy_revisions_stay BEFORE DELETE ON policy_revisions BEGIN
    SELECT RAISE(ABORT, 'policy revisions are append-only');
END;

CREATE TRIGGER policy_revisions_never_change BEFORE UPDATE ON policy_revisions BEGIN
    SELECT RAISE(ABORT, 'policy revisions are append-only');
END;

-- Which policy files a workspace took notice of, numbered from 1: a file is proposed once, whatever became of the proposal.
CREATE TABLE policy_files (
    workspace     TEXT    NOT NULL,
    number        INTEGER NOT NULL CHECK (number > 0),
    policy_digest BLOB    NOT NULL CHECK (length(policy_digest) = 32),
    PRIMARY KEY (workspace, number)
) STRICT;
