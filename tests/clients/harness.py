"""Starts and stops the server under test, and makes databases for it.

Everything goes through the front door: the binary's command line, its one port, its log. What a test learns that
must never be logged (secrets, tokens, signatures, policy text) is noted in `Server.never_logged` and looked for in
the log when the server is taken down.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import string
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

import raw
from raw import Answer, Credentials
from vendor import GENERATIONS, ApiError

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 20


def binary() -> Path:
    path = Path(os.environ.get("RAMPART_BIN") or REPOSITORY / "target/debug/rampart")
    assert os.access(path, os.X_OK), f"no server at {path}: build it (cargo build) or set RAMPART_BIN"
    return path.resolve()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def random_text(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def account_id() -> str:
    return "1" + random_text(string.digits, 15)


def long_lived_key() -> Credentials:
    letters = string.ascii_letters + string.digits
    return Credentials("LTAI5t" + random_text(letters, 18), random_text(letters, 30))


def unique(prefix: str) -> str:
    """A name that no other test uses: the tests of a module share one server."""
    return f"{prefix}-{secrets.token_hex(4)}"


class PostgresDatabase:
    """A fresh database on the PostgreSQL server that `tests/run.sh` brings."""

    def __init__(self, server_url: str):
        self.server_url = server_url
        self.name = f"rampart_{secrets.token_hex(6)}"
        self.url = urlunsplit(urlsplit(server_url)._replace(path=f"/{self.name}"))

    def create(self) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))

    def drop(self) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))


class Server:
    """One server process over one database; it can be stopped, killed and started again."""

    def __init__(self, directory: Path, database: PostgresDatabase | None):
        self.directory, self.database = directory, database
        self.data_dir = directory / "data"
        self.log_path = directory / "log"
        self.account_id, self.root_key = account_id(), long_lived_key()
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.never_logged: set[str] = {self.root_key.secret}
        if database is not None and urlsplit(database.url).password:
            self.never_logged.add(urlsplit(database.url).password)
        self.master_key_file: Path | None = None
        self.extra_arguments: list[str] = []
        # The most that can be logged: what must never be must not be at any level.
        self.extra_environment: dict[str, str] = {"RAMPART_LOG_LEVEL": "trace"}

    # --- the process -----------------------------------------------------------------------------

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
        return clean | {
            "RAMPART_ACCOUNT_ID": self.account_id,
            "RAMPART_ROOT_ACCESS_KEY_ID": self.root_key.key_id,
            "RAMPART_ROOT_ACCESS_KEY_SECRET": self.root_key.secret,
            **self.extra_environment,
        }

    def arguments(self) -> list[str]:
        arguments = ["serve", "--listen", self.host, "--data-dir", str(self.data_dir)]
        if self.database is not None:
            arguments += ["--database", self.database.url, "--master-key-file", str(self.master_key_path())]
        return arguments + self.extra_arguments

    def master_key_path(self) -> Path:
        if self.master_key_file is None:
            key = self.cli("key", "generate").strip()
            self.master_key_file = self.directory / "given-master.key"
            self.master_key_file.touch(mode=0o600)
            self.master_key_file.write_text(key + "\n")
            self.never_logged.add(key)
        return self.master_key_file

    def start(self) -> "Server":
        assert self.process is None, "already started"
        arguments = [str(binary()), *self.arguments()]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                arguments, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log()}"
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log()}")

    def stop(self) -> None:
        """Asks politely and demands a clean end."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM:\n{self.log()}") from None
        assert code == 0, f"SIGTERM gave exit code {code}:\n{self.log()}"

    def kill(self) -> None:
        """`kill -9`: no chance to write anything more."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def check_log(self) -> None:
        """No secret, token, signature or policy text in the log, whole or in part, plain or percent-encoded."""
        log = self.log()
        assert "panicked" not in log, log
        for secret in self.never_logged:
            middle = secret[len(secret) // 2 - 10 : len(secret) // 2 + 10] if len(secret) > 40 else secret
            for part in {secret, middle, secret[-20:]}:
                for spelling in {part, quote(part, safe=""), raw.enc(part)}:
                    assert spelling not in log, f"{spelling!r} was logged"

    # --- the command line ------------------------------------------------------------------------

    def run_cli(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
        return subprocess.run(
            [str(binary()), *arguments],
            env=clean | (environment or {}),
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def cli(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        done = self.run_cli(*arguments, environment=environment)
        assert done.returncode == 0, f"rampart {' '.join(arguments)} gave {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def create_account(self) -> tuple[str, Credentials]:
        """A second account with its root key, made through the control socket while the server runs."""
        made = json.loads(self.cli("account", "--data-dir", str(self.data_dir), "create", "--format", "json"))
        self.never_logged.add(made["AccessKeySecret"])
        return made["AccountId"], Credentials(made["AccessKeyId"], made["AccessKeySecret"])

    # --- the wire --------------------------------------------------------------------------------

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.address, timeout=5)

    def get(self, path: str) -> Answer:
        connection = self.connection()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def caller(self, generation: str, credentials: Credentials) -> "Caller":
        self.never_logged.add(credentials.secret)
        if credentials.token is not None:
            self.never_logged.add(credentials.token)
        return Caller(self, GENERATIONS[generation](self.host, credentials))

    def root(self, generation: str) -> "Caller":
        return self.caller(generation, self.root_key)

    def signed(self, scheme: str, credentials: Credentials, product: str, action: str, parameters=None, **options):
        """A request signed by the tests' own signer, not sent yet."""
        prepared = raw.SIGNERS[scheme](self.host, credentials, product, action, parameters, **options)
        self.never_logged.add(prepared.signature)
        return prepared

    def raw(self, scheme: str, credentials: Credentials, product: str, action: str, parameters=None, **options) -> Answer:
        return self.signed(scheme, credentials, product, action, parameters, **options).send(self.address)


class Caller:
    """Somebody with a key, calling through one of the vendor's libraries."""

    def __init__(self, server: Server, client):
        self.server, self.client = server, client
        self.generation, self.credentials = client.generation, client.credentials

    def ram(self, action: str, **parameters: object) -> dict:
        return self._call("ram", action, parameters)

    def sts(self, action: str, **parameters: object) -> dict:
        return self._call("sts", action, parameters)

    def ims(self, action: str, **parameters: object) -> dict:
        """Likewise."""
        return self._call("ims", action, parameters)

    def resource_manager(self, action: str, **parameters: object) -> dict:
        """Of the current generation of the libraries only: the tests need no more."""
        return self._call("resourcemanager", action, parameters)

    def _call(self, product: str, action: str, parameters: dict[str, object]) -> dict:
        answer = self.client.call(product, action, parameters)
        for found in secrets_in(answer):
            self.server.never_logged.add(found)
        return answer

    def as_session(self, answer: dict) -> "Caller":
        """The session that an AssumeRole answer describes, with the same generation of the libraries."""
        return self.server.caller(self.generation, session_credentials(answer))

    def assume(self, role_arn: str, session_name: str = "session", **parameters: object) -> "Caller":
        return self.as_session(self.sts("AssumeRole", RoleArn=role_arn, RoleSessionName=session_name, **parameters))

    # What several tests need, in one line each.

    def new_user(self, *policies: str, name: str | None = None) -> tuple[str, "Caller"]:
        """A user with a key, and with custom policies that exist already."""
        name = name or unique("user")
        self.ram("CreateUser", UserName=name)
        for policy in policies:
            self.ram("AttachPolicyToUser", UserName=name, PolicyName=policy, PolicyType="Custom")
        key = self.ram("CreateAccessKey", UserName=name)["AccessKey"]
        return name, self.server.caller(self.generation, Credentials(key["AccessKeyId"], key["AccessKeySecret"]))

    def new_policy(self, *statements: dict, name: str | None = None) -> str:
        name = name or unique("policy")
        self.ram("CreatePolicy", PolicyName=name, PolicyDocument=document(*statements))
        return name

    def new_role(self, *principals: str, policies: tuple[str, ...] = (), name: str | None = None, **more: object) -> str:
        """A role that the given RAM principals are trusted with; answers its ARN."""
        name = name or unique("role")
        role = self.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust(*principals), **more)["Role"]
        for policy in policies:
            self.ram("AttachPolicyToRole", RoleName=name, PolicyName=policy, PolicyType="Custom")
        return role["Arn"]


def secrets_in(value: object) -> list[str]:
    if isinstance(value, dict):
        found = [value[name] for name in ("AccessKeySecret", "SecurityToken") if isinstance(value.get(name), str)]
        return found + [secret for member in value.values() for secret in secrets_in(member)]
    if isinstance(value, list):
        return [secret for member in value for secret in secrets_in(member)]
    return []


def session_credentials(answer: dict) -> Credentials:
    credentials = answer["Credentials"]
    return Credentials(credentials["AccessKeyId"], credentials["AccessKeySecret"], credentials["SecurityToken"])


def allow(action: str | list[str], resource: str | list[str] = "*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action: str | list[str], resource: str | list[str] = "*") -> dict:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def document(*statements: dict) -> str:
    return json.dumps({"Version": "1", "Statement": list(statements)})


def trust(*principals: str) -> str:
    """A trust policy for RAM principals (ARNs of accounts' roots, users and roles)."""
    return json.dumps(
        {
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": list(principals)}}],
        }
    )


def root_arn(account: str) -> str:
    return f"acs:ram::{account}:root"


class Refusal:
    """What `refused` caught: the error as the client library reported it."""

    error: ApiError


class refused:  # noqa: N801 - reads as a word where it is used
    """`with refused("NoPermission", 403) as refusal:` — the call inside must be answered with exactly that."""

    def __init__(self, code: str, status: int):
        self.code, self.status, self.refusal = code, status, Refusal()

    def __enter__(self) -> Refusal:
        return self.refusal

    def __exit__(self, kind, error, traceback) -> bool:
        assert error is not None, f"the call was answered, {self.status} {self.code} was due"
        if not isinstance(error, ApiError):
            return False
        assert (error.status, error.code) == (self.status, self.code), f"{error}"
        assert error.request_id, "an error without a request id"
        self.refusal.error = error
        return True
