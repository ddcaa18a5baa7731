-- People. What the library for logins needs (users, sessions, accounts, verifications, two_factors) has its names in snake_case.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE, -- in lower case
  email_verified INTEGER NOT NULL DEFAULT 0,
  image TEXT,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  two_factor_enabled INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_login_at TEXT
) STRICT;

-- A session's token is worth nothing without the key that signs it, which is not in this file.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  factor TEXT NOT NULL, -- what was shown to get it: totp, recovery, passkey, oidc; password and enrolment open nothing
  confirmed_at TEXT NOT NULL, -- when its owner was last asked who they are
  expires_at TEXT NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_of_a_user ON sessions (user_id);

-- Ways to be known: `credential` with a password (Argon2id), or the subject of a single sign-on.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  password TEXT,
  access_token TEXT,
  refresh_token TEXT,
  id_token TEXT,
  access_token_expires_at TEXT,
  refresh_token_expires_at TEXT,
  scope TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX accounts_of_a_user ON accounts (user_id);

-- Challenges that wait for their answer, each for minutes.
CREATE TABLE verifications (
  id TEXT PRIMARY KEY,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE INDEX verifications_by_identifier ON verifications (identifier);

-- Secrets of one-time passwords and recovery codes, both encrypted with the key that is not in this file.
CREATE TABLE two_factors (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  secret TEXT NOT NULL,
  backup_codes TEXT NOT NULL,
  verified INTEGER,
  failed_verification_count INTEGER,
  locked_until TEXT
) STRICT;

-- Codes that were good once within the minutes in which they would be so again.
CREATE TABLE used_codes (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sha256 BLOB NOT NULL,
  used_at TEXT NOT NULL,
  PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY, -- the credential's id, Base64url
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL, -- JSON
  created_at TEXT NOT NULL,
  last_used_at TEXT
) STRICT;

CREATE INDEX passkeys_of_a_user ON passkeys (user_id);

-- Links that let one person in once, to choose how to sign in from then on. Only hashes are kept.
CREATE TABLE links (
  sha256 BLOB PRIMARY KEY,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE, -- NULL: the link for the first user
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;

-- Logins that failed of late, by what was tried: an account, or an address of the network.
CREATE TABLE login_failures (
  subject TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  failed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
