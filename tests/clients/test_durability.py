"""Stopping and dying: what was acknowledged stays, what was used up stays used up."""

from __future__ import annotations

import http.client
import threading
import time

import pytest

from harness import Server, allow, root_arn, trust, unique
from raw import Credentials

WRITERS = 4
# The kill comes in the middle of the writing: after this many acknowledged writes, or this long.
WRITES = 300
WRITING_SECONDS = 10.0
# How long after a crash requests may be refused that a crashed server could have taken already.
RECOVERY_SECONDS = 90
NOT_AGAIN = {"SignatureNonceUsed", "InvalidTimeStamp.Expired"}


@pytest.fixture
def own_server(database, tmp_path):
    """A server for one test, to be stopped and killed at will. The database is the module's, so the account is new."""
    running = Server(tmp_path, database)
    running.start()
    yield running
    if running.process is not None:
        running.stop()
    running.check_log()


@pytest.fixture
def owner(own_server):
    """An account of the test's own: on PostgreSQL the tests of the module share one database."""
    return own_server.create_account()


@pytest.fixture(scope="module")
def server():
    """Not to be used here."""
    return None


@pytest.fixture(autouse=True)
def fresh_database(database):
    """One database per test: a second server may not be pointed at another's with another master key."""
    yield
    if database is not None:
        database.drop()
        database.create()


def until_answered(server, scheme, credentials, seconds=RECOVERY_SECONDS):
    """The first answer to a fresh request that is not refused as a possible replay."""
    deadline = time.monotonic() + seconds
    while True:
        answer = server.raw(scheme, credentials, "sts", "GetCallerIdentity")
        if answer.status == 200:
            return answer
        assert answer.status == 503 or answer.code in NOT_AGAIN, answer
        assert time.monotonic() < deadline, f"still refused {seconds} s after the start: {answer}"
        time.sleep(0.5)


def all_roles(server, scheme, credentials) -> set[str]:
    names, marker = set(), None
    while True:
        parameters = {"MaxItems": 1000} | ({"Marker": marker} if marker else {})
        page = server.raw(scheme, credentials, "ram", "ListRoles", parameters).json()
        names |= {role["RoleName"] for role in page["Roles"]["Role"]}
        if not page["IsTruncated"]:
            return names
        marker = page["Marker"]


def test_kill_9_during_a_run_of_writes_loses_nothing_that_was_acknowledged(own_server, scheme, owner):
    account, key = owner
    until_answered(own_server, scheme, key)
    acknowledged: list[tuple[str, object]] = []
    unexpected: list[object] = []
    stop = threading.Event()
    document = trust(root_arn(account))

    def write(writer: int) -> None:
        connection = http.client.HTTPConnection(*own_server.address, timeout=10)
        number = 0
        while not stop.is_set():
            number += 1
            name = f"written-{writer}-{number}"
            request = own_server.signed(
                scheme, key, "ram", "CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": document}
            )
            try:
                answer = request.send_on(connection)
            except (OSError, http.client.HTTPException):
                return  # the server was killed under the request
            if answer.status == 200:
                acknowledged.append((name, request))
            else:
                unexpected.append(answer)
                return

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + WRITING_SECONDS
    while len(acknowledged) < WRITES and time.monotonic() < deadline:
        time.sleep(0.01)
    own_server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    assert not unexpected, unexpected[0]
    assert len(acknowledged) > 20, "the server was killed before it had done anything"

    own_server.start()
    # T14: none of them a second time, and first of all not right after the start.
    for _, request in acknowledged:
        answer = request.send(own_server.address)
        assert answer.code in NOT_AGAIN, answer
    until_answered(own_server, scheme, key)
    written = {name for name, _ in acknowledged}
    assert written <= all_roles(own_server, scheme, key)
    for _, request in acknowledged[:: max(1, len(acknowledged) // 50)]:
        assert request.send(own_server.address).code in NOT_AGAIN
    # The store takes writes again.
    answer = own_server.raw(
        scheme, key, "ram", "DeleteRole", {"RoleName": acknowledged[0][0]}
    )
    assert answer.status == 200, answer


def test_nonces_used_before_a_clean_stop_stay_used(own_server, scheme, owner):
    _, key = owner
    used = [own_server.signed(scheme, key, "sts", "GetCallerIdentity") for _ in range(20)]
    ahead = own_server.signed(scheme, key, "sts", "GetCallerIdentity", offset_seconds=14 * 60)
    for request in [*used, ahead]:
        assert request.send(own_server.address).status == 200
    unused = own_server.signed(scheme, key, "sts", "GetCallerIdentity")
    own_server.restart()
    for request in [*used, ahead]:
        answer = request.send(own_server.address)
        assert (answer.status, answer.code) == (400, "SignatureNonceUsed")
    # A clean stop costs nobody anything: what was signed before it and never sent is good.
    assert unused.send(own_server.address).status == 200


def test_sessions_keys_and_rights_outlive_a_restart(own_server, generation, owner):
    account, key = owner
    root = own_server.caller(generation, key)
    policy = root.new_policy(allow("ram:ListUsers"))
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    role = unique("role")
    session = user.assume(root.new_role(root_arn(account), policies=(policy,), name=role))
    session.ram("ListUsers")
    own_server.restart()
    session.ram("ListUsers")
    user.sts("GetCallerIdentity")
    own_server.restart()
    root.ram("DetachPolicyFromRole", RoleName=role, PolicyName=policy, PolicyType="Custom")
    assert own_server.raw(generation, session.credentials, "ram", "ListUsers").code == "NoPermission"


def test_sessions_outlive_a_crash(own_server, generation, owner):
    account, key = owner
    root = own_server.caller(generation, key)
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    session = user.assume(root.new_role(root_arn(account)))
    own_server.kill()
    own_server.start()
    until_answered(own_server, generation, session.credentials)


def test_t08_a_restart_revives_nothing(own_server, owner):
    """The environment fixes root's first key; deleted by a call, it stays deleted."""
    root = own_server.root("acs3")
    second = root.ram("CreateAccessKey")["AccessKey"]
    other = own_server.caller("acs3", Credentials(second["AccessKeyId"], second["AccessKeySecret"]))
    other.ram("DeleteAccessKey", UserAccessKeyId=own_server.root_key.key_id)
    own_server.restart()
    answer = own_server.raw("acs3", own_server.root_key, "sts", "GetCallerIdentity")
    assert (answer.status, answer.code) == (404, "InvalidAccessKeyId.NotFound")
    other.sts("GetCallerIdentity")


def test_a_stop_lets_running_requests_finish(own_server, scheme, owner):
    account, key = owner
    answers, failures = [], []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            request = own_server.signed(
                scheme, key, "ram", "CreateUser", {"UserName": unique("user")}
            )
            try:
                answers.append(request.send(own_server.address))
            except ConnectionRefusedError:
                return
            except (OSError, http.client.HTTPException) as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    own_server.stop()
    stop.set()
    for thread in threads:
        thread.join()
    assert answers and all(answer.status == 200 for answer in answers)
    # A connection that the closing listener had not taken yet is dropped without a word (reset, or closed before
    # a byte of an answer); an answer that was begun is finished.
    dropped = (ConnectionError, http.client.RemoteDisconnected)
    assert not [error for error in failures if not isinstance(error, dropped)], failures
