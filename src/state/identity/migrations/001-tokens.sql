-- A token is never stored: of it there is its public id and the SHA-256 of the whole.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  scopes TEXT NOT NULL, -- JSON
  created_at TEXT NOT NULL,
  expires_at TEXT,
  last_used_at TEXT,
  revoked_at TEXT
) STRICT;

CREATE UNIQUE INDEX one_unrevoked_token_of_a_name ON tokens (name) WHERE revoked_at IS NULL;

-- Who did what to whom; rows are added, never changed.
CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL -- JSON
) STRICT;
