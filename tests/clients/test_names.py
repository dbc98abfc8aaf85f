"""Users that are renamed, and policies that are described anew."""

from __future__ import annotations

from harness import allow, refused, unique


def test_a_renamed_user_keeps_what_it_has(root):
    policy = root.new_policy(allow("ram:ListRoles"))
    name, alice = root.new_user(policy)
    renamed = unique("renamed")
    updated = root.ram("UpdateUser", UserName=name, NewUserName=renamed, NewDisplayName="Alice", NewComments="c & d")["User"]
    assert (updated["UserName"], updated["DisplayName"], updated["Comments"]) == (renamed, "Alice", "c & d")
    alice.ram("ListRoles")
    assert alice.sts("GetCallerIdentity")["Arn"].endswith(f":user/{renamed}")
    with refused("EntityNotExist.User", 404):
        root.ram("GetUser", UserName=name)


def test_a_policys_description(root):
    policy = root.new_policy(allow("ram:ListRoles"))
    updated = root.ram("UpdatePolicyDescription", PolicyName=policy, NewDescription="what it is for")["Policy"]
    assert (updated["PolicyName"], updated["Description"]) == (policy, "what it is for")
