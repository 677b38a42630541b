"""What HTTP itself says about a message."""

import pytest

from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.http.verdicts import by_status, parsed, verdict
from gateway.sms.carriers.port import InDoubt, NotSent, Refused
from plans.words import Reason

REFUSED = Reason.CARRIER_REJECTED


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (301, AccountTrouble("301")),
        (400, Refused("400", REFUSED)),
        (401, AccountTrouble("401")),
        (402, AccountTrouble("402")),
        (403, AccountTrouble("403")),
        (404, AccountTrouble("404")),
        (408, NotSent("408")),
        (422, Refused("422", REFUSED)),
        (429, NotSent("429", throttled=True)),
        (500, InDoubt("500")),
        (503, InDoubt("503")),
        (204, InDoubt("204")),
    ],
)
def test_a_status_alone_says_whose_fault_it_is(status: int, meant: Verdict) -> None:
    assert verdict(by_status(status), str(status), HttpAnswer(status, {}, b"")) == meant


def test_how_long_to_wait_is_taken_from_the_answer() -> None:
    answer = HttpAnswer(429, {"retry-after": "90"}, b"")
    assert verdict(by_status(429), "429", answer) == NotSent("429", 90.0, throttled=True)


def test_a_code_fits_its_column() -> None:
    assert verdict(by_status(400), "x" * 50, HttpAnswer(400, {}, b"")) == Refused("x" * 20, REFUSED)


@pytest.mark.parametrize("body", [b"", b"[1]", b"<xml/>", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_object_says_nothing(body: bytes) -> None:
    assert parsed(body) == {}
