"""What is remembered between two PDUs makes that less is sent twice; what is forgotten does no harm."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.memory import Memory
from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.words import Tag
from tests.clock import MONDAY_MORNING

OUI = ShortMessage(Address(1, 1, "33639981234"), Address(3, 0, "36000"), b"OUI")


def test_parts_that_were_taken_are_known_until_the_whole_is() -> None:
    memory = Memory()
    memory.take("23", 2, "b")
    memory.take("23", 1, "a")
    assert (memory.taken("23"), memory.taken("24")) == ({1: "a", 2: "b"}, {})
    memory.settle("23")
    assert memory.taken("23") == {}


def test_a_part_that_was_answered_late_is_known_and_so_is_its_receipt() -> None:
    memory = Memory()
    memory.answered_late("23", 1, "a")
    assert memory.taken("23") == {1: "a"}
    assert (memory.reference("a"), memory.reference("b")) == ("23", None)


def test_the_oldest_is_forgotten_first() -> None:
    memory = Memory()
    for number in range(20_001):
        memory.take(str(number), 1, "a")
    assert (memory.taken("0"), memory.taken("20000")) == ({}, {1: "a"})


@pytest.mark.parametrize(
    "other",
    [
        OUI._replace(body=b"NON"),
        OUI._replace(source=Address(1, 1, "33639981299")),
        OUI._replace(destination=Address(3, 0, "36001")),
        OUI._replace(data_coding=8),
        OUI._replace(tlvs={Tag.SAR_NUMBER: b"\2"}),
    ],
)
def test_another_content_has_another_name(other: ShortMessage) -> None:
    memory = Memory()
    assert memory.key_of(OUI, MONDAY_MORNING) != memory.key_of(other, MONDAY_MORNING)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(0, 299))  # noqa: DTZ001 - any instant
def test_what_comes_again_within_minutes_is_the_same(at: datetime, seconds: int) -> None:
    memory = Memory()
    assert memory.key_of(OUI, at) == memory.key_of(OUI, at + timedelta(seconds=seconds))


def test_what_is_said_again_later_is_another() -> None:
    memory = Memory()
    first = memory.key_of(OUI, MONDAY_MORNING)
    later = memory.key_of(OUI, MONDAY_MORNING + timedelta(minutes=6))
    assert first != later
    assert len(later) <= 80


def test_after_a_restart_the_clock_tells() -> None:
    assert Memory().key_of(OUI, MONDAY_MORNING) == Memory().key_of(OUI, MONDAY_MORNING + timedelta(minutes=1))
