"""The terms on price revisions and on the end of a contract, as they are carried out (articles 4, 6.2, 8, 14)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import AccountState
from gateway.billing import orders, postpaid
from gateway.billing.charges import Charge, charge
from gateway.billing.issued import Issued
from gateway.billing.methods import note_method
from gateway.billing.orders import PackOrder
from gateway.billing.refunds import Refund, refund
from gateway.billing.revisions import Notified, adjust_due, next_adjustment, refuse, revise
from gateway.billing.rules import BillingRules
from gateway.billing.running import running
from gateway.billing.selling_tables import billing_letter
from gateway.billing.settling import Receipt, pay
from gateway.billing.standing import accept_terms
from gateway.billing.subscriptions import Subscribe, apply
from gateway.billing.tables import balance
from gateway.billing.termination import Terminated, terminate
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from gateway.sms.audit import audit
from plans.catalogue import Pack, TaxBasis
from plans.dated import Entry, dated
from plans.money import Rate
from plans.orders import PaymentMeans
from plans.periods import Interval
from plans.postpaid import Agreement
from plans.prices import Formula
from plans.words import Origin, Reason
from tests.billing.buyers import RULES, buyer, card
from tests.cast import alices_branch
from tests.clock import StoppedClock
from tests.terms.shop import at, euros

DAY = timedelta(days=1)
DEARER_SINCE = date(2027, 3, 1)


def dearer() -> BillingRules:
    """A pack of 10,000 at 0.050 a unit, at 0.055 from March 2027 on; prices before tax."""
    old, new = (Pack(10_000, euros(net), TaxBasis.EXCL, euros(net), 12) for net in ("500.00", "550.00"))
    history = dated("BIG", [Entry(date(2023, 9, 27), None, old), Entry(DEARER_SINCE, None, new)])
    tiers = dict(RULES.catalogue.tiers)
    first = tiers["SOLO"].entries[0]
    solo = replace(first.value, month=euros("8.99"))
    tiers["SOLO"] = dated("SOLO", [first, Entry(DEARER_SINCE, None, solo)])
    return replace(RULES, catalogue=replace(RULES.catalogue, packs={"BIG": history}, tiers=tiers))


SHOP = dearer()


async def holder(engine: Engine) -> int:
    """A client with a paid pack."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp)
        accept_terms(connection, stamp, "tests", SHOP, account_id=account_id, version="2023-09-27")
        wanted = PackOrder(account_id, "BIG", PaymentMeans.TRANSFER)
        issued = orders.order(connection, stamp, "tests", SHOP, wanted).issued
        means, ref = PaymentMeans.TRANSFER, f"ref {issued.number}"
        pay(connection, stamp, SHOP, Receipt(account_id, issued.invoice_id, means, ref, issued.document.due, stamp.now))
        return account_id

    return await engine.write(unit)


async def use(engine: Engine, account_id: int, units: int) -> int:
    """Charge a message of so many units; its id."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        message_id = stamp.new_id()
        charge(connection, stamp, [Charge(account_id, message_id, units, Origin.API, 0, account_id, "FR")])
        return message_id

    return await engine.write(unit)


async def revised(engine: Engine, item: str = "BIG", since: date = DEARER_SINCE) -> list[Notified]:
    return await engine.write(
        lambda connection: revise(connection, engine.stamp(), "tests", SHOP, item=item, since=since)
    )


async def adjusted(engine: Engine) -> list[Issued]:
    done = await engine.write(lambda connection: adjust_due(connection, engine.stamp(), SHOP))
    return [each for each in done if each]


async def refused(engine: Engine, told: Notified, on: date) -> None:
    which = (told.account_id, told.revision_id)

    def unit(connection: Connection) -> None:
        account_id, revision_id = which
        refuse(
            connection,
            engine.stamp(),
            "tests",
            SHOP,
            account_id=account_id,
            revision_id=revision_id,
            refused_on=on,
        )

    await engine.write(unit)


async def test_a_new_price_is_told_and_applies_after_ten_clear_days(engine: Engine, clock: StoppedClock) -> None:
    """R17, A9, article 4: told on 3 March, it applies on 14 March at midnight; told once."""
    account_id = await holder(engine)
    clock.set(at("2027-03-03T16:00"))
    (told,) = await revised(engine)
    assert (told.account_id, told.revision.applies_on, await revised(engine)) == (account_id, date(2027, 3, 14), [])
    row = billing_letter.c
    of_kind = select(row.facts).where(row.kind == LetterKind.PRICE_REVISED)
    assert await engine.read(lambda connection: connection.scalar(of_kind)) == {
        "item": "BIG",
        "applies_on": "2027-03-14",
        "refuse_until": "2027-03-13",
        "net": "550.00",
    }
    assert await engine.read(lambda connection: next_adjustment(connection, SHOP)) == at("2027-03-14")


@pytest.mark.parametrize("late", [timedelta(0), 40 * DAY], ids=["at once", "after a standstill"])
async def test_a_pack_is_adjusted_by_what_was_unused_when_the_price_took_effect(
    engine: Engine, clock: StoppedClock, late: timedelta
) -> None:
    """R19, A10: 10,000 units at 0.050, now 0.055, 4,000 unused: 20.00 before tax, once, however late the run."""
    account_id = await holder(engine)
    clock.set(at("2027-03-03T16:00"))
    await revised(engine)
    await use(engine, account_id, 6_000)
    clock.set(at("2027-03-13T23:59"))
    assert await adjusted(engine) == []
    clock.set(at("2027-03-14") + late)
    if late:
        await use(engine, account_id, 1_000)
    (issued,) = await adjusted(engine)
    assert (issued.document.net, issued.document.tax) == (euros("20.00"), euros("4.00"))
    assert await adjusted(engine) == []


async def test_a_refusal_in_time_keeps_the_old_price(engine: Engine, clock: StoppedClock) -> None:
    """R18, article 4: by registered letter within the ten days; a later one changes nothing."""
    await holder(engine)
    clock.set(at("2027-03-03T16:00"))
    (told,) = await revised(engine)
    with pytest.raises(Refused, match="too late"):
        await refused(engine, told, date(2027, 3, 14))
    await refused(engine, told, date(2027, 3, 13))
    clock.set(at("2027-03-20"))
    assert await adjusted(engine) == []


async def test_a_subscriber_is_told_of_its_own_tier_only(engine: Engine, clock: StoppedClock) -> None:
    """R16, R17: and nothing of a pack is adjusted for it."""

    def subscribed(connection: Connection) -> None:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp)
        note_method(connection, stamp, account_id, card(account_id))
        accept_terms(connection, stamp, "tests", SHOP, account_id=account_id, version="2023-09-27")
        apply(connection, stamp, SHOP, account_id=account_id, wish=Subscribe(Formula("SOLO", Interval.MONTH)))

    await engine.write(subscribed)
    clock.set(at("2027-03-03"))
    assert [len(await revised(engine, item)) for item in ("BIG", "SOLO")] == [0, 1]
    clock.set(at("2027-03-20"))
    assert await adjusted(engine) == []


@pytest.mark.parametrize(
    ("item", "since"), [("PACK-7", DEARER_SINCE), ("BIG", date(2027, 3, 2)), ("BIG", date(2020, 1, 1))]
)
async def test_only_a_price_of_the_catalogue_is_notified(engine: Engine, item: str, since: date) -> None:
    with pytest.raises(Refused):
        await revised(engine, item, since)


async def ended(engine: Engine, account_id: int, **more: Any) -> Terminated:
    return await engine.write(
        lambda connection: terminate(connection, engine.stamp(), "tests", SHOP, account_id=account_id, **more)
    )


async def units_left(engine: Engine, account_id: int) -> int:
    assert await engine.read(lambda connection: [each for each in audit(connection) if "lot" in each.subject]) == []
    of_account = select(balance.c.credit_units).where(balance.c.account_id == account_id)
    return int(await engine.read(lambda connection: connection.scalar(of_account)) or 0)


async def test_who_leaves_because_of_an_incident_gets_unused_advances_back(engine: Engine) -> None:
    """R30, article 6.2: of 10,000 units for 500.00, 4,000 are unused: 200.00 and its tax; the units are gone."""
    account_id = await holder(engine)
    await use(engine, account_id, 6_000)
    (note,) = (await ended(engine, account_id, refund=True)).credit_notes
    assert (str(note.document.net), str(note.document.tax)) == ("-200.00", "-40.00")
    assert await units_left(engine, account_id) == 0


async def test_a_contract_that_ends_otherwise_gives_nothing_back(engine: Engine) -> None:
    """R24, R60, R63, article 8: no refund of prepaid SMS; accounts and sub-accounts are closed."""
    account_id = await holder(engine)
    branch = await alices_branch(engine)
    assert await ended(engine, account_id) == Terminated((), ())
    assert await units_left(engine, account_id) == 10_000
    family = [str(account_id), str(branch.account_id)]
    states = await engine.read(lambda connection: [clients.find(connection, each).state for each in family])
    assert states == [AccountState.CLOSED] * 2


async def test_what_was_counted_is_invoiced_when_the_contract_ends(engine: Engine, clock: StoppedClock) -> None:
    """R37, A15: at once, and not again when the month is over; what is refunded later waits in vain."""
    account_id = await holder(engine)
    agreement = Agreement({"FR": Rate(45_000)}, euros("1.00"), euros("0.00"), "RUM-1", 30)

    def agree(connection: Connection) -> None:
        postpaid.agree(connection, engine.stamp(), "tests", SHOP, account_id=account_id, agreement=agreement)

    await engine.write(agree)
    await use(engine, account_id, 10_000)
    message_id = await use(engine, account_id, 1_000)
    (closing,) = (await ended(engine, account_id)).closing
    assert closing.document.net == euros("45.00")
    back = [Refund(account_id, message_id, Reason.CARRIER_REJECTED, account_id)]
    assert await engine.write(lambda connection: refund(connection, engine.stamp(), back, DAY)) == 1_000
    clock.set(at("2026-12-01"))
    assert await engine.write(lambda connection: postpaid.invoice_due(connection, engine.stamp(), SHOP)) == []


async def test_a_subscription_ends_with_its_period(engine: Engine) -> None:
    """R13, A15: cancelled with the contract, and nothing is refunded."""

    def unit(connection: Connection) -> bool:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp)
        note_method(connection, stamp, account_id, card(account_id))
        accept_terms(connection, stamp, "tests", SHOP, account_id=account_id, version="2023-09-27")
        apply(connection, stamp, SHOP, account_id=account_id, wish=Subscribe(Formula("SOLO", Interval.MONTH)))
        terminate(connection, stamp, "tests", SHOP, account_id=account_id)
        runs = running(connection, account_id)
        return runs is not None and runs.value.cancelled

    assert await engine.write(unit)
