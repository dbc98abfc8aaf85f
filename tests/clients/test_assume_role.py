"""AssumeRole: who may, for how long, under which names, and what a session policy leaves."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from harness import allow, deny, document, refused, root_arn, unique


@pytest.fixture
def user(root):
    """A user whose own policies let it assume any role."""
    return root.new_user(root.new_policy(allow("sts:AssumeRole")))[1]


def expires_in(answer: dict) -> float:
    expiration = datetime.strptime(answer["Credentials"]["Expiration"], "%Y-%m-%dT%H:%M:%SZ")
    return expiration.replace(tzinfo=timezone.utc).timestamp() - time.time()


def test_root_may_not_assume_a_role(root, own_root_arn):
    with refused("NoPermission", 403):
        root.assume(root.new_role(own_root_arn))


def test_both_sides_must_allow_within_one_account_too(server, root, user, own_root_arn):
    name, powerless = root.new_user()
    # Trusted by name, and yet without an own policy: refused.
    named = root.new_role(f"acs:ram::{server.account_id}:user/{name}")
    with refused("NoPermission", 403) as refusal:
        powerless.assume(named)
    assert refusal.error.message == "You are not authorized to do this action. You should be authorized by RAM."
    # Allowed by an own policy, and not trusted: refused.
    with refused("NoPermission", 403) as refusal:
        user.assume(named)
    assert refusal.error.message == "You are not authorized to do this action. You should be authorized by RAM."
    user.assume(root.new_role(own_root_arn))


def test_an_explicit_deny_on_the_callers_side_wins(root, own_root_arn):
    arn = root.new_role(own_root_arn)
    _, user = root.new_user(
        root.new_policy(allow("sts:AssumeRole")), root.new_policy(deny("sts:AssumeRole", arn))
    )
    with refused("NoPermission", 403):
        user.assume(arn)


def test_the_system_policy_for_assuming_roles_is_enough_for_the_callers_side(root, own_root_arn):
    name, user = root.new_user()
    arn = root.new_role(own_root_arn)
    with refused("NoPermission", 403):
        user.assume(arn)
    root.ram("AttachPolicyToUser", UserName=name, PolicyName="AliyunSTSAssumeRoleAccess", PolicyType="System")
    user.assume(arn)


def test_a_caller_without_permission_learns_nothing_about_the_role(server, root, own_root_arn):
    _, powerless = root.new_user()
    existing = root.new_role(own_root_arn)
    messages = set()
    for arn in (existing, f"acs:ram::{server.account_id}:role/{unique('absent')}"):
        with refused("NoPermission", 403) as refusal:
            powerless.assume(arn)
        messages.add(refusal.error.message)
    assert len(messages) == 1


def test_a_session_may_assume_the_next_role(server, root, user):
    first = root.new_role(root_arn(server.account_id), policies=(root.new_policy(allow("sts:AssumeRole")),))
    second = root.new_role(first)
    with refused("NoPermission", 403):
        user.assume(second)
    chained = user.assume(first).assume(second, "hop")
    assert chained.sts("GetCallerIdentity")["Arn"].endswith("/hop")


def test_durations(root, user, own_root_arn):
    arn = root.new_role(own_root_arn)
    for seconds in (899, 3601, 0, 43201):
        with refused("InvalidParameter.DurationSeconds", 400) as refusal:
            user.assume(arn, DurationSeconds=seconds)
        assert refusal.error.message == "The Min/Max value of DurationSeconds is 15min/1hr."
    for seconds, due in ((900, 900), (3600, 3600), (None, 3600)):
        more = {} if seconds is None else {"DurationSeconds": seconds}
        answer = user.sts("AssumeRole", RoleArn=arn, RoleSessionName="timed", **more)
        assert due - 10 <= expires_in(answer) <= due + 2


def test_a_longer_maximum_of_the_role_allows_longer_sessions(root, user, own_root_arn):
    name = unique("long")
    arn = root.new_role(own_root_arn, name=name, MaxSessionDuration=43200)
    answer = user.sts("AssumeRole", RoleArn=arn, RoleSessionName="timed", DurationSeconds=43200)
    assert 43190 <= expires_in(answer) <= 43202
    # The default stays an hour, and the maximum can be lowered again.
    answer = user.sts("AssumeRole", RoleArn=arn, RoleSessionName="timed")
    assert 3590 <= expires_in(answer) <= 3602
    root.ram("UpdateRole", RoleName=name, NewMaxSessionDuration=7200)
    with refused("InvalidParameter.DurationSeconds", 400):
        user.assume(arn, DurationSeconds=7201)
    user.assume(arn, DurationSeconds=7200)


@pytest.mark.parametrize("seconds", ["abc", "1e3", "900.5", "-900", "99999999999999999999"])
def test_a_duration_that_is_no_number_is_refused(server, scheme, seconds):
    root = server.root(scheme)
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    arn = root.new_role(root_arn(server.account_id))
    answer = server.raw(
        scheme,
        user.credentials,
        "sts",
        "AssumeRole",
        {"RoleArn": arn, "RoleSessionName": "timed", "DurationSeconds": seconds},
    )
    assert answer.status == 400
    assert answer.code in ("InvalidDurationSeconds", "InvalidParameter.DurationSeconds"), answer


@pytest.mark.parametrize("name", ["ab", "a.b@c-d_e", "0" * 64])
def test_session_names(root, user, own_root_arn, name):
    arn = root.new_role(own_root_arn)
    session = user.assume(arn, name)
    assert session.sts("GetCallerIdentity")["PrincipalId"].endswith(f":{name}")


@pytest.mark.parametrize("name", ["a", "0" * 65, "no blanks", "none/of/this", "né", "a:b", "semi;colon"])
def test_session_names_that_are_refused(root, user, own_root_arn, name):
    with refused("InvalidParameter.RoleSessionName", 400) as refusal:
        user.assume(root.new_role(own_root_arn), name)
    assert refusal.error.message == "The parameter RoleSessionName is wrongly formed."


@pytest.mark.parametrize(
    "arn",
    [
        "nonsense",
        "acs:ram::abc:role/x",
        "acs:ram:::role/x",
        "acs:oss::1234567890123456:role/x",
        "acs:ram::1234567890123456:role/",
        "acs:ram::1234567890123456:role/a/b",
    ],
)
def test_role_arns_that_are_refused(user, arn):
    with refused("InvalidParameter.RoleArn", 400) as refusal:
        user.assume(arn)
    assert refusal.error.message == "The parameter RoleArn is wrongly formed."


def test_role_arns_are_compared_without_regard_to_case(server, root, user, own_root_arn):
    name = unique("MixedCase")
    root.new_role(own_root_arn, name=name)
    session = user.assume(f"acs:ram::{server.account_id}:role/{name.lower()}")
    assert session.sts("GetCallerIdentity")["AccountId"] == server.account_id


def test_an_external_id_that_no_condition_asks_for_is_harmless(root, user, own_root_arn):
    arn = root.new_role(own_root_arn)
    user.assume(arn, ExternalId="partner=42,/a:b@c.d-e+f")
    user.assume(arn, ExternalId="x" * 1224)
    for external_id in ("x", "x" * 1225, "with blank", "quote'"):
        with refused("InvalidParameter.ExternalId", 400):
            user.assume(arn, ExternalId=external_id)


def test_the_names_of_what_is_missing(server, scheme):
    root = server.root(scheme)
    for parameters, missing in (
        ({"RoleSessionName": "session"}, "RoleArn"),
        ({"RoleArn": "acs:ram::1234567890123456:role/x"}, "RoleSessionName"),
        ({"RoleArn": "", "RoleSessionName": "session"}, "RoleArn"),
    ):
        answer = server.raw(scheme, user_key(root), "sts", "AssumeRole", parameters)
        assert (answer.status, answer.code) == (400, f"Missing{missing}")
        assert answer.json()["Message"] == f"{missing} is mandatory for this action."


def user_key(root):
    return root.new_user()[1].credentials


# --- the session policy ------------------------------------------------------------------------


def test_a_session_policy_narrows(root, user, own_root_arn):
    wide = root.new_policy(allow(["ram:ListUsers", "ram:ListRoles"]))
    arn = root.new_role(own_root_arn, policies=(wide,))
    plain = user.assume(arn)
    plain.ram("ListUsers")
    plain.ram("ListRoles")
    narrow = user.assume(arn, Policy=document(allow("ram:ListUsers")))
    narrow.ram("ListUsers")
    with refused("NoPermission", 403):
        narrow.ram("ListRoles")
    denying = user.assume(arn, Policy=document(allow("ram:*"), deny("ram:ListUsers")))
    denying.ram("ListRoles")
    with refused("NoPermission", 403):
        denying.ram("ListUsers")


def test_a_session_policy_gives_nothing_that_the_role_lacks(root, user, own_root_arn):
    arn = root.new_role(own_root_arn, policies=(root.new_policy(allow("ram:ListUsers")),))
    session = user.assume(arn, Policy=document(allow("*")))
    session.ram("ListUsers")
    with refused("NoPermission", 403):
        session.ram("ListRoles")


def test_a_session_policy_binds_the_next_hop(root, user, own_root_arn):
    second = root.new_role(own_root_arn)
    first = root.new_role(own_root_arn, policies=(root.new_policy(allow("sts:AssumeRole")),))
    with refused("NoPermission", 403):
        user.assume(first, Policy=document(allow("ram:*"))).assume(second)
    user.assume(first, Policy=document(allow("sts:AssumeRole", second))).assume(second)


@pytest.mark.parametrize(
    "policy",
    [
        "not json",
        "{}",
        '{"Version":"1"}',
        '{"Version":"2","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"RAM":"*"}}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"nocolon","Resource":"*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"acs:oss:*"}]}',
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Version":"1"}',
    ],
)
def test_session_policies_that_are_refused(root, user, own_root_arn, policy):
    with refused("InvalidParameter.PolicyGrammar", 400) as refusal:
        user.assume(root.new_role(own_root_arn), Policy=policy)
    assert refusal.error.message == "The parameter Policy has not passed grammar check."


def test_the_size_of_a_session_policy(root, user, own_root_arn):
    arn = root.new_role(own_root_arn)
    policy = document(allow("ram:*"))
    user.assume(arn, Policy=policy + " " * (2048 - len(policy)))
    with refused("InvalidParameter.PolicySize", 400) as refusal:
        user.assume(arn, Policy=policy + " " * (2049 - len(policy)))
    assert refusal.error.message == "The size of Policy must be smaller than 1024 bytes."
