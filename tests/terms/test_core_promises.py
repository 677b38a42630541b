"""The terms on packs, credit, prices and hours, kept by the whole sending core at work on a real database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from gateway.accounts import authorisations
from gateway.accounts.words import ForeignPolicy, Notify
from gateway.billing.lots import Grant, expire, grant
from gateway.engine.database import Engine
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Receipt, Refused, Taken
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
from plans.lots import pack_end
from plans.words import LotKind, MessageClass, Origin, Reason
from tests.cast import DELIVERS, Member, alice, alices_branch, bob, grant_more, join, rules_to, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, credit, discrepancies, news, reap, story, work_off

PARIS = ZoneInfo("Europe/Paris")
BELGIAN, REUNION = "+32470123456", "+262692123456"
DAY = timedelta(days=1)


@pytest.fixture
def core() -> Rules:
    """The rules as they ship, on a carrier that answers by heart."""
    return rules_to(ScriptedCarrier.name)


@pytest.fixture
def carrier() -> ScriptedCarrier:
    """It takes everything until told otherwise."""
    return ScriptedCarrier(deduplicates=False)


@pytest.fixture
def dispatcher(engine: Engine, core: Rules, carrier: ScriptedCarrier) -> Dispatcher:
    """Its dispatcher."""
    return Dispatcher(engine, carrier, core)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


async def with_pack_until(engine: Engine, end: datetime, units: int = 10) -> Member:
    """A client whose pack ends at an instant."""

    def unit(connection: Connection) -> Member:
        member = join(connection, engine.stamp(), "dora", 0)
        grant(connection, engine.stamp(), Grant(member.account_id, LotKind.PACK, units, "pack", end))
        return member

    return await engine.write(unit)


async def test_a_pack_can_be_used_for_twelve_months_and_not_a_moment_longer(
    engine: Engine, core: Rules, clock: StoppedClock
) -> None:
    """R22, R23, A11: bought on 28 February 2026 at 15:00, usable to 28 February 2027, 23:59:59; then it is gone."""
    bought = paris("2026-02-28T15:00")
    clock.set(bought)
    member = await with_pack_until(engine, pack_end(bought, core.credit.pack_months, PARIS))
    clock.set(paris("2027-02-28T23:59:59.999999"))
    assert (await send(engine, core, sms(member)))[0].reason is None
    clock.set(paris("2027-03-01T00:00"))
    assert (await send(engine, core, sms(member)))[0].reason is Reason.NO_CREDIT
    await engine.write(lambda connection: expire(connection, engine.stamp()))
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (0, [])


async def test_units_can_be_used_in_the_moment_that_they_are_granted(engine: Engine, core: Rules) -> None:
    """R25: paid by card, the SMS are there at once. R28: until then the account costs nothing and sends nothing."""
    member = await alice(engine, units=0)
    assert (await send(engine, core, sms(member)))[0].reason is Reason.NO_CREDIT
    await grant_more(engine, member, LotKind.PACK, 1)
    assert (await send(engine, core, sms(member)))[0].reason is None


async def test_mail_to_sms_is_tried_with_test_credits_before_any_pack(engine: Engine, core: Rules) -> None:
    """R32, R33: mail-to-SMS needs no fee and no pack; test credits are for nothing else."""
    member = await bob(engine, units=2)
    answers = await send(engine, core, sms(member), sms(member, origin=Origin.CALENDAR), sms(member))
    assert [each.reason for each in answers] == [None, Reason.NO_CREDIT, None]


async def test_a_sub_account_reaches_what_its_parent_has_paid_and_opened(engine: Engine, core: Rules) -> None:
    """R31, article 2: its credit and its authorisations, and no others."""
    parent = await alice(engine, units=3)
    branch = await alices_branch(engine)
    await open_belgium(engine, units_per_part=2)
    answers = await send(engine, core, sms(branch, BELGIAN), sms(branch, REUNION), sms(branch), sms(branch))
    assert [each.reason for each in answers] == [None, Reason.FOREIGN_BLOCKED, None, Reason.NO_CREDIT]
    assert await credit(engine, parent.account_id) == 0


async def test_marketing_outside_its_hours_is_held_not_refused_and_the_client_is_told(
    engine: Engine, core: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """R53, article 6.2: asked for on Friday at 20:00, it leaves on Saturday at 10:00, charged when it was accepted."""
    clock.set(paris("2026-11-27T20:00"))
    member = await alice(engine)
    asked = sms(member, message_class=MessageClass.MARKETING, notify=Notify.FAILURES)
    (answer,) = await send(engine, core, asked)
    opening = paris("2026-11-28T10:00")
    assert (answer.state, answer.reason, answer.held_until) == (
        MessageState.HELD,
        Reason.OUTSIDE_WINDOW,
        opening,
    )
    assert (await news(engine), await credit(engine, member.account_id)) == ([(answer.message_id, News.HELD)], 99)
    clock.set(opening - timedelta(microseconds=1))
    assert (await reap(engine), await work_off(dispatcher)) == (0, 0)
    clock.set(opening)
    assert (await reap(engine), await work_off(dispatcher), len(carrier.sent)) == (1, 1, 1)


async def test_what_was_charged_in_time_is_sent_after_its_pack_has_ended(
    engine: Engine, core: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    """A12: accepted on Saturday at 20:30, held to Monday 08:00; the pack ended on Saturday at midnight."""
    clock.set(paris("2026-11-28T20:30"))
    member = await with_pack_until(engine, paris("2026-11-29T00:00"))
    (answer,) = await send(engine, core, sms(member, message_class=MessageClass.MARKETING))
    clock.set(paris("2026-11-30T08:00"))
    await engine.write(lambda connection: expire(connection, engine.stamp()))
    assert (await reap(engine), await work_off(dispatcher)) == (1, 1)
    told = await story(engine, answer.message_id)
    assert (told.line.state, [each.lot for each in told.ledger]) == (MessageState.SUBMITTED, ["pack"])
    assert await discrepancies(engine) == []


async def test_units_that_come_back_after_their_pack_has_ended_live_on(
    engine: Engine, core: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """A13: 3 units, 2 of A and 1 of B, fail after A has ended: 1 back to B, 2 in a new lot for 30 days."""
    member = await with_pack_until(engine, clock.now() + DAY, units=2)
    await grant_more(engine, member, LotKind.PACK, 1, 60 * DAY)
    carrier.answers[DELIVERS] = NotSent("no link")
    (answer,) = await send(engine, core, sms(member, text="a" * 459))
    clock.advance(DAY)
    await work_off(dispatcher)
    assert (await story(engine, answer.message_id)).line.reason is Reason.CARRIER_UNAVAILABLE
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (3, [])
    clock.advance(30 * DAY)
    await engine.write(lambda connection: expire(connection, engine.stamp()))
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (1, [])


@pytest.mark.parametrize(
    ("answer", "receipt", "left"),
    [
        (Refused("no", Reason.CARRIER_REJECTED), None, 100),
        (NotSent("no link"), None, 100),
        (InDoubt("no answer"), None, 100),
        (Taken("ref"), MessageState.FAILED, 99),
        (Taken("ref"), MessageState.EXPIRED, 99),
        (Taken("ref"), MessageState.DELIVERED, 99),
        (Taken("ref"), None, 99),
    ],
)
async def test_what_never_reached_the_network_comes_back_and_what_it_took_does_not(
    engine: Engine,
    core: Rules,
    dispatcher: Dispatcher,
    carrier: ScriptedCarrier,
    clock: StoppedClock,
    *,
    answer: Outcome,
    receipt: MessageState | None,
    left: int,
) -> None:
    """A14, R30: refused, outage and silence are refunded; accepted and then undelivered is not (article 6.1)."""
    member = await alice(engine)
    carrier.answers[DELIVERS] = answer
    await send(engine, core, sms(member))
    for _ in range(3):
        await reap(engine)
        await work_off(dispatcher)
        clock.advance(2 * DAY)
    carrier.receipts = [Receipt("ref", receipt, "000", clock.now())] if receipt else []
    await dispatcher.collect_once()
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (left, [])


async def test_abroad_is_blocked_until_it_is_opened_at_its_price(engine: Engine, core: Rules) -> None:
    """R67, R68, R70: also the overseas territories, which are destinations of their own."""
    member = await alice(engine)
    blocked = await send(engine, core, sms(member, BELGIAN), sms(member, REUNION))
    await open_belgium(engine, units_per_part=4)
    (opened,) = await send(engine, core, sms(member, BELGIAN, text="a" * 161))
    assert ([each.reason for each in blocked], opened.units) == ([Reason.FOREIGN_BLOCKED] * 2, 8)


async def test_sending_abroad_without_authorisation_costs_a_surcharge_where_it_is_not_blocked(
    engine: Engine, core: Rules
) -> None:
    """R69: the published price and the surcharge, for every part."""
    member = await alice(engine, foreign_policy=ForeignPolicy.SURCHARGE)
    (answer,) = await send(engine, core, sms(member, BELGIAN, text="a" * 161))
    assert answer.units == 2 * (core.rates.published("BE") + core.rates.surcharge)


async def test_the_stop_text_is_sent_counted_and_charged(
    engine: Engine, core: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    """A21, R57: 150 characters of marketing and the 14 of the mention are 2 SMS; an alert says it where asked to."""
    plain = await alice(engine)
    saying = await engine.write(lambda connection: join(connection, engine.stamp(), "erin", 10, stop_in_alerts=True))
    answers = await send(
        engine,
        core,
        sms(plain, text="a" * 150, message_class=MessageClass.MARKETING),
        sms(plain, text="a" * 150),
        sms(saying, text="a" * 150),
    )
    assert [each.units for each in answers] == [2, 1, 2]
    await work_off(dispatcher)
    said = {each.reference: each.body.endswith(" STOP au 36000") for each in carrier.sent}
    assert [said[str(each.message_id)] for each in answers] == [True, False, True]
    assert await discrepancies(engine) == []


async def open_belgium(engine: Engine, units_per_part: int) -> None:
    await engine.write(
        lambda connection: authorisations.open_country(
            connection, engine.stamp(), "tests", account="alice", country="BE", units_per_part=units_per_part
        )
    )
