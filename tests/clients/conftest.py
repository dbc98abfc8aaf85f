"""Fixtures: a server per module on each database, callers of each generation of the vendor's libraries."""

from __future__ import annotations

import os

import pytest

from harness import PostgresDatabase, Server, root_arn


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request):
    """`None` stands for the embedded database. PostgreSQL is never skipped: without its address the tests fail."""
    if request.param == "sqlite":
        yield None
        return
    url = os.environ.get("RAMPART_TEST_POSTGRES_URL")
    if not url:
        pytest.fail("RAMPART_TEST_POSTGRES_URL is not set; `tests/run.sh clients` brings a server", pytrace=False)
    made = PostgresDatabase(url)
    made.create()
    yield made
    made.drop()


@pytest.fixture(scope="module")
def server(database, tmp_path_factory):
    """The module's server. Tests share it, so each uses names of its own."""
    running = Server(tmp_path_factory.mktemp("server"), database).start()
    yield running
    if running.process is not None:
        running.stop()
    running.check_log()


@pytest.fixture(params=["rpc", "acs3"])
def generation(request):
    """Which of the vendor's two library generations, and so which signature scheme."""
    return request.param


@pytest.fixture(params=["rpc", "acs3"])
def scheme(request):
    """Which of the tests' own signers."""
    return request.param


@pytest.fixture
def root(server, generation):
    """The owner of the first account."""
    return server.root(generation)


@pytest.fixture(scope="module")
def second_account(server):
    """Another account on the same server: its id and its root key."""
    return server.create_account()


@pytest.fixture
def other_root(server, second_account, generation):
    """The owner of the second account."""
    return server.caller(generation, second_account[1])


@pytest.fixture
def own_root_arn(server):
    return root_arn(server.account_id)
