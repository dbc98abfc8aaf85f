"""README's examples, run as they stand there, with this test's address, account and keys in the place of the invented ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from harness import REPOSITORY, Server, allow, binary, root_arn
from raw import Credentials

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(kind, text) for kind, text in BLOCK.findall((REPOSITORY / "README.md").read_text())]
INVENTED_ACCOUNT = "1234567890123456"


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


@pytest.fixture
def server(tmp_path):
    """Its data directory is the one that commands take where none is named: `./rampart-data`."""
    running = Server(tmp_path, None)
    running.data_dir = tmp_path / "rampart-data"
    # `rampart call` finds root's credentials in the file that a first start with keys of its own choosing leaves.
    running.environment = lambda: {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
    running.start()
    yield running
    running.stop()


def paste(server, program: list[str], **variables: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
    environment |= {"PATH": f"{binary().parent}:{environment['PATH']}"} | variables
    return subprocess.run(
        program, env=environment, cwd=server.directory, capture_output=True, text=True, timeout=60, check=False
    )


def made(server) -> dict:
    return json.loads((server.data_dir / "root-credentials.json").read_text())


def test_the_main_job_by_hand(server):
    by_root, by_alice = blocks("sh")
    account = made(server)["AccountId"]
    done = paste(server, ["bash", "-e", "-c", by_root.replace(INVENTED_ACCOUNT, account)])
    assert done.returncode == 0, done.stdout + done.stderr
    key = dict(re.findall(r'"(AccessKeyId|AccessKeySecret)": ?"([^"]+)"', done.stdout))
    lines = [line for line in by_alice.splitlines() if "…" not in line]
    done = paste(
        server,
        ["bash", "-e", "-c", f"account={account}\n" + "\n".join(lines)],
        ALIBABA_CLOUD_ACCESS_KEY_ID=key["AccessKeyId"],
        ALIBABA_CLOUD_ACCESS_KEY_SECRET=key["AccessKeySecret"],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    session = dict(re.findall(r'"(AccessKeyId|AccessKeySecret|SecurityToken)": ?"([^"]+)"', done.stdout))
    variables = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": session["AccessKeyId"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": session["AccessKeySecret"],
        "ALIBABA_CLOUD_SECURITY_TOKEN": session["SecurityToken"],
    }
    assert paste(server, ["rampart", "call", "ram", "ListUsers", *endpoint(server)], **variables).returncode == 0
    denied = paste(server, ["rampart", "call", "ram", "CreateUser", "UserName=bob", *endpoint(server)], **variables)
    assert denied.returncode == 1 and "NoPermission" in denied.stdout


def endpoint(server) -> tuple[str, str]:
    return "--endpoint", f"http://{server.host}"


def test_the_python_snippets(server):
    credentials = made(server)
    root = server.caller("acs3", Credentials(credentials["AccessKeyId"], credentials["AccessKeySecret"]))
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    root.new_role(root_arn(credentials["AccountId"]), name="auditor")
    snippets = blocks("python")
    assert len(snippets) == 2
    for snippet in snippets:
        program = snippet.replace(INVENTED_ACCOUNT, credentials["AccountId"]).replace("127.0.0.1:7267", server.host)
        for invented, value in (
            ('access_key_id="…"', f'access_key_id="{user.credentials.key_id}"'),
            ('access_key_secret="…"', f'access_key_secret="{user.credentials.secret}"'),
            ("<AccessKeyId>", user.credentials.key_id),
            ("<AccessKeySecret>", user.credentials.secret),
        ):
            program = program.replace(invented, value)
        done = paste(server, [sys.executable, "-c", program])
        assert done.returncode == 0, f"{program}\n{done.stderr}"
        assert "STS." in done.stdout


def test_the_seed(server):
    (seed,) = blocks("yaml")
    (server.directory / "seed.yaml").write_text(seed)
    (server.directory / "alice.secret").write_text("mZ4qT8vK2xW6yB9nC3rF5sD7gH1jLp\n")
    done = paste(server, ["rampart", "seed", "seed.yaml"], STORAGE_ROOT_SECRET="bN7cV2xZ9mL4kJ8hG3fD6sA1qW5eRt")
    assert done.returncode == 0, done.stdout + done.stderr
    done = paste(server, ["rampart", "seed", "seed.yaml"], STORAGE_ROOT_SECRET="bN7cV2xZ9mL4kJ8hG3fD6sA1qW5eRt")
    assert "0 changes" in done.stdout, done.stdout
