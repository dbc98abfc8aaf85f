"""Two servers over one PostgreSQL database: what one has answered holds for the other at once."""

from __future__ import annotations

import os
import threading

import pytest

from harness import PostgresDatabase, Server, allow, deny, document, refused, root_arn, trust, unique
from raw import Credentials
from test_concurrency import CALLERS, all_at_once, outcomes


@pytest.fixture(scope="module")
def fresh():
    url = os.environ.get("RAMPART_TEST_POSTGRES_URL")
    if not url:
        pytest.fail("RAMPART_TEST_POSTGRES_URL is not set; `tests/run.sh clients` brings a server", pytrace=False)
    made = PostgresDatabase(url)
    made.create()
    yield made
    made.drop()


@pytest.fixture(scope="module")
def replicas(fresh, tmp_path_factory):
    """Both are started at the same time on the empty database: they make one account together."""
    one, other = (Server(tmp_path_factory.mktemp("replica"), fresh) for _ in range(2))
    other.account_id, other.root_key, other.master_key_file = one.account_id, one.root_key, one.master_key_path()
    starts = [threading.Thread(target=server.start) for server in (one, other)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert one.process is not None and other.process is not None
    for server in (one, other):
        server.wait_until_ready()
    yield one, other
    for server in (one, other):
        server.stop()
        server.check_log()


def at(server, caller):
    """The same caller, at another server."""
    return server.caller(caller.generation, caller.credentials)


def test_they_made_one_account_together(replicas, generation):
    answers = [server.root(generation).sts("GetCallerIdentity") for server in replicas]
    assert {answer["Arn"] for answer in answers} == {root_arn(replicas[0].account_id)}


def test_what_one_makes_the_other_knows(replicas, generation):
    one, other = replicas
    root = one.root(generation)
    for _ in range(20):
        name, user = root.new_user()
        assert at(other, root).ram("GetUser", UserName=name)["User"]["UserName"] == name
        at(other, user).sts("GetCallerIdentity")


def test_a_session_of_one_works_at_the_other(replicas, generation):
    one, other = replicas
    root = one.root(generation)
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    arn = root.new_role(root_arn(one.account_id), policies=(root.new_policy(allow("ram:ListUsers")),))
    at(other, user.assume(arn)).ram("ListUsers")
    at(one, at(other, user).assume(arn)).ram("ListUsers")


def test_no_decision_is_stale(replicas, generation):
    """Each change is made at one server and asked for at the other, warm and right behind it."""
    one, other = replicas
    root = one.root(generation)
    policy = root.new_policy(allow("ram:ListUsers"))
    name, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    role = unique("role")
    there = at(other, user.assume(root.new_role(root_arn(one.account_id), name=role)))
    for _ in range(25):
        with refused("NoPermission", 403):
            there.ram("ListUsers")
        root.ram("AttachPolicyToRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
        there.ram("ListUsers")
        root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
    root.ram("AttachPolicyToRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
    there.ram("ListUsers")
    root.ram("CreatePolicyVersion", PolicyName=policy, PolicyDocument=document(deny("*")), SetAsDefault=True)
    with refused("NoPermission", 403):
        there.ram("ListUsers")
    root.ram("SetDefaultPolicyVersion", PolicyName=policy, VersionId="v1")
    there.ram("ListUsers")

    user_there = at(other, user)
    user_there.sts("GetCallerIdentity")
    root.ram("UpdateAccessKey", UserName=name, UserAccessKeyId=user.credentials.key_id, Status="Inactive")
    with refused("InvalidAccessKeyId.Inactive", 400):
        user_there.sts("GetCallerIdentity")
    root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=user.credentials.key_id)
    with refused("InvalidAccessKeyId.NotFound", 404):
        user_there.sts("GetCallerIdentity")

    root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
    root.ram("DeleteRole", RoleName=role)
    with refused("InvalidSecurityToken.Expired", 400):
        there.sts("GetCallerIdentity")


def test_a_nonce_is_good_at_one_of_them(replicas, scheme):
    one, other = replicas
    for first, second in ((one, other), (other, one)):
        # Both signed for the same host: it is the nonce that is refused.
        prepared = first.signed(scheme, first.root_key, "sts", "GetCallerIdentity")
        assert prepared.send(first.address).status == 200
        answer = prepared.send(second.address)
        assert (answer.status, answer.code) == (400, "SignatureNonceUsed")


def test_one_request_raced_to_both_passes_once(replicas, scheme):
    one, other = replicas
    for _ in range(10):
        prepared = one.signed(scheme, one.root_key, "sts", "GetCallerIdentity")
        answers = [None, None]

        def send(number: int) -> None:
            answers[number] = prepared.send((one, other)[number].address)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status for answer in answers) == [200, 400], answers


def test_one_name_raced_at_both(replicas, scheme):
    one, other = replicas
    parameters = {"RoleName": unique("contended"), "AssumeRolePolicyDocument": trust(root_arn(one.account_id))}
    requests = [
        (server, server.signed(scheme, server.root_key, "ram", "CreateRole", parameters))
        for server in (one, other) * (CALLERS // 2)
    ]

    class Sent:
        """Sends to the server that the request was signed for."""

        def __init__(self, server, request):
            self.server, self.request = server, request

        def send(self, _address, timeout):
            return self.request.send(self.server.address, timeout=timeout)

    answers = all_at_once(one, [Sent(*pair) for pair in requests])
    assert outcomes(answers) == {"success": 1, "409 EntityAlreadyExists.Role": CALLERS - 1}


def test_an_account_made_at_one_works_at_the_other(replicas, scheme):
    one, other = replicas
    account, key = one.create_account()
    answer = other.raw(scheme, key, "sts", "GetCallerIdentity")
    assert answer.status == 200 and answer.json()["AccountId"] == account


def test_when_one_is_killed_the_other_goes_on(replicas, scheme):
    one, other = replicas
    key: Credentials = one.root_key
    name = unique("survivor")
    assert one.raw(scheme, key, "ram", "CreateUser", {"UserName": name}).status == 200
    one.kill()
    assert other.raw(scheme, key, "ram", "GetUser", {"UserName": name}).status == 200
    one.start()
    assert one.raw(scheme, key, "ram", "GetUser", {"UserName": name}).status == 200


def test_a_server_with_another_master_key_does_not_start(replicas, fresh, tmp_path):
    stranger = Server(tmp_path, fresh)
    done = stranger.run_cli(*stranger.arguments(), environment={})
    assert done.returncode != 0
    assert "key" in (done.stdout + done.stderr).lower()
