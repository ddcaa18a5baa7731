-- How far the work of a step has come, for people of other processes who watch it.
ALTER TABLE steps ADD COLUMN rows_done INTEGER;
ALTER TABLE steps ADD COLUMN rows_expected INTEGER;

-- What people should know of a run and what stopped nothing, such as a column that the source lacks.
CREATE TABLE run_notices (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  noted_at TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;

CREATE INDEX run_notices_by_run ON run_notices (run);
