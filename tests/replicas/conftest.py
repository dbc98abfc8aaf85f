"""Fixtures: a database of its own on the tests' PostgreSQL, and a fleet on it."""

from __future__ import annotations

import os

import pytest

from fleet import Fleet  # first: it makes the clients' harness known
from harness import PostgresDatabase


def setting(name: str, default: float) -> float:
    """How long a form of the test runs: `RAMPART_REPLICAS_<name>`, else the short form's figure."""
    return float(os.environ.get(f"RAMPART_REPLICAS_{name}", default))


@pytest.fixture
def database():
    url = os.environ.get("RAMPART_TEST_POSTGRES_URL")
    if not url:
        pytest.fail("RAMPART_TEST_POSTGRES_URL is not set; `tests/run.sh replicas` brings a server", pytrace=False)
    made = PostgresDatabase(url)
    made.create()
    yield made
    made.drop()


@pytest.fixture
def fleet(database, tmp_path):
    made = Fleet(tmp_path, database).start()
    yield made
    made.stop()
    made.check_logs()
