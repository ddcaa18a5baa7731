-- What people asked in the console, so that they find it again. Losing it loses no data.
CREATE TABLE query_history (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  query TEXT NOT NULL,
  asker TEXT NOT NULL,
  sql TEXT NOT NULL,
  batch_at TEXT,
  state TEXT NOT NULL CHECK (state IN ('succeeded', 'failed', 'cancelled')),
  started_at TEXT NOT NULL,
  seconds REAL NOT NULL,
  rows INTEGER,
  problem TEXT
) STRICT;

CREATE INDEX query_history_asker ON query_history (asker, sequence);
