-- Logins: passwords and MFA devices of users. Its pair is migrations/sqlite/0005_logins.sql.
--
-- user_id is no reference: a release that does not know these tables goes on removing users. Ids
-- are never used twice, so a row that is left behind speaks of nobody.

-- sealed_passwords: the hash of the password and of those before it. The flags are 0 or 1.
CREATE TABLE login_profiles (
    user_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    sealed_passwords BYTEA NOT NULL,
    password_reset_required BIGINT NOT NULL,
    mfa_bind_required BIGINT NOT NULL,
    password_set_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id)
);

-- user_id is whom the device is bound to, and activated_at since when. last_step is the latest
-- time step of which a code was accepted: none of it or before is good again.
CREATE TABLE virtual_mfa_devices (
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    sealed_seed BYTEA NOT NULL,
    user_id TEXT COLLATE "C",
    activated_at BIGINT,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key),
    UNIQUE (account_id, user_id)
);
