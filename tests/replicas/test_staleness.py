"""Bounded staleness: what a replica that is cut off from its database answers, and for how long.

One replica reaches PostgreSQL through a switch that is opened, the other directly.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from fleet import Client, Fleet, raw
from harness import PostgresDatabase, root_arn, trust
from postgres import Switch
from raw import Credentials

MOST_SECONDS = 12


class CutOff:
    """Two replicas, of which the first can be cut off."""

    def __init__(self, directory, database: PostgresDatabase, **environment: str):
        self.there = SimpleNamespace(port=urlsplit(database.url).port)
        self.switch = Switch(self.there)
        self.fleet = Fleet(directory, database, count=2, **environment)
        through = PostgresDatabase(database.server_url)
        through.url = database.url.replace(f":{self.there.port}/", f":{self.switch.port}/")
        self.fleet.servers[0].database = through
        self.fleet.start()
        self.client = Client(self.fleet.addresses)

    def cut(self) -> float:
        self.switch.to(None)
        return time.monotonic()

    def mend(self) -> None:
        self.switch.to(self.there)
        deadline = time.monotonic() + 30
        while self.fleet.servers[0].get("/readyz").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def request(self, who: Credentials) -> raw.Prepared:
        return raw.acs3(self.fleet.servers[0].host, who, "sts", "GetCallerIdentity")

    def identity(self, replica: int, who: Credentials):
        return self.client.once(replica, who, "sts", "GetCallerIdentity")

    def make_user(self, name: str) -> Credentials:
        root = self.fleet.root
        self.client.ok(1, root, "ram", "CreateUser", {"UserName": name})
        key = self.client.ok(1, root, "ram", "CreateAccessKey", {"UserName": name})["AccessKey"]
        return Credentials(key["AccessKeyId"], key["AccessKeySecret"])

    def stale_decisions(self) -> float:
        for line in self.fleet.servers[0].get("/metrics").body.decode().splitlines():
            if line.startswith("rampart_stale_decisions_total "):
                return float(line.split()[1])
        return 0

    def end(self) -> None:
        self.fleet.stop()
        self.switch.end()
        self.fleet.check_logs()


@pytest.fixture
def start(database, tmp_path):
    made = []

    def start(**environment: str) -> CutOff:
        made.append(CutOff(tmp_path, database, **environment))
        return made[-1]

    yield start
    for each in made:
        each.end()


@pytest.fixture
def lenient(start):
    return start(RAMPART_POSTGRES_MAX_STALENESS_SECONDS=str(MOST_SECONDS))


def unavailable(answer) -> bool:
    return (answer.status, answer.code) == (503, "ServiceUnavailable") and "retry-after" in answer.headers


def used(answer) -> bool:
    return (answer.status, answer.code) == (400, "SignatureNonceUsed")


def test_t01_off_by_default(start):
    cut_off = start()
    assert cut_off.identity(0, cut_off.fleet.root).status == 200
    cut_off.cut()
    assert unavailable(cut_off.identity(0, cut_off.fleet.root))
    assert cut_off.stale_decisions() == 0


def test_t01_a_replica_that_is_cut_off_answers_for_a_while_and_no_longer(lenient):
    fleet, client = lenient.fleet, lenient.client
    user = lenient.make_user("ann")
    arn = client.ok(1, fleet.root, "ram", "CreateRole",
                    {"RoleName": "reader", "AssumeRolePolicyDocument": trust(root_arn(fleet.account))})["Role"]["Arn"]
    assert lenient.identity(0, user).status == 200
    cut_at = lenient.cut()

    # Who is known here is answered, also who was turned away elsewhere meanwhile: that is what is given up.
    assert lenient.identity(0, user).status == 200
    client.ok(1, fleet.root, "ram", "DeleteAccessKey", {"UserName": "ann", "UserAccessKeyId": user.key_id})
    assert lenient.identity(1, user).status in (403, 404)
    stale = lenient.identity(0, user)
    assert stale.status == 200, stale
    assert time.monotonic() - cut_at < MOST_SECONDS, "too slow for the bound"
    assert lenient.stale_decisions() == 2
    # What mints, changes or reads the database is not.
    assume = {"RoleArn": arn, "RoleSessionName": "cut"}
    assert unavailable(client.once(0, user, "sts", "AssumeRole", assume))
    time.sleep(max(0.0, cut_at + MOST_SECONDS + 0.1 - time.monotonic()))
    assert unavailable(lenient.identity(0, user))
    lenient.mend()
    assert lenient.identity(0, user).status in (403, 404)
    assert lenient.identity(0, fleet.root).status == 200


@pytest.mark.parametrize("action, parameters", [("ListPolicies", {}), ("CreateUser", {"UserName": "bob"})])
def test_t01_calls_on_the_database_stay_refused(lenient, action, parameters):
    assert lenient.identity(0, lenient.fleet.root).status == 200
    lenient.cut()
    assert lenient.identity(0, lenient.fleet.root).status == 200
    assert unavailable(lenient.client.once(0, lenient.fleet.root, "ram", action, parameters))


def test_t14_a_nonce_is_good_once_also_at_a_replica_that_is_cut_off(lenient):
    root, here = lenient.fleet.root, lenient.fleet.addresses[0]
    before, meanwhile = lenient.request(root), lenient.request(root)
    assert before.send(here).status == 200
    lenient.cut()
    assert used(before.send(here))
    assert meanwhile.send(here).status == 200
    assert used(meanwhile.send(here))
    lenient.mend()
    assert used(meanwhile.send(here))
    # Handed over a moment after the database is back.
    time.sleep(2)
    assert used(meanwhile.send(lenient.fleet.addresses[1]))


def test_t01_nothing_stale_is_decided_after_a_write_of_ones_own(lenient):
    user = lenient.make_user("ann")
    assert lenient.identity(0, user).status == 200
    lenient.client.ok(0, lenient.fleet.root, "ram", "DeleteAccessKey", {"UserName": "ann", "UserAccessKeyId": user.key_id})
    lenient.cut()
    assert unavailable(lenient.identity(0, user))
