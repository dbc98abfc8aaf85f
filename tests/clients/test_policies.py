"""Custom and system policies, their versions and their attachments."""

from __future__ import annotations

import json

import pytest

from harness import allow, deny, document, refused, unique


def test_a_policy_is_made_read_listed_and_deleted(root):
    name = unique("policy")
    text = '{"Version":"1",\n "Statement":[{"Effect":"Allow","Action":["ram:Get*"],"Resource":["*"],"Sid":"ü"}]}'
    made = root.ram("CreatePolicy", PolicyName=name, PolicyDocument=text, Description="reads")["Policy"]
    assert (made["PolicyName"], made["PolicyType"], made["DefaultVersion"], made["Description"]) == (name, "Custom", "v1", "reads")
    got = root.ram("GetPolicy", PolicyName=name, PolicyType="Custom")
    assert got["DefaultPolicyVersion"]["PolicyDocument"] == text
    assert got["DefaultPolicyVersion"]["VersionId"] == "v1"
    assert got["DefaultPolicyVersion"]["IsDefaultVersion"] is True
    assert got["Policy"]["AttachmentCount"] == 0
    listed = {policy["PolicyName"]: policy for policy in root.ram("ListPolicies", PolicyType="Custom", MaxItems=1000)["Policies"]["Policy"]}
    assert listed[name]["Description"] == "reads"
    root.ram("DeletePolicy", PolicyName=name)
    with refused("EntityNotExist.Policy", 404) as refusal:
        root.ram("GetPolicy", PolicyName=name, PolicyType="Custom")
    assert refusal.error.message == "The policy does not exist."


def test_a_name_that_is_taken(root):
    name = root.new_policy(allow("ram:*"))
    for taken in (name, name.upper()):
        with refused("EntityAlreadyExists.Policy", 409):
            root.new_policy(allow("ram:*"), name=taken)


@pytest.mark.parametrize("name", ["dot.ted", "under_score", "a b", "é"])
def test_names_with_other_characters(root, name):
    with refused("InvalidParameter.PolicyName.InvalidChars", 400) as refusal:
        root.new_policy(allow("ram:*"), name=name)
    assert refusal.error.message == 'The parameter - "PolicyName" contains invalid chars.'


def test_names_of_128_and_129_characters(root):
    name = (unique("long") + "x" * 128)[:128]
    root.new_policy(allow("ram:*"), name=name)
    with refused("InvalidParameter.PolicyName.Length", 400):
        root.new_policy(allow("ram:*"), name=name + "x")
    root.ram("DeletePolicy", PolicyName=name)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"Version":"1"}',
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"a:b":"c"}}}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Extra":"x"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":[],"Resource":"*"}]}',
    ],
)
def test_documents_that_are_refused(root, text):
    name = unique("policy")
    with refused("MalformedPolicyDocument", 400):
        root.ram("CreatePolicy", PolicyName=name, PolicyDocument=text)
    with refused("EntityNotExist.Policy", 404):
        root.ram("GetPolicy", PolicyName=name, PolicyType="Custom")


def test_the_known_text_for_a_statement_without_an_action(root):
    with refused("MalformedPolicyDocument", 400) as refusal:
        root.ram("CreatePolicy", PolicyName=unique("policy"), PolicyDocument=document({"Effect": "Allow", "Resource": "*"}))
    assert "Add an Action or NotAction element to the policy statement." in refusal.error.message


def test_the_size_of_a_document(root):
    text = document(allow("ram:*"))
    root.ram("CreatePolicy", PolicyName=unique("big"), PolicyDocument=text + " " * (6144 - len(text)))
    with refused("InvalidParameter.PolicyDocument.Length", 400) as refusal:
        root.ram("CreatePolicy", PolicyName=unique("big"), PolicyDocument=text + " " * (6145 - len(text)))
    assert refusal.error.message == 'The parameter - "PolicyDocument" beyond the length limit.'


# --- versions ----------------------------------------------------------------------------------


def versions(root, name: str) -> dict[str, bool]:
    listed = root.ram("ListPolicyVersions", PolicyName=name, PolicyType="Custom")["PolicyVersions"]["PolicyVersion"]
    return {version["VersionId"]: version["IsDefaultVersion"] for version in listed}


def test_five_versions_at_most(root):
    name = root.new_policy(allow("ram:GetRole"))
    for number in range(2, 6):
        made = root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow(f"ram:Get{number}")))
        assert made["PolicyVersion"]["VersionId"] == f"v{number}"
        assert made["PolicyVersion"]["IsDefaultVersion"] is False
    with refused("LimitExceeded.Policy.Version", 409) as refusal:
        root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")))
    assert refusal.error.message == "The count of policy version beyond the current limits."
    assert versions(root, name) == {"v1": True, "v2": False, "v3": False, "v4": False, "v5": False}


def test_rotation_drops_the_oldest_that_is_not_the_default(root):
    name = root.new_policy(allow("ram:GetRole"))
    rotate = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    for _ in range(4):
        root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")), RotateStrategy=rotate)
    assert set(versions(root, name)) == {"v1", "v2", "v3", "v4", "v5"}
    made = root.ram(
        "CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")), RotateStrategy=rotate, SetAsDefault=True
    )["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v6", True)
    assert versions(root, name) == {"v1": False, "v3": False, "v4": False, "v5": False, "v6": True}
    with refused("InvalidParameter.RotateStrategy", 400):
        root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")), RotateStrategy="Sometimes")


def test_the_default_version_cannot_be_deleted_and_ids_are_not_reused(root):
    name = root.new_policy(allow("ram:GetRole"))
    root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")))
    with refused("DeleteConflict.Policy.Version.Default", 409) as refusal:
        root.ram("DeletePolicyVersion", PolicyName=name, VersionId="v1")
    assert refusal.error.message == "The default policy version CAN NOT been deleted directly."
    root.ram("DeletePolicyVersion", PolicyName=name, VersionId="v2")
    made = root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")))
    assert made["PolicyVersion"]["VersionId"] == "v3"
    with refused("EntityNotExist.Policy.Version", 404):
        root.ram("DeletePolicyVersion", PolicyName=name, VersionId="v2")
    with refused("EntityNotExist.Policy.Version", 404):
        root.ram("SetDefaultPolicyVersion", PolicyName=name, VersionId="v2")
    for version in ("2", "v0", "latest", "v-1"):
        with refused("InvalidParameter.VersionId.Format", 400):
            root.ram("GetPolicyVersion", PolicyName=name, PolicyType="Custom", VersionId=version)


def test_only_the_default_version_decides_and_at_once(root):
    name = root.new_policy(allow("ram:ListUsers"))
    _, user = root.new_user(name)
    user.ram("ListUsers")
    root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:ListRoles")))
    user.ram("ListUsers")
    with refused("NoPermission", 403):
        user.ram("ListRoles")
    root.ram("SetDefaultPolicyVersion", PolicyName=name, VersionId="v2")
    user.ram("ListRoles")
    with refused("NoPermission", 403):
        user.ram("ListUsers")
    root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(deny("*")), SetAsDefault=True)
    with refused("NoPermission", 403):
        user.ram("ListRoles")


def test_a_policy_with_versions_or_attachments_stays(root, own_root_arn):
    name = root.new_policy(allow("ram:ListUsers"))
    user, _ = root.new_user()
    role = unique("role")
    root.new_role(own_root_arn, name=role)
    root.ram("AttachPolicyToUser", UserName=user, PolicyName=name, PolicyType="Custom")
    with refused("DeleteConflict.Policy.User", 409) as refusal:
        root.ram("DeletePolicy", PolicyName=name)
    assert refusal.error.message == "The policy CAN NOT been attached to any user while deleting the policy."
    root.ram("DetachPolicyFromUser", UserName=user, PolicyName=name, PolicyType="Custom")
    root.ram("AttachPolicyToRole", RoleName=role, PolicyName=name, PolicyType="Custom")
    with refused("DeleteConflict.Policy.Role", 409):
        root.ram("DeletePolicy", PolicyName=name)
    root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=name, PolicyType="Custom")
    root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")))
    with refused("DeleteConflict.Policy.Version", 409) as refusal:
        root.ram("DeletePolicy", PolicyName=name)
    assert refusal.error.message == "The policy CAN NOT has any version except the default version."
    root.ram("DeletePolicy", PolicyName=name, CascadingDelete=True)
    with refused("EntityNotExist.Policy", 404):
        root.ram("GetPolicy", PolicyName=name, PolicyType="Custom")


# --- attachments -------------------------------------------------------------------------------


def test_attachments_are_listed_from_both_ends(root, own_root_arn):
    name = root.new_policy(allow("ram:ListUsers"))
    user, _ = root.new_user(name)
    role = unique("role")
    root.new_role(own_root_arn, policies=(name,), name=role)
    assert [policy["PolicyName"] for policy in root.ram("ListPoliciesForUser", UserName=user)["Policies"]["Policy"]] == [name]
    assert [policy["PolicyName"] for policy in root.ram("ListPoliciesForRole", RoleName=role)["Policies"]["Policy"]] == [name]
    entities = root.ram("ListEntitiesForPolicy", PolicyName=name, PolicyType="Custom")
    assert [found["UserName"] for found in entities["Users"]["User"]] == [user]
    assert [found["RoleName"] for found in entities["Roles"]["Role"]] == [role]
    assert entities["Groups"]["Group"] == []
    assert root.ram("GetPolicy", PolicyName=name, PolicyType="Custom")["Policy"]["AttachmentCount"] == 2


def test_attaching_twice_and_detaching_what_is_not_there(root, own_root_arn):
    name = root.new_policy(allow("ram:ListUsers"))
    user, _ = root.new_user(name)
    role = unique("role")
    root.new_role(own_root_arn, policies=(name,), name=role)
    with refused("EntityAlreadyExists.User.Policy", 409) as refusal:
        root.ram("AttachPolicyToUser", UserName=user, PolicyName=name, PolicyType="Custom")
    assert refusal.error.message == "The user has already been attached this policy."
    with refused("EntityAlreadyExists.Role.Policy", 409):
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=name, PolicyType="Custom")
    root.ram("DetachPolicyFromUser", UserName=user, PolicyName=name, PolicyType="Custom")
    root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=name, PolicyType="Custom")
    with refused("EntityNotExist.User.Policy", 404) as refusal:
        root.ram("DetachPolicyFromUser", UserName=user, PolicyName=name, PolicyType="Custom")
    assert refusal.error.message == "The indicate policy of the user does not exist."
    with refused("EntityNotExist.Role.Policy", 404):
        root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=name, PolicyType="Custom")


def test_attaching_what_does_not_exist(root, own_root_arn):
    name = root.new_policy(allow("ram:ListUsers"))
    role = unique("role")
    root.new_role(own_root_arn, name=role)
    with refused("EntityNotExist.Policy", 404):
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=unique("absent"), PolicyType="Custom")
    with refused("EntityNotExist.Policy", 404):
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=name, PolicyType="System")
    with refused("EntityNotExist.Role", 404):
        root.ram("AttachPolicyToRole", RoleName=unique("absent"), PolicyName=name, PolicyType="Custom")
    with refused("EntityNotExist.User", 404):
        root.ram("AttachPolicyToUser", UserName=unique("absent"), PolicyName=name, PolicyType="Custom")
    with refused("InvalidParameter.PolicyType", 400) as refusal:
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=name, PolicyType="custom")
    assert refusal.error.message == 'The parameter - "PolicyType" is incorrect.'


def test_ten_custom_policies_at_most(root, own_root_arn):
    role = unique("role")
    names = [root.new_policy(allow("ram:ListUsers")) for _ in range(11)]
    root.new_role(own_root_arn, policies=tuple(names[:10]), name=role)
    with refused("LimitExceeded.Role.Policy", 409) as refusal:
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=names[10], PolicyType="Custom")
    assert refusal.error.message == "The count of policies attached to the role beyond the current limits."
    # System policies are counted apart.
    root.ram("AttachPolicyToRole", RoleName=role, PolicyName="AliyunRAMReadOnlyAccess", PolicyType="System")


def test_system_policies(root, own_root_arn):
    got = root.ram("GetPolicy", PolicyName="AliyunSTSAssumeRoleAccess", PolicyType="System")
    assert got["Policy"]["PolicyType"] == "System"
    assert json.loads(got["DefaultPolicyVersion"]["PolicyDocument"])["Version"] == "1"
    names = [policy["PolicyName"] for policy in root.ram("ListPolicies", PolicyType="System", MaxItems=1000)["Policies"]["Policy"]]
    assert {"AdministratorAccess", "AliyunRAMFullAccess", "AliyunRAMReadOnlyAccess", "AliyunSTSAssumeRoleAccess"} <= set(names)
    # They cannot be changed: these operations look among the custom ones only.
    with refused("EntityNotExist.Policy", 404):
        root.ram("CreatePolicyVersion", PolicyName="AdministratorAccess", PolicyDocument=document(deny("*")))
    with refused("EntityNotExist.Policy", 404):
        root.ram("DeletePolicy", PolicyName="AdministratorAccess")
    name, user = root.new_user()
    root.ram("AttachPolicyToUser", UserName=name, PolicyName="AliyunRAMReadOnlyAccess", PolicyType="System")
    user.ram("ListUsers")
    with refused("NoPermission", 403):
        user.ram("CreateUser", UserName=unique("user"))


def test_attaching_needs_the_right_on_both_resources(server, root, own_root_arn):
    account = server.account_id
    role, policy = unique("role"), root.new_policy(allow("ram:ListUsers"))
    root.new_role(own_root_arn, name=role)
    action = "ram:AttachPolicyToRole"
    on_role = root.new_policy(allow(action, f"acs:ram:*:{account}:role/{role}"))
    on_policy = root.new_policy(allow(action, f"acs:ram:*:{account}:policy/{policy}"))
    for held in ([on_role], [on_policy]):
        _, user = root.new_user(*held)
        with refused("NoPermission", 403):
            user.ram("AttachPolicyToRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
    _, user = root.new_user(on_role, on_policy)
    user.ram("AttachPolicyToRole", RoleName=role, PolicyName=policy, PolicyType="Custom")


def test_lists_of_policies_are_paged(root):
    prefix = unique("paged")
    names = {root.new_policy(allow("ram:*"), name=f"{prefix}-{number}") for number in range(5)}
    seen, marker = [], None
    while True:
        page = root.ram("ListPolicies", MaxItems=7, **({"Marker": marker} if marker else {}))
        seen += [(policy["PolicyType"], policy["PolicyName"]) for policy in page["Policies"]["Policy"]]
        if not page["IsTruncated"]:
            break
        marker = page["Marker"]
    assert len(seen) == len(set(seen))
    assert {("Custom", name) for name in names} <= set(seen)
    assert ("System", "AdministratorAccess") in seen
