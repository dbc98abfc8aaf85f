-- SAML providers. Its pair is migrations/postgres/0008_saml_providers.sql.
--
-- metadata is SAML 2.0 metadata in Base64, as it was given.
CREATE TABLE saml_providers (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    metadata TEXT NOT NULL,
    authn_sign_algo TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, name_key)
) STRICT, WITHOUT ROWID;
