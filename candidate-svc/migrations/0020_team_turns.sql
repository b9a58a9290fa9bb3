-- Whose turn it is in each team that candidates are dealt out to. It counts up in the transaction that keeps the candidate, so a crash
-- takes both or neither, and a repeated request, which keeps no candidate, takes no turn.
CREATE TABLE team_turns (
    workspace TEXT    NOT NULL,
    -- SHA-256 over the members in the order of the file: a team with others begins anew.
    team      BLOB    NOT NULL CHECK (length(team) = 32),
    -- How many turns were given out.
    given     INTEGER NOT NULL CHECK (given > 0),
    PRIMARY KEY (workspace, team)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER team_turns_count_up BEFORE UPDATE ON team_turns WHEN NEW.given <= OLD.given BEGIN
    SELECT RAISE(ABORT, 'turns are never given back');
END;

CREATE TRIGGER team_turns_stay BEFORE DELETE ON team_turns BEGIN
    SELECT RAISE(ABORT, 'turns are never given back');
END;
