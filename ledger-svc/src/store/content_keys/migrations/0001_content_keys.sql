-- The keys that contents are sealed under: those of subjects, and some ahead for subjects to come. Which subject has which key is in the
-- ledger's file. A number is never used again. The fingerprint shows a changed key; it is gone with it.
CREATE TABLE content_keys (
    number INTEGER NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL,
    fingerprint BLOB NOT NULL
) STRICT;
