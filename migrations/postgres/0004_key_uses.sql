-- When access keys were last used. Its pair is migrations/sqlite/0004_key_uses.sql.
--
-- key_id is no reference: a release that does not know this table goes on removing keys. Ids are never
-- used twice, so a row that is left behind speaks of no other key.
CREATE TABLE key_uses (
    key_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (key_id)
);
