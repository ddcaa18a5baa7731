-- What people are to be told, stored with what it tells of. The same event about the same subject on the same occasion is one
-- alert, whoever finds it and however often.
CREATE TABLE alerts (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  occasion TEXT NOT NULL,
  run TEXT,
  facts TEXT NOT NULL CHECK (json_valid(facts)),
  raised_at TEXT NOT NULL,
  -- The run that made good what this one tells of; people were told of that, too.
  recovered_by TEXT,
  UNIQUE (event, subject, occasion)
) STRICT;

-- Each alert's way through each channel. `waiting` is tried again from `next_at` on; a claim is of a process that sends now.
CREATE TABLE alert_deliveries (
  alert INTEGER NOT NULL REFERENCES alerts (sequence) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given_up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at TEXT NOT NULL,
  claim TEXT CHECK (claim IS NULL OR json_valid(claim)),
  problem TEXT,
  ended_at TEXT,
  PRIMARY KEY (alert, channel)
) STRICT;

CREATE INDEX alert_deliveries_waiting ON alert_deliveries (next_at) WHERE state = 'waiting';

-- How long runs under way may take, and their steps. `scope` is `run`, or `step NAME`. A clock that is set back takes nothing
-- away: `watched_ms` is what a watcher has seen go by on a clock that nobody sets.
CREATE TABLE deadlines (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  limit_ms INTEGER NOT NULL CHECK (limit_ms > 0),
  started_at TEXT NOT NULL,
  watched_ms INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met', 'missed', 'closed')),
  PRIMARY KEY (run, scope)
) STRICT;

CREATE INDEX deadlines_open ON deadlines (run) WHERE state = 'open';

-- At most one process watches a lake's deadlines and sends its alerts.
CREATE TABLE watcher (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  mark TEXT NOT NULL CHECK (json_valid(mark)),
  since TEXT NOT NULL
) STRICT;
