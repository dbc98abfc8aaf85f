-- The first schema. Its pair is migrations/postgres/0001_foundation.sql.
--
-- Names are kept as typed and beside them folded, in `*_key`; keys are what is unique, looked up
-- and ordered by. Times are unix seconds (the audit trail's are milliseconds). Documents are kept
-- exactly as submitted. INTEGER is what a strict table calls the other side's BIGINT.

-- revision_tag names the state of an account, previous_tag the state before.
CREATE TABLE accounts (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    alias TEXT,
    created_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    revision_tag BLOB NOT NULL,
    previous_tag BLOB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (alias)
) STRICT;

-- Every id that was ever given: rows stay when what they named is gone, so no id has a second owner.
CREATE TABLE used_ids (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- What was removed from an account, by name.
CREATE TABLE tombstones (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    PRIMARY KEY (account_id, kind, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    comments TEXT NOT NULL,
    email TEXT NOT NULL,
    mobile_phone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_login_at INTEGER,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
) STRICT;

-- owner_id is the account's own id where the kind is `root`, else the user's.
CREATE TABLE access_keys (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sealed_secret BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;

CREATE INDEX access_keys_by_owner ON access_keys (account_id, owner_kind, owner_id, created_at, id);
CREATE INDEX access_keys_by_account ON access_keys (account_id, id);

CREATE TABLE roles (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    trust_policy TEXT NOT NULL,
    max_session_duration INTEGER NOT NULL,
    session_epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
) STRICT;

CREATE TABLE policies (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    default_version INTEGER NOT NULL,
    latest_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, name_key)
) STRICT;

CREATE TABLE policy_versions (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, name_key, version),
    FOREIGN KEY (account_id, name_key) REFERENCES policies (account_id, name_key)
) STRICT;

-- policy_key has no reference: the vendor's policies are in the catalogue, not in a table.
CREATE TABLE attachments (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    principal_kind TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    policy_type TEXT NOT NULL,
    policy_name TEXT NOT NULL,
    policy_key TEXT NOT NULL,
    attached_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, principal_kind, principal_id, policy_type, policy_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachments_by_policy ON attachments (account_id, policy_type, policy_key, principal_kind, principal_id);

-- resource_key is a role's id or a custom policy's folded name.
CREATE TABLE tags (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    resource_kind TEXT NOT NULL,
    resource_key TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (account_id, resource_kind, resource_key, tag_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE nonces (
    hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE token_keys (
    id INTEGER NOT NULL,
    sealed_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

-- Rows are only ever added. The account is not a reference: the trail outlives what it tells of.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id TEXT NOT NULL,
    at_millis INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    access_key_id TEXT NOT NULL,
    source_ip TEXT NOT NULL,
    operation TEXT NOT NULL,
    resource TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_account ON audit (account_id, id);

CREATE TABLE refusals (
    account_id TEXT NOT NULL,
    minute INTEGER NOT NULL,
    principal TEXT NOT NULL,
    operation TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (account_id, minute, principal, operation, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX refusals_by_minute ON refusals (minute);

-- The reserved account, which owns what belongs to no tenant.
INSERT INTO accounts (id, name, alias, created_at, revision, revision_tag, previous_tag)
VALUES ('0000000000000000', '', NULL, 0, 0, X'00000000000000000000000000000000', X'00000000000000000000000000000000');

INSERT INTO used_ids (kind, id)
VALUES ('account', '0000000000000000');
