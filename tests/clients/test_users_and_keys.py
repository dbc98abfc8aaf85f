"""Users and their access keys."""

from __future__ import annotations

import pytest

from harness import allow, refused, unique
from raw import Credentials
from vendor import ApiError


def test_a_user_is_made_read_listed_and_deleted(root):
    name = unique("user")
    made = root.ram(
        "CreateUser", UserName=name, DisplayName="Alice", Comments="first & last", Email="alice@example.com", MobilePhone="86-18600001234"
    )["User"]
    got = root.ram("GetUser", UserName=name.upper())["User"]
    for field in ("UserName", "UserId", "DisplayName", "Comments", "Email", "MobilePhone", "CreateDate"):
        assert got[field] == made[field]
    assert (got["UserName"], got["DisplayName"], got["Comments"]) == (name, "Alice", "first & last")
    assert name in [user["UserName"] for user in root.ram("ListUsers", MaxItems=1000)["Users"]["User"]]
    root.ram("DeleteUser", UserName=name)
    with refused("EntityNotExist.User", 404) as refusal:
        root.ram("GetUser", UserName=name)
    assert refusal.error.message == "The user does not exist."


def test_a_name_that_is_taken(root):
    name, _ = root.new_user()
    for taken in (name, name.upper()):
        with refused("EntityAlreadyExists.User", 409) as refusal:
            root.ram("CreateUser", UserName=taken)
        assert refusal.error.message == "The user does already EXIST."


@pytest.mark.parametrize("name", ["a b", "a/b", "é", "a*"])
def test_names_with_other_characters(root, name):
    with refused("InvalidParameter.UserName.InvalidChars", 400):
        root.ram("CreateUser", UserName=name)


def test_long_names(root):
    with refused("InvalidParameter.UserName.Length", 400):
        root.ram("CreateUser", UserName="x" * 65)


def test_lists_of_users_are_paged(root):
    prefix = unique("paged")
    names = {f"{prefix}-{number}" for number in range(5)}
    for name in names:
        root.ram("CreateUser", UserName=name)
    seen, marker = [], None
    while True:
        page = root.ram("ListUsers", MaxItems=2, **({"Marker": marker} if marker else {}))
        seen += [user["UserName"] for user in page["Users"]["User"]]
        if not page["IsTruncated"]:
            break
        marker = page["Marker"]
    assert len(seen) == len(set(seen))
    assert names <= set(seen)


def test_a_user_with_keys_or_policies_stays(root):
    policy = root.new_policy(allow("ram:ListUsers"))
    name, user = root.new_user(policy)
    with refused("DeleteConflict.User.AccessKey", 409) as refusal:
        root.ram("DeleteUser", UserName=name)
    assert refusal.error.message == "The user CAN NOT has any access key while deleting the user."
    root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=user.credentials.key_id)
    with refused("DeleteConflict.User.Policy", 409) as refusal:
        root.ram("DeleteUser", UserName=name)
    assert refusal.error.message == "The user CAN NOT has any attached policy while deleting the user."
    root.ram("DetachPolicyFromUser", UserName=name, PolicyName=policy, PolicyType="Custom")
    root.ram("DeleteUser", UserName=name)


def test_the_life_of_a_key(root):
    name, user = root.new_user()
    key_id = user.credentials.key_id
    assert key_id.startswith("LTAI") and len(key_id) == 24
    assert len(user.credentials.secret) == 30 and user.credentials.secret.isalnum()
    listed = root.ram("ListAccessKeys", UserName=name)["AccessKeys"]["AccessKey"]
    assert [(key["AccessKeyId"], key["Status"]) for key in listed] == [(key_id, "Active")]
    assert "AccessKeySecret" not in listed[0]

    user.sts("GetCallerIdentity")
    root.ram("UpdateAccessKey", UserName=name, UserAccessKeyId=key_id, Status="Inactive")
    with refused("InvalidAccessKeyId.Inactive", 400) as refusal:
        user.sts("GetCallerIdentity")
    assert refusal.error.message == "Specified access key is disabled."
    root.ram("UpdateAccessKey", UserName=name, UserAccessKeyId=key_id, Status="Active")
    user.sts("GetCallerIdentity")
    root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=key_id)
    with refused("InvalidAccessKeyId.NotFound", 404):
        user.sts("GetCallerIdentity")
    with refused("EntityNotExist.User.AccessKey", 404) as refusal:
        root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=key_id)
    assert refusal.error.message == "The user access key does not exist."


def test_two_keys_at_most(root):
    name, _ = root.new_user()
    root.ram("CreateAccessKey", UserName=name)
    with refused("LimitExceeded.User.AccessKey", 409) as refusal:
        root.ram("CreateAccessKey", UserName=name)
    assert refusal.error.message == "The access key count of the user access keys beyond the current limits."


def test_an_odd_status(root):
    name, user = root.new_user()
    with refused("InvalidParameter.Status", 400):
        root.ram("UpdateAccessKey", UserName=name, UserAccessKeyId=user.credentials.key_id, Status="Asleep")


def test_a_user_keeps_its_own_keys(server, root):
    """Without a user name the call is about the caller."""
    keys = ["ram:CreateAccessKey", "ram:ListAccessKeys", "ram:UpdateAccessKey", "ram:DeleteAccessKey"]
    name, user = root.new_user()
    with refused("NoPermission", 403):
        user.ram("CreateAccessKey")
    own = root.new_policy(allow(keys, f"acs:ram:*:{server.account_id}:user/{name}"))
    root.ram("AttachPolicyToUser", UserName=name, PolicyName=own, PolicyType="Custom")
    made = user.ram("CreateAccessKey")["AccessKey"]
    second = server.caller(user.generation, Credentials(made["AccessKeyId"], made["AccessKeySecret"]))
    assert second.sts("GetCallerIdentity")["Arn"].endswith(f":user/{name}")
    listed = {key["AccessKeyId"] for key in user.ram("ListAccessKeys")["AccessKeys"]["AccessKey"]}
    assert listed == {user.credentials.key_id, made["AccessKeyId"]}
    # Not somebody else's.
    other, other_user = root.new_user()
    with refused("NoPermission", 403):
        user.ram("ListAccessKeys", UserName=other)
    # T6: another user's key, or root's, under one's own name.
    for foreign in (other_user.credentials.key_id, server.root_key.key_id):
        for named in ({}, {"UserName": name}):
            with refused("EntityNotExist.User.AccessKey", 404):
                user.ram("UpdateAccessKey", UserAccessKeyId=foreign, Status="Inactive", **named)
            with refused("EntityNotExist.User.AccessKey", 404):
                user.ram("DeleteAccessKey", UserAccessKeyId=foreign, **named)
    other_user.sts("GetCallerIdentity")
    root.sts("GetCallerIdentity")


def test_a_session_has_no_keys_of_its_own(root, own_root_arn):
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    session = user.assume(root.new_role(own_root_arn, policies=(root.new_policy(allow("ram:*")),)))
    with pytest.raises(ApiError) as raised:
        session.ram("CreateAccessKey")
    assert raised.value.status in (400, 403), raised.value


def test_roots_own_keys(server):
    """Root names no user: the call is about root's own keys, two at most. On an account of its own."""
    account, key = server.create_account()
    for generation in ("rpc", "acs3"):
        owner = server.caller(generation, key)
        made = owner.ram("CreateAccessKey")["AccessKey"]
        second = server.caller(generation, Credentials(made["AccessKeyId"], made["AccessKeySecret"]))
        assert second.sts("GetCallerIdentity")["Arn"] == f"acs:ram::{account}:root"
        with refused("LimitExceeded.User.AccessKey", 409):
            owner.ram("CreateAccessKey")
        assert len(owner.ram("ListAccessKeys")["AccessKeys"]["AccessKey"]) == 2
        owner.ram("UpdateAccessKey", UserAccessKeyId=made["AccessKeyId"], Status="Inactive")
        with refused("InvalidAccessKeyId.Inactive", 400):
            second.sts("GetCallerIdentity")
        owner.ram("DeleteAccessKey", UserAccessKeyId=made["AccessKeyId"])
        with refused("InvalidAccessKeyId.NotFound", 404):
            second.sts("GetCallerIdentity")


def test_another_accounts_key_is_unknown(server, root, other_root):
    other_name, other_user = other_root.new_user()
    with refused("EntityNotExist.User", 404):
        root.ram("ListAccessKeys", UserName=other_name)
    name, _ = root.new_user()
    with refused("EntityNotExist.User.AccessKey", 404):
        root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=other_user.credentials.key_id)
    other_user.sts("GetCallerIdentity")
