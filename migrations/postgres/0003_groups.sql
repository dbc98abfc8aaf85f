-- Groups of users. Its pair is migrations/sqlite/0003_groups.sql.
--
-- What is attached to a group stands in `attachments`, of the kind `group`. A release that does not
-- know these tables cannot remove a user that is in a group.
CREATE TABLE user_groups (
    id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    comments TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE group_members (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    group_id TEXT COLLATE "C" NOT NULL REFERENCES user_groups (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, group_id, user_id)
);

CREATE INDEX group_members_by_user ON group_members (account_id, user_id, group_id);

-- What a group or a user takes along is looked for by its id alone, when the row itself goes.
CREATE INDEX group_members_of_group ON group_members (group_id, user_id);
CREATE INDEX group_members_of_user ON group_members (user_id, group_id);
