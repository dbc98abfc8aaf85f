-- The first schema. Its pair is migrations/sqlite/0001_foundation.sql.
--
-- Names are kept as typed and beside them folded, in `*_key`; keys are what is unique, looked up
-- and ordered by. Times are unix seconds (the audit trail's are milliseconds). Documents are kept
-- exactly as submitted. Every text compares by bytes (COLLATE "C"), as on the other side: a
-- locale's order would make pages skip entries.

-- revision_tag names the state of an account, previous_tag the state before.
CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    revision_tag BYTEA NOT NULL,
    previous_tag BYTEA NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (alias)
);

-- Every id that was ever given: rows stay when what they named is gone, so no id has a second owner.
CREATE TABLE used_ids (
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, id)
);

-- What was removed from an account, by name.
CREATE TABLE tombstones (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    kind TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, kind, name_key)
);

CREATE TABLE settings (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE users (
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    comments TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    mobile_phone TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_login_at BIGINT,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
);

-- owner_id is the account's own id where the kind is `root`, else the user's.
CREATE TABLE access_keys (
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    owner_kind TEXT COLLATE "C" NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX access_keys_by_owner ON access_keys (account_id, owner_kind, owner_id, created_at, id);
CREATE INDEX access_keys_by_account ON access_keys (account_id, id);

CREATE TABLE roles (
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    trust_policy TEXT COLLATE "C" NOT NULL,
    max_session_duration BIGINT NOT NULL,
    session_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE policies (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    default_version BIGINT NOT NULL,
    latest_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE policy_versions (
    account_id TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key, version),
    FOREIGN KEY (account_id, name_key) REFERENCES policies (account_id, name_key)
);

-- policy_key has no reference: the vendor's policies are in the catalogue, not in a table.
CREATE TABLE attachments (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    principal_kind TEXT COLLATE "C" NOT NULL,
    principal_id TEXT COLLATE "C" NOT NULL,
    policy_type TEXT COLLATE "C" NOT NULL,
    policy_name TEXT COLLATE "C" NOT NULL,
    policy_key TEXT COLLATE "C" NOT NULL,
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, principal_kind, principal_id, policy_type, policy_key)
);

CREATE INDEX attachments_by_policy ON attachments (account_id, policy_type, policy_key, principal_kind, principal_id);

-- resource_key is a role's id or a custom policy's folded name.
CREATE TABLE tags (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    resource_kind TEXT COLLATE "C" NOT NULL,
    resource_key TEXT COLLATE "C" NOT NULL,
    tag_key TEXT COLLATE "C" NOT NULL,
    tag_value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, resource_kind, resource_key, tag_key)
);

CREATE TABLE nonces (
    hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (hash)
);

CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE token_keys (
    id BIGINT NOT NULL,
    sealed_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    active_from BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- Rows are only ever added. The account is not a reference: the trail outlives what it tells of.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    at_millis BIGINT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    access_key_id TEXT COLLATE "C" NOT NULL,
    source_ip TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX audit_by_account ON audit (account_id, id);

CREATE TABLE refusals (
    account_id TEXT COLLATE "C" NOT NULL,
    minute BIGINT NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (account_id, minute, principal, operation, code)
);

CREATE INDEX refusals_by_minute ON refusals (minute);

-- The reserved account, which owns what belongs to no tenant.
INSERT INTO accounts (id, name, alias, created_at, revision, revision_tag, previous_tag)
VALUES ('0000000000000000', '', NULL, 0, 0, '\x00000000000000000000000000000000', '\x00000000000000000000000000000000');

INSERT INTO used_ids (kind, id)
VALUES ('account', '0000000000000000');
