-- People whose turn passes to another for a while. Nothing is deleted; an end that comes early is written once.
CREATE TABLE delegations (
    workspace     TEXT    NOT NULL,
    id            BLOB    NOT NULL CHECK (length(id) = 16),
    delegator     TEXT    NOT NULL,
    delegate      TEXT    NOT NULL CHECK (delegate <> delegator),
    starts_at_us  INTEGER NOT NULL,
    -- Until when it was made.
    ends_at_us    INTEGER NOT NULL CHECK (ends_at_us > starts_at_us),
    note          TEXT    NOT NULL,
    created_by    TEXT    NOT NULL,
    created_at_us INTEGER NOT NULL,
    -- When it was ended early; NULL when it was not.
    ended_at_us   INTEGER,
    -- When it is over, early or not.
    until_us      INTEGER NOT NULL CHECK (until_us = min(ends_at_us, coalesce(ended_at_us, ends_at_us))),
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE INDEX delegations_by_end ON delegations (workspace, until_us, id);
CREATE INDEX delegations_by_delegate ON delegations (workspace, delegate, until_us);

CREATE TRIGGER delegations_stay BEFORE DELETE ON delegations BEGIN
    SELECT RAISE(ABORT, 'delegations stay on record');
END;

CREATE TRIGGER delegations_never_change BEFORE UPDATE OF
    workspace, id, delegator, delegate, starts_at_us, ends_at_us, note, created_by, created_at_us ON delegations BEGIN
    SELECT RAISE(ABORT, 'delegations only end');
END;

CREATE TRIGGER delegations_end_once BEFORE UPDATE OF ended_at_us, until_us ON delegations
    WHEN OLD.ended_at_us IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a delegation ends once');
END;
