"""Invoicing runs that are killed: no gap, no duplicate, no double charge. The long loop is in ``tests/crash``."""

from tests.crash.invoicing_loop import PERIODS, Findings, run
from tests.crash.stage import at_once


def test_runs_that_are_killed_leave_no_gap_no_duplicate_and_no_double_charge(database_url: str, backend: str) -> None:
    """Two at once on PostgreSQL; an SQLite file serves one process, in which two loops renew side by side."""
    found = run(database_url, clients=40, kills=3, at_once=at_once(backend), seed=2026)
    assert found == Findings(PERIODS * 40, gaps=0, doubled=0, missing=0, charged_otherwise=0, paid_otherwise=0)
