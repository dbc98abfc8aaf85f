-- Groups of users. Its pair is migrations/postgres/0003_groups.sql.
--
-- What is attached to a group stands in `attachments`, of the kind `group`. A release that does not
-- know these tables cannot remove a user that is in a group.
CREATE TABLE user_groups (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    comments TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
) STRICT;

CREATE TABLE group_members (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    group_id TEXT NOT NULL REFERENCES user_groups (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_members_by_user ON group_members (account_id, user_id, group_id);

-- What a group or a user takes along is looked for by its id alone, when the row itself goes.
CREATE INDEX group_members_of_group ON group_members (group_id, user_id);
CREATE INDEX group_members_of_user ON group_members (user_id, group_id);
