-- What every transaction touched, so that a replica drops that from its cache and keeps the rest. Its
-- pair is migrations/sqlite/0002_changes.sql.
--
-- A row links the state `tag` to the one before it. entities: `kind/key` with blanks between, `*` for
-- more than is named. A release that does not know this table leaves gaps, and then a replica drops
-- the account whole. After a restore a revision may come again, under another tag.
CREATE TABLE changes (
    account_id TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    tag BYTEA NOT NULL,
    previous_tag BYTEA NOT NULL,
    entities TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, revision, tag)
);

CREATE INDEX changes_by_time ON changes (changed_at);
