"""Seeds: applied to a running server, twice, with things removed in between."""

from __future__ import annotations

import json

import pytest

from harness import account_id, long_lived_key, refused

SEED = """\
accounts:
  - id: "{account}"
    name: seeded
    root:
      access_keys:
        - id: {root_key}
          secret_file: root.secret
    policies:
      - name: list-users
        description: may list
        document:
          Version: "1"
          Statement:
            - {{ Effect: Allow, Action: "ram:ListUsers", Resource: "*" }}
    users:
      - name: alice
        access_keys:
          - {{ id: {user_key}, secret_file: alice.secret }}
        policies: [System/AliyunSTSAssumeRoleAccess]
    roles:
      - name: auditor
        max_session_duration: 7200
        trust_policy: '{trust}'
        policies: [Custom/list-users]
"""


class Seeded:
    """A seed of its own account, and what it holds."""

    def __init__(self, server, directory):
        self.server, self.directory = server, directory
        self.account, self.root_key, self.user_key = account_id(), long_lived_key(), long_lived_key()
        self.trust = json.dumps(
            {
                "Version": "1",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"RAM": f"acs:ram::{self.account}:user/alice"},
                    }
                ],
            }
        )
        for name, key in (("root.secret", self.root_key), ("alice.secret", self.user_key)):
            (directory / name).write_text(key.secret + "\n")
            server.never_logged.add(key.secret)
        self.path = directory / "seed.yaml"
        self.text = SEED.format(
            account=self.account, root_key=self.root_key.key_id, user_key=self.user_key.key_id, trust=self.trust
        )
        self.path.write_text(self.text)

    def apply(self, *options: str) -> str:
        return self.server.cli("seed", str(self.path), "--data-dir", str(self.server.data_dir), *options)

    def root(self):
        return self.server.caller("acs3", self.root_key)

    def alice(self):
        return self.server.caller("acs3", self.user_key)

    @property
    def role(self) -> str:
        return f"acs:ram::{self.account}:role/auditor"

    def state(self) -> str:
        """Everything of the account that a second run might change, dates of change included."""
        root = self.root()
        calls = [
            root.ram("ListUsers"), root.ram("ListRoles"), root.ram("ListPolicies", PolicyType="Custom"),
            root.ram("GetRole", RoleName="auditor"), root.ram("GetUser", UserName="alice"),
            root.ram("ListPolicyVersions", PolicyName="list-users", PolicyType="Custom"),
            root.ram("ListPoliciesForUser", UserName="alice"), root.ram("ListPoliciesForRole", RoleName="auditor"),
            root.ram("ListAccessKeys", UserName="alice"), root.ram("ListAccessKeys"),
        ]  # fmt: skip
        for answer in calls:
            answer.pop("RequestId")
        return json.dumps(calls, sort_keys=True)


@pytest.fixture
def seeded(server, tmp_path):
    return Seeded(server, tmp_path)


def test_a_seed_gives_the_main_job(seeded):
    seeded.apply()
    session = seeded.alice().assume(seeded.role, DurationSeconds=7200)
    assert [user["UserName"] for user in session.ram("ListUsers")["Users"]["User"]] == ["alice"]
    with refused("NoPermission", 403):
        session.ram("ListRoles")
    role = seeded.root().ram("GetRole", RoleName="auditor")["Role"]
    assert role["AssumeRolePolicyDocument"] == seeded.trust


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(server, seeded):
    plan = seeded.apply("--dry-run")
    for name in (seeded.account, "alice", "auditor", "list-users"):
        assert name in plan
    assert seeded.root_key.secret not in plan and seeded.user_key.secret not in plan
    answer = server.raw("rpc", seeded.root_key, "sts", "GetCallerIdentity")
    assert answer.code == "InvalidAccessKeyId.NotFound"


def test_a_second_run_changes_nothing(seeded):
    seeded.apply()
    before = seeded.state()
    seeded.apply()
    assert seeded.state() == before


def test_t08_what_was_removed_stays_removed_unless_restore_is_asked_for(seeded):
    seeded.apply()
    root = seeded.root()
    root.ram("DetachPolicyFromRole", RoleName="auditor", PolicyName="list-users", PolicyType="Custom")
    before = seeded.state()
    assert "--restore" in seeded.apply(), "the plan does not say what it leaves alone"
    assert seeded.state() == before
    seeded.apply("--restore")
    attached = root.ram("ListPoliciesForRole", RoleName="auditor")["Policies"]["Policy"]
    assert [policy["PolicyName"] for policy in attached] == ["list-users"]


def test_t08_a_role_that_is_restored_is_another_role(seeded):
    seeded.apply()
    root, session = seeded.root(), seeded.alice().assume(seeded.role)
    root.ram("DetachPolicyFromRole", RoleName="auditor", PolicyName="list-users", PolicyType="Custom")
    root.ram("DeleteRole", RoleName="auditor")
    seeded.apply()
    with refused("EntityNotExist.Role", 404):
        root.ram("GetRole", RoleName="auditor")
    seeded.apply("--restore")
    seeded.alice().assume(seeded.role).ram("ListUsers")
    with refused("InvalidSecurityToken.Expired", 400):
        session.ram("ListUsers")


def test_t08_a_key_that_was_deleted_never_comes_back(server, seeded):
    """Not even with --restore: an id once used is never given again."""
    seeded.apply()
    seeded.root().ram("DeleteAccessKey", UserName="alice", UserAccessKeyId=seeded.user_key.key_id)
    assert seeded.user_key.key_id in seeded.apply(), "the plan does not say what it leaves alone"
    done = server.run_cli("seed", str(seeded.path), "--data-dir", str(server.data_dir), "--restore")
    assert done.returncode != 0 and seeded.user_key.key_id in done.stdout
    assert server.raw("acs3", seeded.user_key, "sts", "GetCallerIdentity").code == "InvalidAccessKeyId.NotFound"


def test_t08_a_disabled_key_stays_disabled(server, seeded):
    seeded.apply()
    seeded.root().ram("UpdateAccessKey", UserName="alice", UserAccessKeyId=seeded.user_key.key_id, Status="Inactive")
    seeded.apply()
    assert server.raw("acs3", seeded.user_key, "sts", "GetCallerIdentity").code == "InvalidAccessKeyId.Inactive"


def test_prune_removes_what_the_file_does_not_name(seeded):
    seeded.apply()
    root = seeded.root()
    root.new_role(f"acs:ram::{seeded.account}:root", name="extra")
    root.new_user(name="bob")
    seeded.apply()
    root.ram("GetRole", RoleName="extra")
    root.ram("GetUser", UserName="bob")
    plan = seeded.apply("--prune", "--dry-run")
    assert "extra" in plan and "bob" in plan
    root.ram("GetRole", RoleName="extra")
    seeded.apply("--prune")
    with refused("EntityNotExist.Role", 404):
        root.ram("GetRole", RoleName="extra")
    with refused("EntityNotExist.User", 404):
        root.ram("GetUser", UserName="bob")
    seeded.alice().assume(seeded.role)


def test_a_faulty_seed_is_refused_with_its_place_and_changes_nothing(server, seeded):
    seeded.path.write_text(seeded.text.replace("    roles:", "    rolls:"))
    done = server.run_cli("seed", str(seeded.path), "--data-dir", str(server.data_dir))
    assert done.returncode != 0
    assert "rolls" in done.stderr
    line = seeded.path.read_text().splitlines().index("    rolls:") + 1
    assert f"{line}:" in done.stderr
    assert server.raw("rpc", seeded.root_key, "sts", "GetCallerIdentity").code == "InvalidAccessKeyId.NotFound"


def test_a_condition_that_is_not_understood_is_refused(server, seeded):
    seeded.path.write_text(
        seeded.text.replace('Resource: "*" }', 'Resource: "*", Condition: { IpAddress: { "acs:SourceIp": "10.0.0.0/33" } } }')
    )
    done = server.run_cli("seed", str(seeded.path), "--data-dir", str(server.data_dir))
    assert done.returncode != 0
    assert "condition" in done.stderr.lower()
