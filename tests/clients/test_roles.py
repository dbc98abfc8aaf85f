"""Roles: made, read, changed, listed, deleted, and every documented way to get that wrong."""

from __future__ import annotations

import json
import re

import pytest

from harness import refused, trust, unique

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_get_role_gives_back_what_was_submitted(root, own_root_arn):
    name = unique("role")
    text = '{\n  "Version" : "1", "Statement": [ {"Effect":"Allow","Action":"sts:AssumeRole",\n  "Principal":{"RAM":["%s"]}} ] }\n' % own_root_arn
    made = root.ram(
        "CreateRole", RoleName=name, AssumeRolePolicyDocument=text, Description="größer & <besser>", MaxSessionDuration=7200
    )["Role"]
    role = root.ram("GetRole", RoleName=name)["Role"]
    assert role["AssumeRolePolicyDocument"] == made["AssumeRolePolicyDocument"] == text
    assert role["Description"] == made["Description"] == "größer & <besser>"
    assert role["MaxSessionDuration"] == made["MaxSessionDuration"] == 7200
    assert role["RoleId"] == made["RoleId"]
    assert TIME.fullmatch(role["CreateDate"]) and TIME.fullmatch(role["UpdateDate"])
    # Looked up without regard to case, shown as it was made.
    assert root.ram("GetRole", RoleName=name.upper())["Role"]["RoleName"] == name


def test_update_role_changes_what_is_named_and_nothing_else(root, own_root_arn):
    name = unique("role")
    root.new_role(own_root_arn, name=name, Description="before", MaxSessionDuration=7200)
    updated = root.ram("UpdateRole", RoleName=name, NewDescription="after")["Role"]
    assert (updated["Description"], updated["MaxSessionDuration"]) == ("after", 7200)
    updated = root.ram("UpdateRole", RoleName=name, NewMaxSessionDuration=3600)["Role"]
    assert (updated["Description"], updated["MaxSessionDuration"]) == ("after", 3600)
    other = trust("acs:ram::1234567890123456:user/somebody")
    root.ram("UpdateRole", RoleName=name, NewAssumeRolePolicyDocument=other)
    role = root.ram("GetRole", RoleName=name)["Role"]
    assert role["AssumeRolePolicyDocument"] == other
    assert (role["Description"], role["MaxSessionDuration"]) == ("after", 3600)


def test_names_are_unique_without_regard_to_case(root, own_root_arn):
    name = unique("Role")
    root.new_role(own_root_arn, name=name)
    for taken in (name, name.upper()):
        with refused("EntityAlreadyExists.Role", 409) as refusal:
            root.new_role(own_root_arn, name=taken)
        assert refusal.error.message == "The role does already EXIST."


@pytest.mark.parametrize("name", ["with blank", "slash/y", "under_score", "star*", "é"])
def test_names_with_other_characters(root, own_root_arn, name):
    with refused("InvalidParameter.RoleName.InvalidChars", 400) as refusal:
        root.new_role(own_root_arn, name=name)
    assert refusal.error.message == 'The parameter - "RoleName" contains invalid chars.'


def test_names_of_64_and_65_characters(root, own_root_arn):
    name = (unique("long") + "x" * 64)[:64]
    root.new_role(own_root_arn, name=name)
    with refused("InvalidParameter.RoleName.Length", 400) as refusal:
        root.new_role(own_root_arn, name=name + "x")
    assert refusal.error.message == 'The parameter - "RoleName" beyond the length limit.'
    root.ram("DeleteRole", RoleName=name)


@pytest.mark.parametrize("seconds", [3599, 43201, 0, -1])
def test_the_range_of_the_longest_session(root, own_root_arn, seconds):
    with refused("InvalidParameter.MaxSessionDuration", 400):
        root.new_role(own_root_arn, MaxSessionDuration=seconds)
    name = unique("role")
    root.new_role(own_root_arn, name=name)
    with refused("InvalidParameter.MaxSessionDuration", 400):
        root.ram("UpdateRole", RoleName=name, NewMaxSessionDuration=seconds)
    assert root.ram("GetRole", RoleName=name)["Role"]["MaxSessionDuration"] == 3600


def test_descriptions(root, own_root_arn):
    root.new_role(own_root_arn, Description="é" * 1024)
    with refused("InvalidParameter.Description.Length", 400):
        root.new_role(own_root_arn, Description="x" * 1025)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"Version":"1","Statement":[]}',
        '{"Version":1,"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetRole","Principal":{"RAM":"*"}}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*","Principal":{"RAM":"*"}}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"RAM":"*"}}]}',
        '{"Version":"1","Statement":[{"Effect":"Maybe","Action":"sts:AssumeRole","Principal":{"RAM":"*"}}]}',
    ],
)
def test_trust_policies_that_are_refused(root, own_root_arn, text):
    name = unique("role")
    with refused("MalformedPolicyDocument", 400):
        root.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=text)
    with refused("EntityNotExist.Role", 404):
        root.ram("GetRole", RoleName=name)
    root.new_role(own_root_arn, name=name)
    with refused("MalformedPolicyDocument", 400):
        root.ram("UpdateRole", RoleName=name, NewAssumeRolePolicyDocument=text)
    assert json.loads(root.ram("GetRole", RoleName=name)["Role"]["AssumeRolePolicyDocument"]) == json.loads(
        trust(own_root_arn)
    )


def test_the_size_of_a_trust_policy(root, own_root_arn):
    text = trust(own_root_arn)
    root.ram("CreateRole", RoleName=unique("role"), AssumeRolePolicyDocument=text + " " * (6144 - len(text)))
    with refused("InvalidParameter.AssumeRolePolicyDocument.Length", 400):
        root.ram("CreateRole", RoleName=unique("role"), AssumeRolePolicyDocument=text + " " * (6145 - len(text)))
    name = unique("role")
    root.new_role(own_root_arn, name=name)
    with refused("InvalidParameter.NewAssumeRolePolicyDocument.Length", 400):
        root.ram("UpdateRole", RoleName=name, NewAssumeRolePolicyDocument=text + " " * (6145 - len(text)))


def test_what_does_not_exist(root):
    absent = unique("absent")
    for action, more in (("GetRole", {}), ("UpdateRole", {"NewDescription": "x"}), ("DeleteRole", {}), ("ListPoliciesForRole", {})):
        with refused("EntityNotExist.Role", 404) as refusal:
            root.ram(action, RoleName=absent, **more)
        assert refusal.error.message == "The role does not exist."


def test_lists_are_paged(root, own_root_arn):
    prefix = unique("paged")
    names = {f"{prefix}-{number}" for number in range(7)}
    for name in names:
        root.new_role(own_root_arn, name=name)
    seen, marker, pages = [], None, 0
    while True:
        more = {"Marker": marker} if marker else {}
        page = root.ram("ListRoles", MaxItems=3, **more)
        assert len(page["Roles"]["Role"]) <= 3
        seen += [role["RoleName"] for role in page["Roles"]["Role"]]
        pages += 1
        if not page["IsTruncated"]:
            assert "Marker" not in page
            break
        assert len(page["Roles"]["Role"]) == 3
        marker = page["Marker"]
    assert pages >= 3
    assert len(seen) == len(set(seen)), "a role was listed twice"
    assert names <= set(seen)
    assert "AssumeRolePolicyDocument" not in page["Roles"]["Role"][0]


@pytest.mark.parametrize("count", [0, 1001, -1])
def test_pages_of_odd_sizes(root, count):
    with refused("InvalidParameter.MaxItems", 400):
        root.ram("ListRoles", MaxItems=count)


def test_a_marker_that_is_none(root):
    with refused("InvalidParameter.Marker", 400):
        root.ram("ListRoles", Marker="not-a-marker-of-ours", MaxItems=1)


def test_tags_given_at_birth_are_listed_and_filter(root, own_root_arn):
    value = unique("value")
    name = unique("tagged")
    root.new_role(own_root_arn, name=name, Tag=[{"Key": "team", "Value": value}, {"Key": "empty", "Value": ""}])
    root.new_role(own_root_arn)
    found = root.ram("ListRoles", Tag=[{"Key": "team", "Value": value}])["Roles"]["Role"]
    assert [role["RoleName"] for role in found] == [name]
    assert sorted((tag["TagKey"], tag["TagValue"]) for tag in found[0]["Tags"]["Tag"]) == [("empty", ""), ("team", value)]


def test_a_user_without_rights_cannot_tell_what_exists(root, own_root_arn):
    name = unique("secret")
    root.new_role(own_root_arn, name=name)
    _, user = root.new_user()
    for role in (name, unique("absent")):
        with refused("NoPermission", 403) as refusal:
            user.ram("GetRole", RoleName=role)
        assert refusal.error.message.endswith(f":role/{role} Action: ram:GetRole")
