-- What IMS shows of groups, keys and logins beside what RAM does. Its pair is
-- migrations/sqlite/0009_ims.sql.
--
-- A release that does not know these columns writes none of them, and then their defaults speak: a
-- group has no display name, a key was last changed when it was made and signs from anywhere, a login
-- is open and its password not the first one.
ALTER TABLE user_groups ADD COLUMN display_name TEXT COLLATE "C" NOT NULL DEFAULT '';

-- updated_at: when its status was last changed; NULL where it never was. network_policy: from where
-- the key may sign, as JSON text; NULL where that is not limited.
ALTER TABLE access_keys ADD COLUMN updated_at BIGINT;
ALTER TABLE access_keys ADD COLUMN network_policy TEXT COLLATE "C";

-- status: `Active` or `Inactive`. is_initial is 1 while the password is the one that an administrator
-- opened the login with.
ALTER TABLE login_profiles ADD COLUMN status TEXT COLLATE "C" NOT NULL DEFAULT 'Active';
ALTER TABLE login_profiles ADD COLUMN is_initial BIGINT NOT NULL DEFAULT 0;

-- For who reads those of one account at once.
CREATE INDEX login_profiles_by_account ON login_profiles (account_id, user_id);
CREATE INDEX key_uses_by_account ON key_uses (account_id, key_id);
