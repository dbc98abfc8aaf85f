-- OIDC providers. Its pair is migrations/sqlite/0006_oidc_providers.sql.
--
-- client_ids and fingerprints are lists with commas between, as the API writes them: a comma is in
-- neither. key_set is a JSON Web Key Set where the keys are given and not fetched.
CREATE TABLE oidc_providers (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    issuer_url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    client_ids TEXT COLLATE "C" NOT NULL,
    fingerprints TEXT COLLATE "C" NOT NULL,
    issuance_limit_hours BIGINT NOT NULL,
    key_set TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key),
    UNIQUE (account_id, issuer_url)
);
