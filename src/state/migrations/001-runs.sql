-- One attempt to make a batch. `sequence` orders runs by when they were begun, whatever the wall clock did meanwhile.
CREATE TABLE runs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL UNIQUE,
  batch_at TEXT NOT NULL,
  kind TEXT,
  source TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),
  state TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'skipped', 'terminated', 'held')),
  held TEXT CHECK (held IS NULL OR json_valid(held)),
  released_at TEXT,
  terminate_requested_at TEXT,
  -- A run that finished after this one stopped: what this one prepared no longer fits the lake.
  superseded_by TEXT,
  report TEXT CHECK (report IS NULL OR json_valid(report)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  started_at TEXT NOT NULL,
  ended_at TEXT,
  seconds REAL
) STRICT;

CREATE INDEX runs_by_state ON runs (state, sequence);

-- The latest outcome of each step of a run. `seconds` is the time of all its attempts that were seen to end.
CREATE TABLE steps (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'skipped', 'terminated')),
  started_at TEXT,
  ended_at TEXT,
  seconds REAL NOT NULL DEFAULT 0,
  output TEXT CHECK (output IS NULL OR json_valid(output)),
  PRIMARY KEY (run, name)
) STRICT;

-- Every attempt stays on record, those that a killed process never ended included.
CREATE TABLE attempts (
  run TEXT NOT NULL,
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'skipped', 'terminated')),
  started_at TEXT NOT NULL,
  ended_at TEXT,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  PRIMARY KEY (run, step, attempt),
  FOREIGN KEY (run, step) REFERENCES steps (run, name) ON DELETE CASCADE
) STRICT;

-- At most one row: who may change the lake now. `beats` rises while the holder lives; a watcher needs no common clock.
CREATE TABLE lease (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  token TEXT NOT NULL,
  run TEXT,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  process_space TEXT NOT NULL,
  process_started TEXT NOT NULL,
  since TEXT NOT NULL,
  heartbeat_at TEXT NOT NULL,
  beats INTEGER NOT NULL DEFAULT 0
) STRICT;
