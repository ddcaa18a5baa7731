-- What a source looked like before the newest batch, or the one that is held, was read from it: another look that differs
-- says that there may be something new.
CREATE TABLE source_marks (
  source TEXT PRIMARY KEY,
  mark TEXT NOT NULL,
  run TEXT NOT NULL,
  noted_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
