"""A batch is judged as its messages would be one after the other: what some share leaks to no other."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.accounts.words import Encoding
from gateway.engine.database import Engine
from gateway.engine.seals import Seals
from gateway.sms import optouts
from gateway.sms.judgement import Judged, judge
from gateway.sms.policy import Refuse, Rules
from gateway.sms.request import SmsRequest
from gateway.sms.routes import Route
from gateway.sms.stop_links import StopLinks
from gateway.sms.words import Source
from plans.words import MessageClass, Origin
from tests.cast import Member, alice, alices_branch, bob, charlie, sms
from tests.clock import StoppedClock
from tests.databases import ON_SQLITE

#: Of the sandbox, of France and its overseas, of others, and no numbers at all.
PHONES = ("+33639980001", "+33639980002", "0612345678", "+33612345679", "+262692123456", "+12025550123", "12", "")
TEXTS = ("", "Bonjour", "100 % {sûr}, 'dit'-elle \\ \"non\"", "\0é\ud800", "Поздравляем 🎉", "long " * 80)
SENDERS = (None, "Cabinet", "+33612345600", "Bad!")


@pytest.fixture
def mixed(rules: Rules) -> Rules:
    """With STOP links, and a route that takes alerts of one kind of sender alone."""
    narrow = Route("narrow", frozenset({"US"}), frozenset({MessageClass.ALERT}), accounts=frozenset({"alice"}))
    links = StopLinks("https://sms.example", Seals([bytes(32)]))
    routes = (Route("scripted", frozenset({"FR", "RE"})), Route("scripted", fictional=True), narrow)
    return replace(rules, routes=routes, links=links)


@pytest.fixture
async def members(engine: Engine) -> list[Member]:
    """Active, on trial, suspended, and a branch; some phones silence one voice, some the client."""
    found = [await alice(engine), await bob(engine), await charlie(engine), await alices_branch(engine)]
    first, second, *_ = found
    stops = (
        (first.account_id, PHONES[0], str(first.sender.sender_id)),
        (first.account_id, PHONES[3], Origin.CALENDAR.value),
        (second.account_id, PHONES[0], ""),
    )
    for account_id, phone, voice in stops:
        said = partial(optouts.stop, account_id=account_id, recipient=phone, voice=voice, source=Source.SMS)
        await engine.write(partial(said, stamp=engine.stamp()))
    return found


asked = st.fixed_dictionaries(
    {
        "who": st.integers(0, 3),
        "recipient": st.sampled_from(PHONES),
        "text": st.sampled_from(TEXTS),
        "message_class": st.sampled_from(MessageClass),
        "origin": st.sampled_from(Origin),
        "encoding": st.sampled_from(Encoding),
        "display": st.sampled_from(SENDERS),
        "max_parts": st.sampled_from((1, 255)),
        "by_sender": st.booleans(),
        "daily_cap": st.sampled_from((None, 2)),
    }
)


@ON_SQLITE
@given(batch=st.lists(asked, max_size=30), late=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_a_batch_is_judged_as_its_messages_one_by_one(
    engine: Engine,
    mixed: Rules,
    clock: StoppedClock,
    members: list[Member],
    batch: list[dict[str, Any]],
    *,
    late: bool,
) -> None:
    requests = {number: _request(members, **each) for number, each in enumerate(batch)}
    now = clock.now() + timedelta(hours=11 * late)
    together = await engine.read(partial(judge, now=now, rules=mixed, requests=requests))
    assert together == await _one_by_one(engine, mixed, now, requests)


async def _one_by_one(engine: Engine, rules: Rules, now: datetime, requests: dict[int, SmsRequest]) -> list[Judged]:
    """Each alone, with what the others before it have left of its sender's day."""
    found, accepted = [], Counter[tuple[int, int]]()
    for number, request in requests.items():
        sender = request.account_id, request.sender_id
        cap = None if request.daily_cap is None else max(0, request.daily_cap - accepted[sender])
        alone = {number: request._replace(daily_cap=cap)}
        (judged,) = await engine.read(partial(judge, now=now, rules=rules, requests=alone))
        accepted[sender] += cap is not None and not isinstance(judged.verdict, Refuse)
        found.append(judged._replace(request=request))
    return found


def _request(members: list[Member], who: int, *, by_sender: bool, **fields: Any) -> SmsRequest:
    member = members[who]
    return sms(member, sender_id=member.sender.sender_id if by_sender else 0, **fields)
