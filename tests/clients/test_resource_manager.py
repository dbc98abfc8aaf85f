"""ResourceManager: the lives of a role, a policy and its grants, as the vendor's client sees them."""

from __future__ import annotations

import json

import pytest

from harness import allow, deny, document, refused, root_arn, trust, unique


@pytest.fixture
def root(server):
    return server.root("acs3")


def test_a_roles_life(root, server):
    name = unique("Role")
    policy = trust(root_arn(server.account_id))
    made = root.resource_manager("CreateRole", RoleName=name, AssumeRolePolicyDocument=policy, Description="first")["Role"]
    assert made["RolePrincipalName"] == f"{name}@role.{server.account_id}.onaliyunservice.com"
    assert (made["RoleName"], made["MaxSessionDuration"]) == (name, 3600)
    with refused("EntityAlreadyExists.Role", 409):
        root.resource_manager("CreateRole", RoleName=name.upper(), AssumeRolePolicyDocument=policy)
    got = root.resource_manager("GetRole", RoleName=name.lower())["Role"]
    for field in ("RoleId", "Arn", "RolePrincipalName", "Description", "CreateDate"):
        assert got[field] == made[field]
    assert json.loads(got["AssumeRolePolicyDocument"]) == json.loads(policy)
    assert got["IsServiceLinkedRole"] is False
    assert root.ram("GetRole", RoleName=name)["Role"]["RoleId"] == made["RoleId"]

    updated = root.resource_manager("UpdateRole", RoleName=name, NewDescription="second", NewMaxSessionDuration=7200)["Role"]
    assert (updated["Description"], updated["MaxSessionDuration"]) == ("second", 7200)
    with refused("InvalidParameter.MaxSessionDuration", 400):
        root.resource_manager("UpdateRole", RoleName=name, NewMaxSessionDuration=10)
    root.resource_manager("DeleteRole", RoleName=name)
    with refused("EntityNotExist.Role", 404) as refusal:
        root.resource_manager("GetRole", RoleName=name)
    assert refusal.error.message


def test_a_policys_life(root):
    name = unique("policy")
    made = root.resource_manager(
        "CreatePolicy", PolicyName=name, PolicyDocument=document(allow("ram:Get*")), Description="what it is for"
    )["Policy"]
    assert (made["PolicyType"], made["DefaultVersion"]) == ("Custom", "v1")
    second = document(allow("ram:List*"))
    version = root.resource_manager("CreatePolicyVersion", PolicyName=name, PolicyDocument=second, SetAsDefault=True)
    assert version["PolicyVersion"]["VersionId"] == "v2"
    assert version["PolicyVersion"]["IsDefaultVersion"] is True
    got = root.resource_manager("GetPolicy", PolicyName=name, PolicyType="Custom", Language="en")["Policy"]
    assert (got["PolicyDocument"], got["AttachmentCount"], got["Description"]) == (second, 0, "what it is for")
    read = root.resource_manager("GetPolicyVersion", PolicyName=name, PolicyType="Custom", VersionId="v1")
    assert json.loads(read["PolicyVersion"]["PolicyDocument"]) == json.loads(document(allow("ram:Get*")))
    listed = root.resource_manager("ListPolicyVersions", PolicyName=name, PolicyType="Custom")
    assert [v["VersionId"] for v in listed["PolicyVersions"]["PolicyVersion"]] == ["v1", "v2"]
    with refused("DeleteConflict.Policy.Version", 409):
        root.resource_manager("DeletePolicy", PolicyName=name)
    root.resource_manager("SetDefaultPolicyVersion", PolicyName=name, VersionId="v1")
    with refused("DeleteConflict.Policy.Version.Default", 409):
        root.resource_manager("DeletePolicyVersion", PolicyName=name, VersionId="v1")
    root.resource_manager("DeletePolicyVersion", PolicyName=name, VersionId="v2")
    root.resource_manager("DeletePolicy", PolicyName=name)
    with refused("EntityNotExist.Policy", 404):
        root.resource_manager("GetPolicy", PolicyName=name, PolicyType="Custom")
    system = root.resource_manager("GetPolicy", PolicyName="AliyunRAMFullAccess", PolicyType="System")["Policy"]
    assert json.loads(system["PolicyDocument"])["Version"] == "1"


def test_grants_count_at_once_and_are_found(root, server):
    policy, group = root.new_policy(allow("ram:ListRoles")), unique("group")
    name, alice = root.new_user()
    root.ram("CreateGroup", GroupName=group)
    root.ram("AddUserToGroup", UserName=name, GroupName=group)
    role = root.new_role(root_arn(server.account_id)).rsplit("/", 1)[1]
    principals = {
        "IMSUser": f"{name}@{server.account_id}.onaliyun.com",
        "IMSGroup": f"{group}@group.{server.account_id}.onaliyun.com",
        "ServiceRole": f"{role}@role.{server.account_id}.onaliyunservice.com",
    }

    def grant(action: str, kind: str, **more: str) -> None:
        parameters = {
            "PolicyName": policy,
            "PolicyType": "Custom",
            "PrincipalType": kind,
            "PrincipalName": principals[kind],
            "ResourceGroupId": server.account_id,
        }
        root.resource_manager(action, **(parameters | more))

    for kind in ("IMSUser", "IMSGroup"):
        with refused("NoPermission", 403):
            alice.resource_manager("ListRoles")
        grant("AttachPolicy", kind)
        alice.resource_manager("ListRoles")
        grant("DetachPolicy", kind)
    with refused("NoPermission", 403):
        alice.ram("ListRoles")

    for kind, entity in (("IMSUser", "User"), ("IMSGroup", "Group"), ("ServiceRole", "Role")):
        grant("AttachPolicy", kind)
        with refused(f"EntityAlreadyExists.{entity}.Policy", 409):
            grant("AttachPolicy", kind)
    with refused("EntityNotExists.ResourceGroup", 404):
        grant("AttachPolicy", "IMSUser", ResourceGroupId="rg-x")
    with refused("InvalidParameter.PrincipalName", 400):
        grant("AttachPolicy", "IMSUser", PrincipalName=f"{name}@example.com")

    found = root.resource_manager("ListPolicyAttachments", PolicyName=policy, PageSize=2, PageNumber=1)
    assert (found["TotalCount"], found["PageNumber"], found["PageSize"]) == (3, 1, 2)
    rest = root.resource_manager("ListPolicyAttachments", PolicyName=policy, PageSize=2, PageNumber=2)
    entries = found["PolicyAttachments"]["PolicyAttachment"] + rest["PolicyAttachments"]["PolicyAttachment"]
    assert {entry["PrincipalType"]: entry["PrincipalName"] for entry in entries} == principals
    assert {entry["ResourceGroupId"] for entry in entries} == {server.account_id}
    of_role = root.resource_manager("ListPolicyAttachments", PrincipalType="ServiceRole", PrincipalName=principals["ServiceRole"])
    assert [entry["PolicyName"] for entry in of_role["PolicyAttachments"]["PolicyAttachment"]] == [policy]
    for kind in principals:
        grant("DetachPolicy", kind)
    assert root.resource_manager("ListPolicyAttachments", PolicyName=policy)["TotalCount"] == 0
    root.resource_manager("DeleteRole", RoleName=role)


def test_roles_and_policies_are_paged_by_number(root, server):
    prefix = unique("paged")
    names = [f"{prefix}-{number:02}" for number in range(12)]
    for name in names:
        root.resource_manager("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(root_arn(server.account_id)))
        root.resource_manager("CreatePolicy", PolicyName=name, PolicyDocument=document(deny("ram:*")))

    def all_of(action: str, plural: str, singular: str, **parameters: object) -> list[str]:
        seen, number = [], 1
        while True:
            page = root.resource_manager(action, PageSize=5, PageNumber=number, **parameters)
            entries = [entry[f"{singular}Name"] for entry in page[plural][singular]]
            if not entries:
                assert len(seen) == page["TotalCount"]
                return seen
            seen, number = seen + entries, number + 1

    roles = all_of("ListRoles", "Roles", "Role")
    assert [name for name in roles if name.startswith(prefix)] == names
    policies = all_of("ListPolicies", "Policies", "Policy", PolicyType="Custom")
    assert [name for name in policies if name.startswith(prefix)] == names
    assert "AdministratorAccess" in all_of("ListPolicies", "Policies", "Policy")
