"""The one door: what becomes of requests, and what is charged for them."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
from plans.sender_ids import sender_id_rules_from
from plans.words import LotKind, MessageClass, Origin, Reason
from tests.cast import alice, alices_branch, bob, charlie, grant_more, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import credit, discrepancies, news, story


async def test_what_may_be_sent_is_charged_and_queued_at_once(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=100)
    (answer,) = await send(engine, rules, sms(member, text="a" * 161))
    assert (answer.state, answer.parts, answer.units, answer.reason) == (MessageState.QUEUED, 2, 2, None)
    told = await story(engine, answer.message_id)
    assert [(line.kind, line.lot, line.units) for line in told.ledger] == [("charge", "pack of alice", -2)]
    assert told.waiting is not None
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (98, [])


async def test_what_is_refused_is_kept_and_costs_nothing(engine: Engine, rules: Rules) -> None:
    """A refusal is a message too: with its reason, and with what was asked."""
    member = await alice(engine)
    answers = await send(engine, rules, sms(member, "0123456789"), sms(member, "nobody"), sms(member, text=" "))
    reasons = [Reason.NUMBER_LANDLINE, Reason.NUMBER_INVALID, Reason.NO_TEXT]
    assert [(each.state, each.reason, each.units) for each in answers] == [
        (MessageState.REJECTED, reason, 0) for reason in reasons
    ]
    kept = (await story(engine, answers[1].message_id)).line
    assert (kept.to, kept.text, kept.finished_at) == ("nobody", "Rendez-vous demain à 10h", engine.clock.now())
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])


async def test_the_last_units_go_to_those_who_came_first(engine: Engine, rules: Rules) -> None:
    """What the balance cannot cover is refused in the order of arrival; a cheaper one behind still fits."""
    member = await alice(engine, units=4)
    texts = ("a", "a" * 161, "a" * 161, "a", "a")
    answers = await send(engine, rules, *(sms(member, text=text) for text in texts))
    assert [each.reason for each in answers] == [None, None, Reason.NO_CREDIT, None, Reason.NO_CREDIT]
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (0, [])


async def test_a_balance_that_equals_the_price_is_spent_once(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=1)
    first, second = [(await send(engine, rules, sms(member)))[0] for _ in range(2)]
    assert (first.state, second.reason) == (MessageState.QUEUED, Reason.NO_CREDIT)


async def test_a_message_over_two_lots_remembers_both(engine: Engine, rules: Rules) -> None:
    """Test credits burn first, then the pack."""
    member = await bob(engine, units=1)
    pack = await grant_more(engine, member, LotKind.PACK, 10)
    (answer,) = await send(engine, rules, sms(member, text="a" * 161))
    told = await story(engine, answer.message_id)
    assert [(line.lot, line.units) for line in told.ledger] == [("test of bob", -1), ("more", -1)]
    assert told.line.lots == tuple(line.lot_id for line in told.ledger)
    assert told.line.lots[1] == pack


async def test_a_sub_account_spends_the_credit_of_its_parent(engine: Engine, rules: Rules) -> None:
    parent = await alice(engine, units=2)
    branch = await alices_branch(engine)
    answers = await send(engine, rules, sms(branch), sms(parent), sms(branch))
    assert [each.reason for each in answers] == [None, None, Reason.NO_CREDIT]
    assert (await credit(engine, parent.account_id), await credit(engine, branch.account_id)) == (0, 0)
    assert await discrepancies(engine) == []


async def test_a_suspended_account_sends_nothing(engine: Engine, rules: Rules) -> None:
    member = await charlie(engine)
    (answer,) = await send(engine, rules, sms(member))
    assert answer.reason is Reason.ACCOUNT_SUSPENDED


async def test_a_daily_cap_counts_the_accepted_ones_of_the_local_day(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member = await alice(engine)
    request = sms(member, daily_cap=2)
    batch = [request._replace(dedup_key=f"{number:064}") for number in range(6)]
    first = await send(engine, rules, batch[0]._replace(recipient="nobody"), *batch[1:3])
    second = await send(engine, rules, batch[3])
    assert [each.reason for each in first + second] == [Reason.NUMBER_INVALID, None, None, Reason.DAILY_CAP]
    clock.set(clock.now().replace(hour=22, minute=59))  # 23:59 in Paris
    assert (await send(engine, rules, batch[4]))[0].reason is Reason.DAILY_CAP
    clock.set(clock.now().replace(hour=23, minute=0))
    assert (await send(engine, rules, batch[5]))[0].reason is None


async def test_refusals_and_holds_are_told_to_those_who_want_news(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    clock.set(clock.now().replace(hour=20))  # 21:00 in Paris: marketing waits
    member = await alice(engine)
    refused, held, sent, unheard = await send(
        engine,
        rules,
        sms(member, "nobody", notify=Notify.FAILURES),
        sms(member, message_class=MessageClass.MARKETING, notify=Notify.FAILURES),
        sms(member, notify=Notify.ALL),
        sms(member, "nobody", notify=Notify.NONE),
    )
    assert (refused.state, held.state, sent.state) == (
        MessageState.REJECTED,
        MessageState.HELD,
        MessageState.QUEUED,
    )
    assert unheard.state is MessageState.REJECTED
    assert await news(engine) == [(refused.message_id, News.REFUSED), (held.message_id, News.HELD)]


async def test_low_credit_is_told_once_when_the_mark_is_passed(engine: Engine, rules: Rules) -> None:
    member = await alice(engine, units=6, low_credit_units=5)
    for _ in range(4):
        await send(engine, rules, sms(member))
    assert await news(engine) == [(0, News.LOW_CREDIT)]


@pytest.mark.parametrize(
    "text", ["nul \0 here", "half a pair \ud83d", "e\u0301" * 100, "a" * 10_000_000, "ç" * 1_000_000, "\0"]
)
async def test_no_text_can_stop_the_batch_that_it_is_in(engine: Engine, rules: Rules, text: str) -> None:
    """What databases cannot keep is left out, and what no message can hold is refused without being read to its end."""
    member = await alice(engine)
    answers = await send(engine, rules, sms(member), sms(member, text=text), sms(member, "0" * 10_000 + "\0"))
    assert answers[0].state is MessageState.QUEUED
    assert len((await story(engine, answers[1].message_id)).line.text) <= 39_015
    assert await discrepancies(engine) == []


async def test_a_request_of_an_account_that_does_not_exist_is_a_mistake_of_ours(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    with pytest.raises(KeyError):
        await send(engine, rules, sms(member)._replace(account_id=7))


async def test_test_credits_are_for_mail_to_sms_alone(engine: Engine, rules: Rules) -> None:
    member = await bob(engine)
    answers = await send(engine, rules, *(sms(member, origin=origin) for origin in Origin))
    assert [each.reason for each in answers] == [
        None if origin is Origin.EMAIL else Reason.NO_CREDIT for origin in Origin
    ]


async def test_a_text_is_never_written_to_a_log(engine: Engine, rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    member = await alice(engine)
    with caplog.at_level("DEBUG"):
        await send(engine, rules, sms(member, text="secret words"), sms(member, "0123456789", text="secret words"))
    assert "secret" not in caplog.text
    assert "123456789" not in caplog.text


async def test_a_message_keeps_the_sender_id_that_its_phone_shows(engine: Engine, rules: Rules) -> None:
    """Where the country wants no name, the carrier's own number takes its place; the preview says so."""
    member = await alice(engine)
    no_names = {"name": "FR", "since": date(2020, 1, 1), "kinds": ["number"], "otherwise": "replace"}
    there = replace(rules, sender_ids=sender_id_rules_from({"country": [no_names]}))
    (answer,) = await send(engine, there, sms(member, display="Clinic"))
    assert (await story(engine, answer.message_id)).display is None
    (named,) = await send(engine, rules, sms(member, display="Clinic"))
    assert (await story(engine, named.message_id)).display == "Clinic"
