"""Token keys and the master key are changed under three servers that serve, as `docs/operations-guide.md` says.

Nobody may notice: callers go through a balancer that sends nothing to a server that is about to restart, and
every single call must succeed, with access keys and tokens of before, of meanwhile and of after.
"""

from __future__ import annotations

import base64
import http.client
import random
import threading
import time

import pytest

from fleet import Fleet, raw
from harness import allow, document, root_arn, trust
from raw import Credentials

CALLERS = 3
# A new token key seals when every server has known it for a minute.
PUBLISH_SECONDS = 60


class Balancer:
    """Sends each call to one of the servers in service, and lets a server run dry before it is taken out."""

    def __init__(self, fleet: Fleet):
        self.fleet, self.changed = fleet, threading.Condition()
        self.in_service = set(range(len(fleet.servers)))
        self.under_way = [0] * len(fleet.servers)

    def call(self, who: Credentials, product: str, action: str, parameters=None) -> dict:
        with self.changed:
            number = random.choice(sorted(self.in_service))
            self.under_way[number] += 1
        try:
            server = self.fleet.servers[number]
            sign = random.choice([raw.rpc, raw.acs3])
            answer = sign(server.host, who, product, action, parameters).send(server.address, timeout=30)
        finally:
            with self.changed:
                self.under_way[number] -= 1
                self.changed.notify_all()
        assert answer.status == 200, f"{action} at {number}: {answer}"
        return answer.json()

    def restart(self, number: int) -> None:
        with self.changed:
            self.in_service.discard(number)
            assert self.changed.wait_for(lambda: self.under_way[number] == 0, 60)
        self.fleet.servers[number].restart()
        with self.changed:
            self.in_service.add(number)


class Callers:
    """Go through all that depends on sealed things, without pause; the first that fails ends the test."""

    def __init__(self, balancer: Balancer, account: str):
        self.balancer, self.root = balancer, balancer.fleet.root
        self.ending, self.failures, self.rounds = threading.Event(), [], 0
        call = balancer.call
        self.role = f"acs:ram::{account}:role/worker"
        call(self.root, "ram", "CreateRole", {"RoleName": "worker", "AssumeRolePolicyDocument": trust(root_arn(account))})
        call(self.root, "ram", "CreatePolicy", {"PolicyName": "assume", "PolicyDocument": document(allow("sts:AssumeRole"))})
        self.users = [self.user(f"before{number}") for number in range(CALLERS)]
        self.tokens = [self.token(user) for user in self.users]
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(CALLERS)]

    def user(self, name: str) -> Credentials:
        call = self.balancer.call
        call(self.root, "ram", "CreateUser", {"UserName": name})
        call(self.root, "ram", "AttachPolicyToUser", {"PolicyType": "Custom", "PolicyName": "assume", "UserName": name})
        key = call(self.root, "ram", "CreateAccessKey", {"UserName": name})["AccessKey"]
        return Credentials(key["AccessKeyId"], key["AccessKeySecret"])

    def token(self, user: Credentials) -> Credentials:
        answer = self.balancer.call(user, "sts", "AssumeRole", {"RoleArn": self.role, "RoleSessionName": "rotation"})
        made = answer["Credentials"]
        return Credentials(made["AccessKeyId"], made["AccessKeySecret"], made["SecurityToken"])

    def run(self, number: int) -> None:
        try:
            latest, count = self.users[number], 0
            while not self.ending.is_set():
                count += 1
                if count % 5 == 1:
                    # Its secret is sealed under whichever key seals at this server now.
                    latest = self.user(f"meanwhile{number}n{count}")
                for who in (self.users[number], self.tokens[number], latest, self.token(latest), self.token(self.users[number])):
                    self.balancer.call(who, "sts", "GetCallerIdentity")
                self.rounds += 1
        except (AssertionError, OSError, http.client.HTTPException) as failure:
            self.failures.append(failure)

    def check(self, more: int = 2 * CALLERS) -> None:
        """All goes on, and so much of it is done by now that every step has met callers."""
        wanted, deadline = self.rounds + more, time.monotonic() + 120
        while self.rounds < wanted and not self.failures:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not self.failures, self.failures


@pytest.fixture
def callers(fleet):
    made = Callers(Balancer(fleet), fleet.account)
    for thread in made.threads:
        thread.start()
    yield made
    made.ending.set()
    for thread in made.threads:
        thread.join()


def sealed_under(token: Credentials) -> bytes:
    """The id of the token key: it stands after three bytes that are always the same and the version."""
    return base64.b64decode(token.token)[4:8]


def test_nobody_notices_that_keys_are_rotated(fleet, callers, tmp_path):
    balancer, servers = callers.balancer, fleet.servers
    callers.check()
    assert "is published" in servers[1].cli("key", "rotate", "--data-dir", str(servers[1].data_dir))
    published = time.monotonic()

    old = servers[0].master_key_path()
    new = tmp_path / "new-master.key"
    new.touch(mode=0o600)
    new.write_text(servers[0].cli("key", "generate"))

    def step(sealing, other) -> None:
        for number, server in enumerate(servers):
            server.master_key_file = sealing
            server.extra_arguments = ["--other-master-key-file", str(other)] if other else []
            balancer.restart(number)
            callers.check()

    step(old, new)
    step(new, old)
    while True:
        said = servers[2].cli("key", "rotate-master", "--data-dir", str(servers[2].data_dir))
        callers.check()
        if said.startswith("0 "):
            break
    step(new, None)
    before = sealed_under(callers.tokens[0])
    time.sleep(max(0.0, published + PUBLISH_SECONDS + 5 - time.monotonic()))
    callers.check()
    assert sealed_under(callers.token(callers.users[0])) != before
    print(f"\n{callers.rounds} rounds of five identities, none refused")
