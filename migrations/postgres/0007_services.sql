-- Services as callers, and the roles that are linked to them. Its pair is
-- migrations/sqlite/0007_services.sql.

-- acts_for is the account that the key's service acts for, absent where it acts for that of the
-- role; networks are those that the key may sign in, with blanks between, none being any. A table
-- of its own: to a release that does not know it these keys are unknown, not unreadable.
CREATE TABLE service_keys (
    id TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    acts_for TEXT COLLATE "C" REFERENCES accounts (id),
    networks TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    PRIMARY KEY (id)
);

-- The service that alone takes the role; absent for an ordinary role.
ALTER TABLE roles ADD COLUMN linked_service TEXT COLLATE "C";

-- What a service has made with its role, while there is any of which the role stays. A release that
-- does not know this table cannot remove a role that is in use.
CREATE TABLE role_usages (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    role_id TEXT COLLATE "C" NOT NULL REFERENCES roles (id),
    region TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, role_id, region, resource)
);

CREATE INDEX role_usages_of_role ON role_usages (role_id);

-- role_id is no reference: a task outlives its role. number counts the tasks of a role. reason says
-- what kept the role, as JSON, where something did.
CREATE TABLE deletion_tasks (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    id TEXT COLLATE "C" NOT NULL,
    role_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX deletion_tasks_of_role ON deletion_tasks (account_id, role_id, number);
CREATE INDEX deletion_tasks_by_status ON deletion_tasks (status, created_at);
