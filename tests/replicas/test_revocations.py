"""The short form runs in CI; the long one by

    RAMPART_REPLICAS_PAIRS=100000 RAMPART_REPLICAS_SECONDS=7200 tests/run.sh replicas -- test_revocations.py -s

A server built with `--features test-broken-freshness` must fail it: `tests/run.sh broken`.
"""

from __future__ import annotations

import os

import revocations
from conftest import setting
from fleet import Trouble

WORKERS = 4


def test_no_decision_and_no_write_outlives_its_right(fleet):
    wanted, seconds = int(setting("PAIRS", 120)), setting("SECONDS", 600)
    seed = int(setting("SEED", int.from_bytes(os.urandom(4), "big")))
    accounts = [(fleet.account, fleet.root), fleet.servers[0].create_account()]
    trouble = Trouble(fleet, seed, every=setting("TROUBLE_SECONDS", 6))
    trouble.start()
    try:
        tally = revocations.run(fleet.addresses, accounts, wanted, seconds, WORKERS, seed)
    finally:
        trouble.end()
    print(f"\nseed {seed}, trouble {trouble.made}\n{revocations.report(tally)}")
    assert not tally.stale_allows, tally.stale_allows[:5]
    assert not tally.stale_denials, tally.stale_denials[:5]
    assert not tally.unclean, tally.unclean[:5]
    assert tally.pairs >= wanted, "too slow for the time given"
    for account, _ in accounts:
        count, wrong = revocations.writes_without_right(fleet.database.url, account)
        print(f"account {account}: {count} writes of users in the trail")
        assert count > 0
        assert not wrong, wrong[:5]
