"""An outage is told once, and once that it is over."""

import pytest

from gateway.engine.outage import Outage


def test_an_outage_is_one_line_however_many_units_it_costs_and_its_end_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage("writer")
    for _ in range(100):
        outage.fails(3, "the disk of the database is full (SQLITE_FULL)")
    outage.works()
    outage.works()
    assert caplog.messages == [
        "writer: the disk of the database is full (SQLITE_FULL); what needs it is put off or refused until it is back",
        "writer: the database is back; meanwhile 300 units of work failed",
    ]


def test_failures_that_come_and_go_are_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("writer")
    for _ in range(100):
        outage.fails(1, "no room")
        outage.works()
    assert len(caplog.messages) == 2
