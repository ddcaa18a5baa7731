-- OpenLineage events on their way to OPENLINEAGE_URL. A posted event stays as its identity alone, so that it is not posted
-- again; `refused` says why one was given up.
CREATE TABLE lineage_outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  event_time TEXT NOT NULL,
  event TEXT CHECK (event IS NULL OR json_valid(event)),
  attempts INTEGER NOT NULL DEFAULT 0,
  refused TEXT,
  UNIQUE (run_id, event_type, event_time)
) STRICT;

CREATE INDEX lineage_outbox_waiting ON lineage_outbox (sequence) WHERE event IS NOT NULL;

-- Ends of runs that came to nothing and whose events are written: they are told of once, by whichever process is next.
CREATE TABLE lineage_told (
  run TEXT NOT NULL,
  state TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  PRIMARY KEY (run, state, ended_at)
) STRICT;
