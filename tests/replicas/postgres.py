"""PostgreSQL clusters of these tests' own, which may be killed: made, started, copied to standbys, promoted.

They listen on a loopback port each, run as an unprivileged user, keep everything in a temporary directory, and write
to disk as a real one does: what is acknowledged must survive SIGKILL. A `Switch` stands between the replicas and the
clusters, as a virtual address would, so that a switch-over needs no change of the replicas' settings.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psycopg

from fleet import Fleet  # noqa: F401 - makes the clients' harness known
from harness import PostgresDatabase, free_port

USER = "rampart"


def tools() -> Path:
    """Where all of them are together: one of them in PATH may be a link."""
    found = shutil.which("pg_basebackup")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "pg_ctl", "pg_basebackup")):
            return place
    raise AssertionError("no PostgreSQL: run tests/setup.sh")


def unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
            return name
        except KeyError:
            continue
    raise AssertionError("no user that PostgreSQL could run as")


def run(*command: str, cwd: Path) -> None:
    user = unprivileged()
    with tempfile.TemporaryFile() as output:
        # To a file: a server that stays would hold a pipe open.
        done = subprocess.run(command, user=user, group=user and pwd.getpwnam(user).pw_gid, cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=output, stderr=output, timeout=120, check=False)
        if done.returncode != 0:
            output.seek(0)
            raise AssertionError(f"{command} gave {done.returncode}:\n{output.read().decode(errors='replace')}")


class Cluster:
    """One PostgreSQL server with its data."""

    def __init__(self, home: Path, name: str):
        self.home, self.name = home, name
        self.data, self.port = home / name, free_port()

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    @classmethod
    def new(cls, name: str = "primary") -> "Cluster":
        # Short: the path of a socket may have 107 bytes at most.
        home = Path(tempfile.mkdtemp(prefix="rampart-pg-", dir="/tmp"))
        user = unprivileged()
        if user:
            shutil.chown(home, user)
        cluster = cls(home, name)
        run(str(tools() / "initdb"), "--pgdata", str(cluster.data), "--username", USER, "--auth", "trust", "--encoding", "UTF8",
            "--locale", "C.UTF-8", cwd=home)
        return cluster

    def configure(self, **settings: str) -> None:
        with (self.data / "postgresql.auto.conf").open("a") as file:
            for name, value in settings.items():
                file.write(f"{name} = '{value}'\n")

    def start(self) -> "Cluster":
        options = (f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c max_connections=200 "
                   "-c wal_level=replica -c max_wal_senders=4 -c hot_standby=on -c shared_buffers=64MB")
        run(str(tools() / "pg_ctl"), "start", "--silent", "--wait", "--pgdata", str(self.data), "--log",
            str(self.home / f"{self.name}.log"), "--options", options, cwd=self.home)
        return self

    def processes(self) -> list[int]:
        """The server's own process and those it has forked."""
        head = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        return [head, *map(int, children)]

    def kill(self) -> None:
        """SIGKILL for the server and all its processes, as a loss of power would."""
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.2)

    def stop(self, mode: str = "immediate") -> None:
        if (self.data / "postmaster.pid").exists():
            subprocess.run([str(tools() / "pg_ctl"), "stop", "--silent", "--mode", mode, "--pgdata", str(self.data)],
                           user=unprivileged(), cwd=self.home, check=False, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def execute(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def standby(self, name: str = "standby") -> "Cluster":
        """A copy that follows this one under that name."""
        copy = Cluster(self.home, name)
        run(str(tools() / "pg_basebackup"), "--pgdata", str(copy.data), "--host", "127.0.0.1", "--port", str(self.port), "--username",
            USER, "--wal-method", "stream", "--checkpoint", "fast", "--write-recovery-conf", cwd=self.home)
        copy.configure(primary_conninfo=f"host=127.0.0.1 port={self.port} user={USER} application_name={name}",
                       synchronous_standby_names="")
        return copy.start()

    def wait_for_standby(self, state: str) -> None:
        deadline = time.monotonic() + 30
        while self.execute("SELECT sync_state FROM pg_stat_replication") != [(state,)]:
            assert time.monotonic() < deadline, self.execute("SELECT application_name, state, sync_state FROM pg_stat_replication")
            time.sleep(0.1)

    def promote(self) -> None:
        run(str(tools() / "pg_ctl"), "promote", "--silent", "--wait", "--pgdata", str(self.data), cwd=self.home)


class Switch(threading.Thread):
    """Hands connections on to the cluster of the moment."""

    def __init__(self, target: Cluster):
        super().__init__(daemon=True)
        self.port = free_port()
        self.target: int | None = target.port
        self.loop = asyncio.new_event_loop()
        self.writers: set[asyncio.StreamWriter] = set()
        self.started = threading.Event()
        self.start()
        assert self.started.wait(10)

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", self.port))
        self.started.set()
        self.loop.run_forever()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.target is None:
                raise ConnectionRefusedError
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        both = {writer, far_writer}
        self.writers |= both
        for end in both:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            except (OSError, asyncio.CancelledError):
                pass
            finally:
                sink.close()

        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        self.writers -= both

    def to(self, target: Cluster | None) -> None:
        """Cuts every connection and sends new ones there."""

        def switch() -> None:
            self.target = target.port if target else None
            for writer in list(self.writers):
                writer.transport.abort()

        self.loop.call_soon_threadsafe(switch)

    def end(self) -> None:
        self.to(None)

        async def drain() -> None:
            self.server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*tasks, return_exceptions=True)
            self.loop.stop()

        asyncio.run_coroutine_threadsafe(drain(), self.loop)
        self.join(5)

    def database(self, cluster: Cluster) -> PostgresDatabase:
        """A new database in the cluster, reached through here."""
        made = PostgresDatabase(cluster.url)
        made.create()
        made.url = made.url.replace(f":{cluster.port}/", f":{self.port}/")
        return made
