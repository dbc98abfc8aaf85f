-- Services as callers, and the roles that are linked to them. Its pair is
-- migrations/postgres/0007_services.sql.

-- acts_for is the account that the key's service acts for, absent where it acts for that of the
-- role; networks are those that the key may sign in, with blanks between, none being any. A table
-- of its own: to a release that does not know it these keys are unknown, not unreadable.
CREATE TABLE service_keys (
    id TEXT NOT NULL,
    service TEXT NOT NULL,
    acts_for TEXT REFERENCES accounts (id),
    networks TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sealed_secret BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;

-- The service that alone takes the role; absent for an ordinary role.
ALTER TABLE roles ADD COLUMN linked_service TEXT;

-- What a service has made with its role, while there is any of which the role stays. A release that
-- does not know this table cannot remove a role that is in use.
CREATE TABLE role_usages (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    role_id TEXT NOT NULL REFERENCES roles (id),
    region TEXT NOT NULL,
    resource TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, role_id, region, resource)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_usages_of_role ON role_usages (role_id);

-- role_id is no reference: a task outlives its role. number counts the tasks of a role. reason says
-- what kept the role, as JSON, where something did.
CREATE TABLE deletion_tasks (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    role_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deletion_tasks_of_role ON deletion_tasks (account_id, role_id, number);
CREATE INDEX deletion_tasks_by_status ON deletion_tasks (status, created_at);
