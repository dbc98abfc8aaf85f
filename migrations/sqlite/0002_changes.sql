-- What every transaction touched, so that a replica drops that from its cache and keeps the rest. Its
-- pair is migrations/postgres/0002_changes.sql.
--
-- A row links the state `tag` to the one before it. entities: `kind/key` with blanks between, `*` for
-- more than is named. A release that does not know this table leaves gaps, and then a replica drops
-- the account whole. After a restore a revision may come again, under another tag.
CREATE TABLE changes (
    account_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    tag BLOB NOT NULL,
    previous_tag BLOB NOT NULL,
    entities TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, revision, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX changes_by_time ON changes (changed_at);
