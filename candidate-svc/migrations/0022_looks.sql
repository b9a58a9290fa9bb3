-- What came of the looks at each standing approval's audit sample, in the order in which it was known: `o` harmless, `x` harmful. What was
-- known before this is not in it: the watch begins anew.
ALTER TABLE standing_approvals ADD COLUMN looks TEXT NOT NULL DEFAULT '' CHECK (looks NOT GLOB '*[^ox]*');
