-- OIDC providers. Its pair is migrations/postgres/0006_oidc_providers.sql.
--
-- client_ids and fingerprints are lists with commas between, as the API writes them: a comma is in
-- neither. key_set is a JSON Web Key Set where the keys are given and not fetched.
CREATE TABLE oidc_providers (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    issuer_url TEXT NOT NULL,
    description TEXT NOT NULL,
    client_ids TEXT NOT NULL,
    fingerprints TEXT NOT NULL,
    issuance_limit_hours INTEGER NOT NULL,
    key_set TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, name_key),
    UNIQUE (account_id, issuer_url)
) STRICT, WITHOUT ROWID;
