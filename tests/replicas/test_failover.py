"""PostgreSQL is killed, restarted, and switched over to a standby, under three replicas that serve.

No acknowledged write may be lost where the standby is synchronous, each refused call must be the clean refusal
(`503 ServiceUnavailable` with `Retry-After`), `/readyz` must tell, and service must be back within seconds without a
restart of ours. After a switch to a standby that lagged, writes are lost, and no replica may decide on them any more.
"""

from __future__ import annotations

import threading
import time

import pytest

from fleet import Client, Fleet
from harness import allow, document
from postgres import Cluster, Switch
from raw import Credentials

# How long a switch may take until every replica answers again: PostgreSQL's own recovery is most of it.
BACK_SECONDS = 45


@pytest.fixture
def primary():
    cluster = Cluster.new().start()
    yield cluster
    for found in cluster.home.glob("*/postmaster.pid"):
        Cluster(cluster.home, found.parent.name).stop()
    cluster.remove()


@pytest.fixture
def switch(primary):
    made = Switch(primary)
    yield made
    made.end()


@pytest.fixture
def fleet(switch, primary, tmp_path):
    made = Fleet(tmp_path, switch.database(primary)).start()
    yield made
    made.stop()
    made.check_logs()


class Writers:
    """Make users without pause at every replica, and remember which were acknowledged."""

    def __init__(self, fleet: Fleet):
        self.fleet, self.ending = fleet, threading.Event()
        self.acknowledged: list[str] = []
        self.clients = [Client(fleet.addresses, seed) for seed in range(len(fleet.addresses))]
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(len(self.clients))]
        self.latest = 0.0
        self.slowest = 0.0
        for thread in self.threads:
            thread.start()

    def write(self, replica: int) -> None:
        client, number = self.clients[replica], 0
        while not self.ending.is_set():
            number += 1
            name = f"w{replica}n{number}"
            begin = time.monotonic()
            answer = client.once(replica, self.fleet.root, "ram", "CreateUser", {"UserName": name})
            self.slowest = max(self.slowest, time.monotonic() - begin)
            if answer is not None and answer.status == 200:
                self.acknowledged.append(name)
                self.latest = time.monotonic()
            elif answer is not None and (answer.status != 503 or answer.code != "ServiceUnavailable" or "retry-after" not in answer.headers):
                client.unclean.append(repr(answer))
            else:
                time.sleep(0.05)

    def end(self) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join()
        unclean = [line for client in self.clients for line in client.unclean]
        assert not unclean, unclean[:5]
        assert not any(client.unanswered for client in self.clients), "a replica went away"


def readiness(fleet: Fleet) -> list[int]:
    return [server.get("/readyz").status for server in fleet.servers]


def wait_for_readiness(fleet: Fleet, status: int, seconds: float) -> float:
    begin = time.monotonic()
    while readiness(fleet) != [status] * len(fleet.servers):
        assert time.monotonic() - begin < seconds, f"/readyz is {readiness(fleet)} after {seconds} s, {status} is due"
        time.sleep(0.1)
    return time.monotonic() - begin


def expect_all_there(fleet: Fleet, names: list[str]) -> None:
    client, found, marker = Client(fleet.addresses), set(), None
    while True:
        page = client.ok(0, fleet.root, "ram", "ListUsers", {"MaxItems": 1000, "Marker": marker})
        found |= {user["UserName"] for user in page["Users"]["User"]}
        marker = page.get("Marker")
        if not page["IsTruncated"]:
            break
    lost = [name for name in names if name not in found]
    assert not lost, f"{len(lost)} of {len(names)} acknowledged writes are lost: {lost[:5]}"


def test_the_database_is_killed_and_comes_back(fleet, primary):
    writers = Writers(fleet)
    try:
        time.sleep(3)
        primary.kill()
        down = wait_for_readiness(fleet, 503, 15)
        time.sleep(2)
        primary.start()
        back = wait_for_readiness(fleet, 200, BACK_SECONDS)
        before = len(writers.acknowledged)
        begin = time.monotonic()
        while len(writers.acknowledged) < before + 30:
            assert time.monotonic() - begin < BACK_SECONDS, "no writes after the restart"
            time.sleep(0.1)
    finally:
        writers.end()
    print(f"\n/readyz told after {down:.1f} s, back {back:.1f} s after the restart; {len(writers.acknowledged)} writes, slowest call {writers.slowest:.1f} s")
    expect_all_there(fleet, writers.acknowledged)


def test_a_switch_to_a_synchronous_standby_loses_nothing(fleet, primary, switch):
    standby = primary.standby()
    primary.configure(synchronous_standby_names="standby")
    primary.execute("SELECT pg_reload_conf()")
    primary.wait_for_standby("sync")
    writers = Writers(fleet)
    try:
        time.sleep(3)
        before = list(writers.acknowledged)
        assert before
        primary.kill()
        begin = time.monotonic()
        standby.promote()
        switch.to(standby)
        back = wait_for_readiness(fleet, 200, BACK_SECONDS)
        count = len(writers.acknowledged)
        while len(writers.acknowledged) < count + 30:
            assert time.monotonic() - begin < BACK_SECONDS, "no writes after the switch"
            time.sleep(0.1)
    finally:
        writers.end()
    print(f"\nback {back:.1f} s after the promotion; {len(writers.acknowledged)} writes, slowest call {writers.slowest:.1f} s")
    expect_all_there(fleet, writers.acknowledged)
    standby.stop()


def test_t01_after_a_switch_to_a_lagging_standby_nothing_lost_is_decided_on(fleet, primary, switch):
    client = Client(fleet.addresses)
    root = fleet.root

    def write(action: str, **parameters: object) -> dict:
        return client.ok(0, root, "ram", action, parameters)

    for name in ("kept", "lost"):
        write("CreateUser", UserName=name)
    write("CreatePolicy", PolicyName="reads", PolicyDocument=document(allow("ram:ListUsers")))
    keys = {}
    for name in ("kept", "lost"):
        made = write("CreateAccessKey", UserName=name)["AccessKey"]
        keys[name] = Credentials(made["AccessKeyId"], made["AccessKeySecret"])
    write("AttachPolicyToUser", PolicyType="Custom", PolicyName="reads", UserName="kept")
    standby = primary.standby()
    primary.wait_for_standby("async")
    caught_up = "SELECT pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"
    while standby.execute(caught_up) != [(True,)]:
        time.sleep(0.1)
    # From here on it lags.
    standby.stop("fast")

    # What the standby never learns: one user is given the right. Every replica has it and allows.
    write("AttachPolicyToUser", PolicyType="Custom", PolicyName="reads", UserName="lost")
    for replica in range(len(fleet.servers)):
        for name in ("kept", "lost"):
            for _ in range(2):
                assert client.call(replica, keys[name], "ram", "ListUsers").status == 200
    primary.kill()
    standby.start()
    standby.promote()
    switch.to(standby)
    wait_for_readiness(fleet, 200, BACK_SECONDS)

    def expect_the_state_of_the_standby() -> None:
        for replica in range(len(fleet.servers)):
            assert client.call(replica, keys["kept"], "ram", "ListUsers").status == 200
            answer = client.call(replica, keys["lost"], "ram", "ListUsers")
            assert (answer.status, answer.code) == (403, "NoPermission"), f"replica {replica} decided on what is lost: {answer}"

    expect_the_state_of_the_standby()
    # As many writes as were lost, and more: the revision's number comes again under other tags.
    for number in range(3):
        write("CreateUser", UserName=f"after{number}")
        expect_the_state_of_the_standby()
    assert not client.unclean, client.unclean[:5]
    standby.stop()
