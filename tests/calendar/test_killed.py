"""Whoever reads calendars and sends reminders may be killed at any moment; ``calendar_loop`` does it for long."""

from sqlalchemy import make_url

from tests.crash.reminders import Findings, run


def test_no_reminder_is_lost_none_doubled_and_none_sent_about_what_was_cancelled(database_url: str) -> None:
    """Two processes at once on PostgreSQL; an SQLite file serves one, in which two workers send side by side."""
    at_once = 1 if make_url(database_url).get_backend_name() == "sqlite" else 2
    found = run(database_url, events=200, kills=3, at_once=at_once, seed=2026)
    assert found == Findings(200, lost=0, doubled=0, wrong=0, astray=0, discrepancies=0)
