"""The iCalendar UID in a global object id."""

import pytest

from gateway.calendar.feeds.outlook.uids import shared_uid
from tests.calendar.feeds.outlook.resources import SERIES_UID, occurrence

HEAD = "040000008200E00074C5B7101A82E008"
FOREIGN = b"vCal-Uid\x01\x00\x00\x00" + b"7kukuqrfedlm2f9t@google.com\x00"


def test_an_occurrence_has_the_uid_of_its_series() -> None:
    uid = occurrence("2026-11-27")["iCalUId"]
    assert uid != SERIES_UID
    assert shared_uid(uid) == shared_uid(SERIES_UID) == SERIES_UID


def test_an_invitation_from_elsewhere_has_the_uid_that_it_came_with() -> None:
    size = f"{len(FOREIGN):02X}000000"
    assert shared_uid(HEAD + "07EA0B1B" + "0" * 32 + size + FOREIGN.hex()) == "7kukuqrfedlm2f9t@google.com"


@pytest.mark.parametrize("uid", ["7kukuqrfedlm2f9t@google.com", "", "040000008200"])
def test_what_is_no_global_object_id_is_left_as_it_is(uid: str) -> None:
    assert shared_uid(uid) == uid


@pytest.mark.parametrize("data", ["no hex", FOREIGN[:12].hex() + "FF"])
def test_a_global_object_id_with_odd_data_is_still_one(data: str) -> None:
    uid = HEAD + "07EA0B1B" + "0" * 40 + data
    assert shared_uid(uid) == HEAD + "00000000" + "0" * 40 + data
