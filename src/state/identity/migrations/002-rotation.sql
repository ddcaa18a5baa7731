-- Which of the two accounts that a secret alternates between is in use; without a row it is the configured one.
CREATE TABLE secret_pointers (
  secret TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  entry TEXT NOT NULL, -- the secret that holds this account's password
  rotated_at TEXT NOT NULL
) STRICT;

-- One attempt to renew the password of the account that is not in use. It never holds a password.
CREATE TABLE rotations (
  rotation INTEGER PRIMARY KEY,
  secret TEXT NOT NULL,
  account TEXT NOT NULL,
  entry TEXT NOT NULL,
  trigger TEXT NOT NULL CHECK (trigger IN ('hand', 'schedule')),
  state TEXT NOT NULL CHECK (state IN ('running', 'failed', 'succeeded')),
  step TEXT NOT NULL CHECK (step IN ('create', 'set', 'test', 'finish')), -- where it is, or where it goes on
  process TEXT NOT NULL, -- JSON: whose work it is
  started_at TEXT NOT NULL,
  finished_at TEXT,
  error TEXT -- JSON
) STRICT;

CREATE UNIQUE INDEX one_unfinished_rotation_of_a_secret ON rotations (secret) WHERE state <> 'succeeded';

-- How each step ended, each time that it was tried; rows are added, never changed.
CREATE TABLE rotation_steps (
  number INTEGER PRIMARY KEY,
  rotation INTEGER NOT NULL REFERENCES rotations (rotation),
  step TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('succeeded', 'failed')),
  at TEXT NOT NULL,
  error TEXT -- JSON
) STRICT;
