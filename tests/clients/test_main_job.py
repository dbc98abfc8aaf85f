"""The main job, start to end, through the vendor's libraries: a role, a trust policy, a session, its rights and their end."""

from __future__ import annotations

import pytest

from harness import allow, document, refused, root_arn, trust, unique


def test_a_role_is_made_assumed_used_and_taken_away(server, root):
    account = server.account_id
    role_name, user_name, policy_name = unique("auditor"), unique("alice"), unique("list-users")
    assume_name = unique("may-assume")

    role = root.ram(
        "CreateRole", RoleName=role_name, AssumeRolePolicyDocument=trust(root_arn(account)), Description="reads users"
    )["Role"]
    assert role["RoleName"] == role_name
    assert role["Arn"] == f"acs:ram::{account}:role/{role_name}"
    assert role["RoleId"].isdigit() and len(role["RoleId"]) == 18
    assert role["MaxSessionDuration"] == 3600
    assert role["AssumeRolePolicyDocument"] == trust(root_arn(account))

    made = root.ram("CreatePolicy", PolicyName=policy_name, PolicyDocument=document(allow("ram:ListUsers")))["Policy"]
    assert (made["PolicyName"], made["PolicyType"], made["DefaultVersion"]) == (policy_name, "Custom", "v1")
    root.new_policy(allow("sts:AssumeRole", role["Arn"]), name=assume_name)

    name, user = root.new_user(assume_name, name=user_name)
    assert name == user_name
    root.ram("AttachPolicyToRole", PolicyType="Custom", PolicyName=policy_name, RoleName=role_name)

    answer = user.sts("AssumeRole", RoleArn=role["Arn"], RoleSessionName="night-shift")
    assert answer["AssumedRoleUser"] == {
        "Arn": f"acs:ram::{account}:role/{role_name}/night-shift",
        "AssumedRoleId": f"{role['RoleId']}:night-shift",
    }
    assert answer["Credentials"]["AccessKeyId"].startswith("STS.")
    session = user.as_session(answer)

    # Allowed by the role's policy.
    users = session.ram("ListUsers", MaxItems=1000)["Users"]["User"]
    assert user_name in [found["UserName"] for found in users]

    # Denied: the role's policies say nothing of it.
    with refused("NoPermission", 403) as refusal:
        session.ram("CreateRole", RoleName=unique("mine"), AssumeRolePolicyDocument=trust(root_arn(account)))
    assert refusal.error.message == (
        f"You are not authorized to do this action. Resource: acs:ram:*:{account}:role/* Action: ram:CreateRole"
    )
    # The user has less than the role.
    with refused("NoPermission", 403):
        user.ram("ListUsers")

    # A detached policy is gone at the next request.
    root.ram("DetachPolicyFromRole", PolicyType="Custom", PolicyName=policy_name, RoleName=role_name)
    with refused("NoPermission", 403):
        session.ram("ListUsers")
    # And back at once when it is attached again.
    root.ram("AttachPolicyToRole", PolicyType="Custom", PolicyName=policy_name, RoleName=role_name)
    session.ram("ListUsers")

    # A role that holds policies stays.
    with refused("DeleteConflict.Role.Policy", 409) as refusal:
        root.ram("DeleteRole", RoleName=role_name)
    assert refusal.error.message == "The role CAN NOT has any attached policy while deleting the role."
    assert root.ram("GetRole", RoleName=role_name)["Role"]["RoleId"] == role["RoleId"]

    root.ram("DetachPolicyFromRole", PolicyType="Custom", PolicyName=policy_name, RoleName=role_name)
    assert set(root.ram("DeleteRole", RoleName=role_name)) == {"RequestId"}

    # With the role the session is dead, for every call.
    for call in (lambda: session.ram("ListUsers"), lambda: session.sts("GetCallerIdentity")):
        with refused("InvalidSecurityToken.Expired", 400) as refusal:
            call()
        assert refusal.error.message == "Specified SecurityToken is expired."
    with refused("EntityNotExist.Role", 404):
        root.ram("GetRole", RoleName=role_name)
    with refused("EntityNotExist.Role", 404) as refusal:
        user.sts("AssumeRole", RoleArn=role["Arn"], RoleSessionName="late")
    assert refusal.error.message == "The specified Role not exists."


def test_a_role_made_again_under_the_same_name_does_not_revive_its_sessions(server, root, own_root_arn):
    may_assume = root.new_policy(allow("sts:AssumeRole"))
    _, user = root.new_user(may_assume)
    name = unique("phoenix")
    arn = root.new_role(own_root_arn, name=name)
    session = user.assume(arn)
    session.sts("GetCallerIdentity")
    root.ram("DeleteRole", RoleName=name)
    assert root.new_role(own_root_arn, name=name) == arn
    with refused("InvalidSecurityToken.Expired", 400):
        session.sts("GetCallerIdentity")
    user.assume(arn).sts("GetCallerIdentity")


@pytest.mark.parametrize("trusted", ["root", "user"])
def test_the_same_across_two_accounts(server, root, other_root, second_account, trusted):
    """A role of B, trusting A's root or one user of A; the session acts in B, with B's rights."""
    ours, theirs = server.account_id, second_account[0]
    assert ours != theirs
    role_name = unique("deploy")
    reads = other_root.new_policy(allow("ram:GetRole"))
    user_name, user = root.new_user()
    _, colleague = root.new_user()
    principal = root_arn(ours) if trusted == "root" else f"acs:ram::{ours}:user/{user_name}"
    arn = other_root.new_role(principal, policies=(reads,), name=role_name)
    assert arn == f"acs:ram::{theirs}:role/{role_name}"

    # Trusted by B, not yet allowed by A.
    with refused("NoPermission", 403):
        user.assume(arn)
    may_assume = root.new_policy(allow("sts:AssumeRole", arn))
    for name in (user_name, identity(colleague)["Arn"].rsplit("/", 1)[1]):
        root.ram("AttachPolicyToUser", UserName=name, PolicyName=may_assume, PolicyType="Custom")
    session = user.assume(arn, "visitor")
    assert identity(session) == {
        "IdentityType": "AssumedRoleUser",
        "AccountId": theirs,
        "Arn": f"acs:ram::{theirs}:assumed-role/{role_name}/visitor",
    }
    if trusted == "root":
        colleague.assume(arn)
    else:
        with refused("NoPermission", 403):
            colleague.assume(arn)

    # The session lives in B: it reads B's role, and has no right in A, not even through a role of the same name.
    assert session.ram("GetRole", RoleName=role_name)["Role"]["Arn"] == arn
    with refused("NoPermission", 403):
        session.ram("ListUsers")
    root.new_role(root_arn(ours), name=role_name)
    assert session.ram("GetRole", RoleName=role_name)["Role"]["Arn"] == arn

    # B withdraws its trust: no new session; then its rights; then the role.
    other_root.ram("UpdateRole", RoleName=role_name, NewAssumeRolePolicyDocument=trust(root_arn(theirs)))
    with refused("NoPermission", 403):
        user.assume(arn)
    session.ram("GetRole", RoleName=role_name)
    other_root.ram("DetachPolicyFromRole", RoleName=role_name, PolicyName=reads, PolicyType="Custom")
    with refused("NoPermission", 403):
        session.ram("GetRole", RoleName=role_name)
    other_root.ram("DeleteRole", RoleName=role_name)
    with refused("InvalidSecurityToken.Expired", 400):
        session.sts("GetCallerIdentity")


def test_the_accounts_do_not_see_each_other(server, root, other_root):
    name = unique("mine")
    root.new_role(root_arn(server.account_id), name=name)
    with refused("EntityNotExist.Role", 404):
        other_root.ram("GetRole", RoleName=name)
    listed = other_root.ram("ListRoles", MaxItems=1000)["Roles"]["Role"]
    assert name not in [role["RoleName"] for role in listed]
    other_root.new_role(root_arn(server.account_id), name=name)
    root.ram("DeleteRole", RoleName=name)
    other_root.ram("GetRole", RoleName=name)


def test_t20_unknown_account_missing_role_and_refusing_trust_are_one_answer(server, second_account, scheme):
    """The caller may assume anything by its own policies, and still cannot tell the three apart."""
    generation = scheme
    theirs, their_key = second_account
    root, other = server.root(generation), server.caller(generation, their_key)
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    # Names of one length: the sealed message is as long as what the caller itself asked for makes it.
    refusing = other.new_role(root_arn(theirs), name=unique("absent"))
    unknown_account = "1999999999999999"
    answers = []
    for arn in (
        refusing,
        f"acs:ram::{theirs}:role/{unique('absent')}",
        f"acs:ram::{unknown_account}:role/{unique('absent')}",
    ):
        answer = server.raw(
            scheme, user.credentials, "sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "probe"}
        )
        body = answer.json()
        assert (answer.status, body["Code"]) == (403, "NoPermission")
        assert body["Message"] == "You are not authorized to do this action. You should be authorized by RAM."
        answers.append(comparable(body))
    assert answers[0] == answers[1] == answers[2]


def comparable(body: dict) -> dict:
    """The body without what differs from call to call: the id, and the sealed message (of which the length counts)."""
    flat = {name: value for name, value in body.items() if name != "RequestId"}
    if "Recommend" in flat:
        flat["Recommend"] = flat["Recommend"].replace(body["RequestId"], "")
    detail = dict(flat.get("AccessDeniedDetail") or {})
    if "EncodedDiagnosticMessage" in detail:
        detail["EncodedDiagnosticMessage"] = len(detail["EncodedDiagnosticMessage"])
    return flat | {"AccessDeniedDetail": detail}


def identity(caller) -> dict:
    answer = caller.sts("GetCallerIdentity")
    return {name: answer[name] for name in ("IdentityType", "AccountId", "Arn")}
