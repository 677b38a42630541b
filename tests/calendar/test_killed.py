"""Whoever reads calendars and sends reminders may be killed at any moment; ``calendar_loop`` does it for long."""

from tests.crash.reminder_loop import Findings, run
from tests.crash.stage import at_once


def test_no_reminder_is_lost_none_doubled_and_none_sent_about_what_was_cancelled(
    database_url: str, backend: str
) -> None:
    """Two processes at once on PostgreSQL; an SQLite file serves one, in which two workers send side by side."""
    found = run(database_url, events=200, kills=3, at_once=at_once(backend), seed=2026)
    assert found == Findings(200, lost=0, doubled=0, wrong=0, astray=0, discrepancies=0)
