"""A request is good once: at one replica, at the others, after a restart, after `kill -9`."""

from __future__ import annotations

import threading

import pytest

from fleet import Fleet, raw


def prepared(fleet: Fleet, scheme: str, offset: float = 0.0) -> raw.Prepared:
    host = fleet.servers[0].host
    return raw.SIGNERS[scheme](host, fleet.root, "sts", "GetCallerIdentity", offset_seconds=offset)


@pytest.mark.parametrize("scheme", ["rpc", "acs3"])
def test_t14_a_nonce_used_at_one_is_refused_by_all_and_after_restarts(fleet, scheme):
    taken = [prepared(fleet, scheme, offset) for offset in (-600, -1, 0, 0, 300, 840)]
    for number, request in enumerate(taken):
        answer = request.send(fleet.addresses[number % len(fleet.addresses)])
        assert answer.status == 200, answer

    def all_refused() -> None:
        for request in taken:
            for address in fleet.addresses:
                answer = request.send(address)
                assert (answer.status, answer.code) == (400, "SignatureNonceUsed"), answer

    all_refused()
    fleet.servers[0].restart()
    fleet.servers[1].kill()
    fleet.servers[1].start()
    all_refused()
    for server in fleet.servers:
        server.kill()
    for server in fleet.servers:
        server.start()
    all_refused()
    assert prepared(fleet, scheme).send(fleet.addresses[2]).status == 200


def test_t14_one_request_raced_to_all_passes_once(fleet):
    for _ in range(20):
        request = prepared(fleet, "rpc")
        answers = [None] * len(fleet.addresses)

        def send(number: int, request=request, answers=answers) -> None:
            answers[number] = request.send(fleet.addresses[number]).status

        threads = [threading.Thread(target=send, args=(number,)) for number in range(len(answers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 400, 400], answers
