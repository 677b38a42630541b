"""The replies to the parts of one SMS become one outcome: a no for good first, then doubt, then another try."""

import pytest

from gateway.settings import config_file
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Refused, Taken
from gateway.sms.carriers.smpp.outcomes import Part, carrier_ref, outcome_of
from gateway.sms.carriers.smpp.session import Answered, NotWritten, Unanswered
from gateway.sms.carriers.smpp.settings import MessageIds
from gateway.sms.carriers.smpp.statuses import read_statuses
from plans.words import Reason

STATUSES = read_statuses(config_file("smpp_status.toml"), "any")

NO, BUSY, BROKEN, WRONG_STATE = (Answered(status, b"") for status in (0x0B, 0x58, 0x08, 0x04))
LOST, WAITED = Unanswered("link"), NotWritten("window")


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        (["1"], Taken("1")),
        (["1", "2", "3"], Taken("1", ("2", "3"))),
        ([NO], Refused("0x0000000B", Reason.CARRIER_REJECTED)),
        (["1", NO, LOST], Refused("0x0000000B", Reason.CARRIER_REJECTED)),
        (["1", LOST, WAITED], InDoubt("link")),
        ([BUSY, LOST], InDoubt("link")),
        ([BUSY], NotSent("0x00000058", throttled=True)),
        ([BUSY, BROKEN], NotSent("0x00000008")),
        ([BROKEN], NotSent("0x00000008")),
        ([WRONG_STATE], NotSent("0x00000004")),
        ([WAITED], NotSent("window", throttled=True)),
        ([NotWritten("link")], NotSent("link")),
        (["1", WAITED, BROKEN], NotSent("0x00000008")),
    ],
)
def test_the_worst_for_good_counts_first(parts: list[Part], outcome: Outcome) -> None:
    assert outcome_of(parts, STATUSES) == outcome


@pytest.mark.parametrize(("body", "ref"), [(b"0a1F\0", "a1f"), (b"\0", "?23/2"), (b"", "?23/2"), (b"0000\0", "0")])
def test_a_part_without_a_name_gets_one_that_no_receipt_has(body: bytes, ref: str) -> None:
    assert carrier_ref(Answered(0, body), "23", 2, MessageIds.DECIMAL_TO_HEX) == ref
