"""GetCallerIdentity: the three kinds of caller."""

from __future__ import annotations

from harness import allow, deny, unique


def test_the_account(server, root):
    answer = root.sts("GetCallerIdentity")
    answer.pop("RequestId")
    assert answer == {
        "IdentityType": "Account",
        "AccountId": server.account_id,
        "UserId": server.account_id,
        "PrincipalId": server.account_id,
        "Arn": f"acs:ram::{server.account_id}:root",
    }


def test_a_user(server, root):
    name, user = root.new_user()
    user_id = root.ram("GetUser", UserName=name)["User"]["UserId"]
    assert user_id.isdigit() and len(user_id) == 18
    answer = user.sts("GetCallerIdentity")
    answer.pop("RequestId")
    assert answer == {
        "IdentityType": "RAMUser",
        "AccountId": server.account_id,
        "UserId": user_id,
        "PrincipalId": user_id,
        "Arn": f"acs:ram::{server.account_id}:user/{name}",
    }


def test_a_session(server, root, own_root_arn):
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    name = unique("CamelRole")
    arn = root.new_role(own_root_arn, name=name)
    role_id = root.ram("GetRole", RoleName=name)["Role"]["RoleId"]
    answer = user.assume(arn, "night-shift").sts("GetCallerIdentity")
    answer.pop("RequestId")
    assert answer == {
        "IdentityType": "AssumedRoleUser",
        "AccountId": server.account_id,
        "RoleId": role_id,
        "PrincipalId": f"{role_id}:night-shift",
        "Arn": f"acs:ram::{server.account_id}:assumed-role/{name}/night-shift",
    }


def test_it_needs_no_permission_and_no_deny_stops_it(root):
    _, user = root.new_user(root.new_policy(deny("*")))
    assert user.sts("GetCallerIdentity")["IdentityType"] == "RAMUser"
