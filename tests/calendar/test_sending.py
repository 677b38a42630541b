"""The name under which a reminder is handed to the one door: it outlives versions, for the same SMS goes once."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.reminders import DueReminder
from gateway.calendar.sending import dedup_key


@dataclass(frozen=True)
class Named:
    """What of a reminder its name is made of."""

    uid: str
    original_start: str
    recipient: str
    offset_key: str
    round: int


@given(uid=st.text(), original_start=st.text(max_size=20), offset_key=st.text(), number=st.integers(0, 9))
def test_the_name_of_a_reminder_is_the_digest_of_what_it_is_in_json(
    uid: str, original_start: str, offset_key: str, number: int
) -> None:
    named = [uid, original_start, "+33639981234", offset_key, number]
    key = dedup_key(cast("DueReminder", Named(uid, original_start, "+33639981234", offset_key, number)))
    assert key == sha256(json.dumps(named).encode()).hexdigest()
