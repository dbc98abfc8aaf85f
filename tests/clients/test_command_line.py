"""The operator's side: the first start, `rampart call`, accounts and keys on the command line."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
import textwrap

import pytest

from harness import PostgresDatabase, Server, binary, unique
from raw import Credentials


def client_environment(server) -> dict[str, str]:
    """The variables that the vendor's own tools read."""
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": server.root_key.key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": server.root_key.secret,
    }


def endpoint(server) -> tuple[str, str]:
    return "--endpoint", f"http://{server.host}"


def test_call_with_keys_from_the_environment(server):
    text = server.cli("call", "sts", "GetCallerIdentity", *endpoint(server), environment=client_environment(server))
    assert json.loads(text)["AccountId"] == server.account_id


def test_call_tells_an_error_by_its_exit_code(server):
    done = server.run_cli(
        "call", "ram", "GetRole", f"RoleName={unique('absent')}", *endpoint(server),
        environment=client_environment(server),
    )
    assert done.returncode != 0
    assert "EntityNotExist.Role" in done.stdout + done.stderr
    assert server.root_key.secret not in done.stdout + done.stderr


def test_accounts_are_made_while_the_server_runs(server):
    """As README writes it, with the data directory behind the command."""
    made = json.loads(server.cli("account", "create", "--data-dir", str(server.data_dir), "--format", "json"))
    server.never_logged.add(made["AccessKeySecret"])
    key = Credentials(made["AccessKeyId"], made["AccessKeySecret"])
    answer = server.raw("acs3", key, "sts", "GetCallerIdentity")
    assert answer.status == 200
    assert answer.json()["Arn"] == f"acs:ram::{made['AccountId']}:root"


def test_key_generate_prints_32_bytes_in_base64(server):
    first, second = (server.cli("key", "generate").strip() for _ in range(2))
    assert first != second
    assert len(base64.b64decode(first, validate=True)) == 32


def test_the_control_socket_is_the_owners_alone(server):
    mode = stat.S_IMODE(os.stat(server.data_dir / "control.sock").st_mode)
    assert mode == 0o600


@pytest.fixture
def first_start(tmp_path):
    """A server that chooses its own account and keys, as a newcomer's does."""

    class Newcomer(Server):
        def environment(self):
            return {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}

    running = Newcomer(tmp_path, None).start()
    made = json.loads((running.data_dir / "root-credentials.json").read_text())
    running.never_logged |= {value for name, value in made.items() if "Secret" in name}
    yield running, made
    running.stop()
    running.check_log()


def test_the_first_start_leaves_credentials_that_work(first_start):
    server, made = first_start
    assert stat.S_IMODE(os.stat(server.data_dir / "root-credentials.json").st_mode) == 0o600
    assert stat.S_IMODE(os.stat(server.data_dir / "master.key").st_mode) == 0o600
    key = Credentials(made["AccessKeyId"], made["AccessKeySecret"])
    answer = server.raw("rpc", key, "sts", "GetCallerIdentity")
    assert answer.status == 200
    assert answer.json()["AccountId"] == made["AccountId"]


def pasted(server, program: list[str]) -> str:
    """Runs what the first start printed, as somebody who pastes it: with the server's binary in PATH and nothing else."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
    environment["PATH"] = f"{binary().parent}:{environment['PATH']}"
    done = subprocess.run(
        program, env=environment, cwd=server.directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{program}\n{done.stderr}"
    return done.stdout


def test_the_line_printed_at_the_first_start_works_when_pasted(first_start):
    server, made = first_start
    assert str(server.data_dir / "root-credentials.json") in server.log(), "the log does not say where they are"
    command = next(line.strip() for line in server.log().splitlines() if " call sts GetCallerIdentity" in line)
    assert made["AccountId"] in pasted(server, ["bash", "-c", command])


def test_the_snippet_printed_at_the_first_start_works_when_pasted(first_start):
    server, made = first_start
    lines = server.log().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.strip().startswith("import "))
    end = next((number for number, line in enumerate(lines[begin:], begin) if not line.strip()), len(lines))
    program = textwrap.dedent("\n".join(lines[begin:end]))
    assert made["AccountId"] in pasted(server, [sys.executable, "-c", program])


# --- starts that are refused -------------------------------------------------------------------


def refused_start(tmp_path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    server = Server(tmp_path, None)
    done = server.run_cli("serve", "--data-dir", str(server.data_dir), *arguments, environment=environment)
    assert done.returncode != 0, "it started"
    return done.stderr + done.stdout


def test_t22_a_listener_beyond_loopback_without_tls(tmp_path):
    assert "--insecure-plaintext" in refused_start(tmp_path, "--listen", "0.0.0.0:0")


def test_t22_a_root_secret_that_is_too_short(tmp_path):
    secret = "tooshort"
    text = refused_start(
        tmp_path,
        "--listen",
        "127.0.0.1:0",
        environment={
            "RAMPART_ACCOUNT_ID": "1234567890123456",
            "RAMPART_ROOT_ACCESS_KEY_ID": "LTAI5tShortShortShort123",
            "RAMPART_ROOT_ACCESS_KEY_SECRET": secret,
        },
    )
    assert "20" in text and secret not in text


def test_postgres_without_a_master_key(tmp_path):
    database = PostgresDatabase("postgres://nobody@127.0.0.1:1/none")
    assert "--master-key-file" in refused_start(tmp_path, "--listen", "127.0.0.1:0", "--database", database.url)


def test_a_second_process_on_the_same_data(server):
    done = server.run_cli("serve", "--listen", "127.0.0.1:0", "--data-dir", str(server.data_dir))
    assert done.returncode != 0
    assert server.raw("rpc", server.root_key, "sts", "GetCallerIdentity").status == 200
