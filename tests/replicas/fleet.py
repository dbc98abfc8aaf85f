"""Several replicas as processes over one PostgreSQL, and callers that go on through trouble.

What the tests here share: the replicas (`Fleet`), a caller with a kept connection to each of them
(`Client`), and the trouble that a fleet must live through (`Trouble`).
"""

from __future__ import annotations

import http.client
import random
import signal
import sys
import threading
import time
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

import raw  # noqa: E402
from harness import Server, account_id, long_lived_key  # noqa: E402
from raw import Answer, Credentials  # noqa: E402

REPLICAS = 3
# How long one call may take before the caller gives up and tries again.
CALL_SECONDS = 20


class Fleet:
    """Replicas on one database, with one account and root key, each with a directory of its own."""

    def __init__(self, directory: Path, database, count: int = REPLICAS, **environment: str):
        self.database = database
        account, root = account_id(), long_lived_key()
        self.servers: list[Server] = []
        for number in range(count):
            place = directory / f"replica{number}"
            place.mkdir()
            server = Server(place, database)
            server.account_id, server.root_key = account, root
            server.extra_environment = {"RAMPART_LOG_LEVEL": "warn", **environment}
            if self.servers:
                server.master_key_file = self.servers[0].master_key_path()
            self.servers.append(server)

    @property
    def root(self) -> Credentials:
        return self.servers[0].root_key

    @property
    def account(self) -> str:
        return self.servers[0].account_id

    @property
    def addresses(self) -> list[tuple[str, int]]:
        return [server.address for server in self.servers]

    def start(self) -> "Fleet":
        for server in self.servers:
            server.start()
        return self

    def stop(self) -> None:
        for server in self.servers:
            if server.process is not None:
                server.process.send_signal(signal.SIGCONT)
                server.kill()

    def check_logs(self) -> None:
        for server in self.servers:
            server.check_log()


class Client:
    """Signs and sends; keeps a connection to each replica; a call is tried again until it is decided."""

    def __init__(self, addresses: list[tuple[str, int]], seed: int = 0):
        self.addresses = addresses
        self.connections: dict[int, http.client.HTTPConnection] = {}
        self.random = random.Random(seed)
        self.unanswered = self.unavailable = 0
        # Every answer of a server in trouble that is not the clean refusal that it must be.
        self.unclean: list[str] = []

    def any_replica(self) -> int:
        return self.random.randrange(len(self.addresses))

    def once(self, replica: int, who: Credentials, product: str, action: str, parameters=None) -> Answer | None:
        """One attempt; `None` where no answer came."""
        host, port = self.addresses[replica]
        scheme = raw.rpc if self.random.random() < 0.5 else raw.acs3
        prepared = scheme(f"{host}:{port}", who, product, action, parameters)
        connection = self.connections.get(replica)
        if connection is None:
            connection = http.client.HTTPConnection(host, port, timeout=CALL_SECONDS)
            self.connections[replica] = connection
        try:
            return prepared.send_on(connection)
        except (OSError, http.client.HTTPException):
            connection.close()
            del self.connections[replica]
            self.unanswered += 1
            return None

    def call(self, replica: int, who: Credentials, product: str, action: str, parameters=None, seconds: float = 60) -> Answer:
        """Until it is answered by something else than `503 ServiceUnavailable` with `Retry-After`."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.once(replica, who, product, action, parameters)
            if answer is not None:
                if answer.status < 500:
                    return answer
                self.unavailable += 1
                clean = answer.status == 503 and answer.code == "ServiceUnavailable" and "retry-after" in answer.headers
                if not clean:
                    self.unclean.append(repr(answer))
            if time.monotonic() > deadline:
                raise TimeoutError(f"{action} at replica {replica} was not decided within {seconds} s")
            time.sleep(0.02)

    def ok(self, replica: int, who: Credentials, product: str, action: str, parameters=None, already: tuple[str, ...] = ()) -> dict:
        """A call that must succeed. `already`: codes that say that an attempt before, whose answer was
        lost, has done it."""
        answer = self.call(replica, who, product, action, parameters)
        if answer.status != 200 and answer.code not in already:
            raise AssertionError(f"{action} {parameters}: {answer}")
        return answer.json()


class Trouble(threading.Thread):
    """Stops, kills and cuts off replicas, one at a time, until told to end."""

    def __init__(self, fleet: Fleet, seed: int, every: float = 2.0):
        super().__init__(daemon=True)
        self.fleet, self.random, self.every = fleet, random.Random(seed), every
        self.ending = threading.Event()
        self.made: dict[str, int] = {}
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.ending.wait(self.random.uniform(0.5, 1.5) * self.every):
                kind = self.random.choice(["pause", "pause", "kill", "cut", "cut"])
                getattr(self, kind)()
                self.made[kind] = self.made.get(kind, 0) + 1
        except BaseException as error:  # noqa: BLE001 - handed to whoever ends this
            self.failure = error

    def pause(self) -> None:
        """Stops a replica in whatever it does, and lets it go on."""
        process = self.random.choice(self.fleet.servers).process
        process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.2, 1.5))
        process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        server = self.random.choice(self.fleet.servers)
        server.kill()
        server.start()

    def cut(self) -> None:
        """Ends every connection of every replica to the database."""
        with psycopg.connect(self.fleet.database.server_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (self.fleet.database.name,),
            )

    def end(self) -> None:
        self.ending.set()
        self.join()
        if self.failure is not None:
            raise self.failure
