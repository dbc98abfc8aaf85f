-- SAML providers. Its pair is migrations/sqlite/0008_saml_providers.sql.
--
-- metadata is SAML 2.0 metadata in Base64, as it was given.
CREATE TABLE saml_providers (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    authn_sign_algo TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);
