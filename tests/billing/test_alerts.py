"""Clients are warned of units that end and of credit that runs low, each cause once; some have packs ordered."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select

from gateway.accounts.refusals import Refused
from gateway.billing.alerts import next_warning, warn
from gateway.billing.customers import note_profile
from gateway.billing.invoice_tables import payment_method
from gateway.billing.issued import Issued, of_account
from gateway.billing.methods import note_method
from gateway.billing.selling_tables import auto_top_up, billing_letter
from gateway.billing.settling import Receipt, pay
from gateway.billing.standing import accept_terms
from gateway.billing.top_ups import TopUp, set_top_up, top_up
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from plans.orders import PaymentMeans
from plans.words import LotKind
from tests.billing.buyers import CLINIC, RULES, card
from tests.cast import Member, alice, grant_more, join, send, shipped_rules, sms
from tests.clock import StoppedClock

DAY = timedelta(days=1)
SENDING = shipped_rules()
START = StoppedClock().now()


async def client(engine: Engine, units: int = 0, low_credit_units: int = 0) -> Member:
    """Alice's clinic, with billing details and a card."""
    member = await alice(engine, units, low_credit_units=low_credit_units)

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        note_profile(connection, member.account_id, CLINIC)
        note_method(connection, stamp, member.account_id, card(member.account_id))
        version = RULES.terms_version(RULES.today(stamp.now))
        accept_terms(connection, stamp, "tests", RULES, account_id=member.account_id, version=version)
        connection.execute(delete(billing_letter))

    await engine.write(unit)
    return member


async def warned(engine: Engine) -> list[Any]:
    """The kinds, with days or units, of the letters that were written now."""

    def unit(connection: Connection) -> list[Any]:
        warn(connection, engine.stamp(), RULES)
        row = billing_letter.c
        letters = connection.execute(select(row.kind, row.facts).order_by(row.letter_id)).all()
        connection.execute(delete(billing_letter))
        return [(kind, facts.get("days", facts["units"])) for kind, facts in letters]

    return await engine.write(unit)


async def test_the_end_of_a_lot_is_told_thirty_seven_and_one_days_before(engine: Engine, clock: StoppedClock) -> None:
    member = await client(engine)
    await grant_more(engine, member, LotKind.PACK, 5, 31 * DAY)
    await grant_more(engine, member, LotKind.TEST, 5, 31 * DAY)
    told = []
    for _ in range(64):
        if await warned(engine):
            told.append((START + 31 * DAY - clock.now()) / DAY)
        clock.advance(timedelta(hours=12))
    assert told == [30, 7, 1]


async def test_after_a_standstill_only_the_closest_warning_is_written(engine: Engine, clock: StoppedClock) -> None:
    member = await client(engine)
    await grant_more(engine, member, LotKind.PACK, 5, 31 * DAY)
    assert await engine.read(lambda connection: next_warning(connection, clock.now(), RULES)) == START + DAY
    clock.advance(25 * DAY)
    assert [await warned(engine), await warned(engine)] == [[(LetterKind.LOT_ENDS, 7)], []]
    clock.advance(7 * DAY)
    assert await warned(engine) == []


async def test_low_credit_is_told_once_until_it_has_risen(engine: Engine) -> None:
    member = await client(engine, units=3, low_credit_units=3)
    assert await warned(engine) == []
    await send(engine, SENDING, sms(member))
    assert [await warned(engine), await warned(engine)] == [[(LetterKind.LOW_CREDIT, 2)], []]
    await grant_more(engine, member, LotKind.PACK, 1, 300 * DAY)
    assert await warned(engine) == []
    await send(engine, SENDING, sms(member))
    assert await warned(engine) == [(LetterKind.LOW_CREDIT, 2)]


async def set_up(engine: Engine, member: Member, wanted: TopUp | None) -> None:
    await engine.write(
        lambda connection: set_top_up(
            connection, engine.stamp(), "tests", RULES, account_id=member.account_id, wanted=wanted
        )
    )


async def topped_up(engine: Engine) -> int:
    return len(await engine.write(lambda connection: top_up(connection, engine.stamp(), RULES)))


async def paid(engine: Engine, member: Member) -> None:
    """The newest order is paid by card."""

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        issued: Issued = max(of_account(connection, member.account_id), key=lambda each: each.number)
        ref = f"ref {issued.number}"
        which = (issued.account_id, issued.invoice_id, PaymentMeans.CARD, ref, issued.document.due, stamp.now)
        pay(connection, stamp, RULES, Receipt(*which))

    await engine.write(unit)


ONCE = TopUp("PACK-1000", below_units=1_001, most_a_month=2)


async def test_a_pack_is_ordered_when_credit_is_low_and_none_is_on_its_way(engine: Engine) -> None:
    """Never again before the first one is paid, and never more often than the client allowed in a month."""
    member = await client(engine)
    await set_up(engine, member, ONCE)
    assert [await topped_up(engine), await topped_up(engine)] == [1, 0]
    await paid(engine, member)
    assert await topped_up(engine) == 1
    await set_up(engine, member, replace(ONCE, below_units=10**6))
    await paid(engine, member)
    assert await topped_up(engine) == 0


async def test_nothing_is_ordered_while_a_payment_is_late(engine: Engine, clock: StoppedClock) -> None:
    member = await client(engine)
    await set_up(engine, member, ONCE)
    assert await topped_up(engine) == 1
    clock.advance(40 * DAY)
    assert await topped_up(engine) == 0


async def test_who_withdrew_its_wish_or_its_card_is_left_alone(engine: Engine) -> None:
    member = await client(engine)
    await set_up(engine, member, ONCE)
    await engine.write(lambda connection: connection.execute(delete(payment_method)).rowcount)
    assert await topped_up(engine) == 0
    with pytest.raises(Refused, match="no card"):
        await set_up(engine, member, ONCE)
    await set_up(engine, member, None)
    assert await topped_up(engine) == 0


async def test_those_who_cannot_pay_stand_in_nobodys_way(engine: Engine) -> None:
    def unit(connection: Connection) -> None:
        for each in range(100):
            poor = join(connection, engine.stamp(), f"poor-{each}", 0)
            connection.execute(insert(auto_top_up).values(account_id=poor.account_id, **asdict(ONCE)))

    await engine.write(unit)
    await set_up(engine, await client(engine), ONCE)
    assert await topped_up(engine) == 1


@pytest.mark.parametrize("wrong", [{"pack": "PACK-7"}, {"below_units": 0}, {"most_a_month": 0}, {"most_a_month": 99}])
async def test_an_impossible_top_up_is_refused(engine: Engine, wrong: dict[str, Any]) -> None:
    member = await client(engine)
    with pytest.raises(Refused):
        await set_up(engine, member, replace(ONCE, **wrong))
