-- Logins: passwords and MFA devices of users. Its pair is migrations/postgres/0005_logins.sql.
--
-- user_id is no reference: a release that does not know these tables goes on removing users. Ids
-- are never used twice, so a row that is left behind speaks of nobody.

-- sealed_passwords: the hash of the password and of those before it. The flags are 0 or 1.
CREATE TABLE login_profiles (
    user_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    sealed_passwords BLOB NOT NULL,
    password_reset_required INTEGER NOT NULL,
    mfa_bind_required INTEGER NOT NULL,
    password_set_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id)
) STRICT;

-- user_id is whom the device is bound to, and activated_at since when. last_step is the latest
-- time step of which a code was accepted: none of it or before is good again.
CREATE TABLE virtual_mfa_devices (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    sealed_seed BLOB NOT NULL,
    user_id TEXT,
    activated_at INTEGER,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key),
    UNIQUE (account_id, user_id)
) STRICT;
