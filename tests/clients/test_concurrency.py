"""Many callers at once: one name, one last place."""

from __future__ import annotations

import threading
from collections import Counter

from harness import allow, document, root_arn, trust, unique

CALLERS = 64


def all_at_once(server, requests) -> list:
    """Sends every prepared request from a thread of its own, as close together as can be."""
    barrier = threading.Barrier(len(requests))
    answers = [None] * len(requests)

    def send(number: int) -> None:
        barrier.wait()
        answers[number] = requests[number].send(server.address, timeout=60)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in answers, "a caller got no answer"
    return answers


def outcomes(answers) -> Counter:
    return Counter("success" if answer.status == 200 else f"{answer.status} {answer.code}" for answer in answers)


def test_one_of_64_creates_the_role(server, scheme):
    name = unique("contended")
    parameters = {"RoleName": name, "AssumeRolePolicyDocument": trust(root_arn(server.account_id))}
    requests = [server.signed(scheme, server.root_key, "ram", "CreateRole", parameters) for _ in range(CALLERS)]
    answers = all_at_once(server, requests)
    assert outcomes(answers) == {"success": 1, "409 EntityAlreadyExists.Role": CALLERS - 1}
    winner = next(answer.json()["Role"]["RoleId"] for answer in answers if answer.status == 200)
    found = server.raw(scheme, server.root_key, "ram", "GetRole", {"RoleName": name}).json()
    assert found["Role"]["RoleId"] == winner


def test_one_of_64_gets_the_last_key(server, scheme):
    name, _ = server.root(scheme).new_user()
    requests = [server.signed(scheme, server.root_key, "ram", "CreateAccessKey", {"UserName": name}) for _ in range(CALLERS)]
    answers = all_at_once(server, requests)
    for answer in answers:
        if answer.status == 200:
            server.never_logged.add(answer.json()["AccessKey"]["AccessKeySecret"])
    assert outcomes(answers) == {"success": 1, "409 LimitExceeded.User.AccessKey": CALLERS - 1}
    listed = server.raw(scheme, server.root_key, "ram", "ListAccessKeys", {"UserName": name}).json()
    assert len(listed["AccessKeys"]["AccessKey"]) == 2


def test_one_of_64_makes_the_fifth_version(server, scheme):
    root = server.root(scheme)
    name = root.new_policy(allow("ram:*"))
    for _ in range(3):
        root.ram("CreatePolicyVersion", PolicyName=name, PolicyDocument=document(allow("ram:*")))
    parameters = {"PolicyName": name, "PolicyDocument": document(allow("ram:ListUsers"))}
    requests = [server.signed(scheme, server.root_key, "ram", "CreatePolicyVersion", parameters) for _ in range(CALLERS)]
    assert outcomes(all_at_once(server, requests)) == {"success": 1, "409 LimitExceeded.Policy.Version": CALLERS - 1}


def test_one_of_64_attaches_the_tenth_policy(server, scheme):
    root = server.root(scheme)
    names = [root.new_policy(allow("ram:*")) for _ in range(9)]
    user, _ = root.new_user(*names)
    spare = [root.new_policy(allow("ram:*")) for _ in range(CALLERS)]
    requests = [
        server.signed(
            scheme, server.root_key, "ram", "AttachPolicyToUser", {"UserName": user, "PolicyName": name, "PolicyType": "Custom"}
        )
        for name in spare
    ]
    assert outcomes(all_at_once(server, requests)) == {"success": 1, "409 LimitExceeded.User.Policy": CALLERS - 1}


def test_one_of_64_sends_of_the_same_request_passes(server, scheme):
    """A replayed request races itself: its nonce is good once."""
    prepared = server.signed(scheme, server.root_key, "sts", "GetCallerIdentity")
    answers = all_at_once(server, [prepared] * CALLERS)
    assert outcomes(answers) == {"success": 1, "400 SignatureNonceUsed": CALLERS - 1}


def test_t12_writers_in_one_account_do_not_hold_up_another(server, scheme):
    """While 64 writers of one account queue, the other account is served."""
    account, key = server.create_account()
    writers = [
        server.signed(
            scheme,
            server.root_key,
            "ram",
            "CreateRole",
            {"RoleName": unique("queued"), "AssumeRolePolicyDocument": trust(root_arn(server.account_id))},
        )
        for _ in range(CALLERS)
    ]
    readers = [server.signed(scheme, key, "ram", "ListUsers") for _ in range(8)]
    answers = all_at_once(server, writers + readers)
    assert outcomes(answers) == {"success": CALLERS + 8}
