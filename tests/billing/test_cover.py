"""What plans cover: whether reminders may leave, and how many calendars, at every instant and for whole families."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.billing.collecting import Collector
from gateway.billing.cover import Cover, covers, require_calendars
from gateway.billing.methods import note_method
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.penalties import suspend_late
from gateway.billing.subscriptions import Cancel, Change, Subscribe
from gateway.engine.database import Engine
from gateway.wording import Language
from plans.periods import Interval
from plans.prices import Formula
from plans.quota import CalendarKey, Link
from plans.words import Reason
from tests.billing.buyers import RULES, card, new_buyer, new_subscriber
from tests.billing.test_subscriptions import pass_time, settle, wish
from tests.clock import StoppedClock
from tests.terms.shop import at
from tests.terms.test_late_payers import owes

SOLO, BUSINESS = Formula("SOLO", Interval.MONTH), Formula("BUSINESS", Interval.MONTH)
DECLINED = "90"


async def covered(engine: Engine, *account_ids: int) -> Mapping[int, Cover]:
    return await engine.read(lambda connection: covers(connection, RULES, account_ids, engine.clock.now()))


async def cover(engine: Engine, account_id: int) -> Cover:
    return (await covered(engine, account_id))[account_id]


async def waits(engine: Engine, account_id: int) -> Reason | None:
    return (await cover(engine, account_id)).waits


async def ask(engine: Engine, account_id: int, calendars: int, language: Language = Language.EN) -> None:
    """Ask for so many calendars in all; ``Refused`` says why not."""

    def unit(connection: Connection) -> None:
        wanted = {"account_id": account_id, "calendars": calendars}
        require_calendars(connection, RULES, engine.clock.now(), **wanted, language=language)

    await engine.read(unit)


async def collect(engine: Engine) -> None:
    """Ask the sandbox for the money that is due."""
    gateways = {"sandbox": SandboxGateway(engine, b"secret of the tests")}
    while await Collector(engine, RULES, gateways).run_once():
        pass


async def sub_account(engine: Engine, parent: str) -> int:
    added = await engine.write(
        lambda connection: clients.add(connection, engine.stamp(), "tests", name="Branch", parent=parent)
    )
    return added.account_id


async def test_a_trial_covers_what_its_tier_does(engine: Engine) -> None:
    """R9: also for a client of calendars alone, who has no sender of mails and has paid nothing."""
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(BUSINESS))
    found = await cover(engine, account_id)
    assert (found.waits, found.plan, found.calendars) == (None, "BUSINESS", 5)
    await ask(engine, account_id, 5)
    with pytest.raises(Refused, match="BUSINESS covers 5 calendars at most") as refused:
        await ask(engine, account_id, 6)
    assert refused.value.cure == "Change to ENTERPRISE, which covers up to 50."
    with pytest.raises(Refused, match=r"BUSINESS couvre 5 agendas au plus"):
        await ask(engine, account_id, 6, Language.FR)


async def test_without_a_subscription_no_calendar_is_covered(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    found = await cover(engine, account_id)
    assert (found.waits, found.calendars) == (Reason.NO_SUBSCRIPTION, 0)
    with pytest.raises(Refused, match="need a subscription"):
        await ask(engine, account_id, 1)


async def test_a_trial_that_is_over_unpaid_waits_until_it_is_paid(engine: Engine, clock: StoppedClock) -> None:
    """R10, A6: with that reason; the calendars stay covered, and payment lets reminders leave at once."""
    account_id = await new_subscriber(engine, ending=DECLINED)
    await wish(engine, account_id, Subscribe(SOLO))
    await pass_time(engine, clock, "2026-12-23 10:00")
    assert await waits(engine, account_id) is None  # the bank has not answered yet
    await collect(engine)
    found = await cover(engine, account_id)
    assert (found.waits, found.calendars) == (Reason.TRIAL_UNPAID, 1)
    await ask(engine, account_id, 1)
    for language, told in ((Language.EN, "covers 1 calendar at most"), (Language.FR, "couvre 1 agenda au plus")):
        with pytest.raises(Refused, match=told):
            await ask(engine, account_id, 2, language)
    await settle(engine, account_id)
    assert await waits(engine, account_id) is None


async def test_who_cancelled_is_covered_to_the_last_instant(engine: Engine, clock: StoppedClock) -> None:
    """A6: true at that very instant, before anybody wrote the end down."""
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(BUSINESS))
    await wish(engine, account_id, Cancel())
    clock.set(at("2026-12-23 09:59:59"))
    assert await waits(engine, account_id) is None
    clock.set(at("2026-12-23 10:00"))
    found = await cover(engine, account_id)
    assert (found.waits, found.calendars) == (Reason.SUBSCRIPTION_ENDED, 5)
    with pytest.raises(Refused, match="need a subscription"):
        await ask(engine, account_id, 1)
    clock.set(at("2027-01-10 10:00"))
    await pass_time(engine, clock, "2027-01-11 10:00")
    await wish(engine, account_id, Subscribe(SOLO))
    assert (await cover(engine, account_id)).plan == "SOLO"
    assert await waits(engine, account_id) is None


async def test_a_smaller_tier_pauses_from_the_end_of_the_period(engine: Engine, clock: StoppedClock) -> None:
    """A3, A17: the oldest calendar stays, or the one that was picked."""
    links = [Link(CalendarKey("google", name), at(f"2026-11-2{name}"), enabled=True, revoked=False) for name in "345"]
    first, second, third = (each.key for each in links)
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(BUSINESS))
    await pass_time(engine, clock, "2027-01-01")
    await settle(engine, account_id)
    await wish(engine, account_id, Change(SOLO))
    clock.set(at("2027-01-22 23:59:59"))
    assert (await cover(engine, account_id)).paused(links) == []
    clock.set(at("2027-01-23"))
    smaller = await cover(engine, account_id)
    assert (smaller.plan, smaller.waits, smaller.paused(links)) == ("SOLO", None, [second, third])
    assert smaller.paused(links, picked=[third]) == [first, second]


async def test_a_late_payer_waits_with_that_reason(engine: Engine, clock: StoppedClock) -> None:
    """R46, A25: the 31st day stops the service of the payer and of its sub-accounts."""
    debt = await owes(engine, "10.00", RULES.today(clock.now()))
    branch = await sub_account(engine, "alice")
    clock.set(at("2026-12-24"))
    await engine.write(lambda connection: suspend_late(connection, engine.stamp(), RULES))
    found = await covered(engine, debt.account_id, branch)
    assert [each.waits for each in found.values()] == [Reason.PAYMENT_LATE] * 2


async def test_a_declined_renewal_waits_when_it_is_thirty_days_late(engine: Engine, clock: StoppedClock) -> None:
    """R46, A25: until then reminders go on, though the money did not come."""
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(SOLO))
    await pass_time(engine, clock, "2026-12-23 10:00")
    await collect(engine)
    expired = card(account_id, DECLINED)
    await engine.write(lambda connection: note_method(connection, engine.stamp(), account_id, expired))
    await pass_time(engine, clock, "2027-01-23")
    await collect(engine)
    clock.set(at("2027-02-22 23:59:59"))
    assert await waits(engine, account_id) is None
    clock.set(at("2027-02-23"))
    assert await waits(engine, account_id) is Reason.PAYMENT_LATE


async def test_a_sub_account_stands_on_its_parents_subscription(engine: Engine) -> None:
    account_id = await new_subscriber(engine)
    branch = await sub_account(engine, "alice")
    assert await waits(engine, branch) is Reason.NO_SUBSCRIPTION
    await wish(engine, account_id, Subscribe(BUSINESS))
    assert await cover(engine, branch) == await cover(engine, account_id)
    await engine.write(lambda c: clients.suspend(c, engine.stamp(), "tests", account=str(branch)))
    found = await covered(engine, account_id, branch)
    assert [found[each].waits for each in (account_id, branch)] == [None, Reason.ACCOUNT_SUSPENDED]
    await engine.write(lambda c: clients.close(c, engine.stamp(), "tests", account="alice"))
    assert await waits(engine, branch) is Reason.ACCOUNT_CLOSED


async def test_many_accounts_are_answered_at_once_and_unknown_ones_left_out(engine: Engine) -> None:
    account_ids = [await new_subscriber(engine, f"client-{number}") for number in range(4)]
    for account_id, formula in zip(account_ids, (SOLO, BUSINESS, replace(SOLO, interval=Interval.YEAR)), strict=False):
        await wish(engine, account_id, Subscribe(formula))
    found = await covered(engine, *account_ids, 12345)
    assert [found[each].calendars for each in account_ids] == [1, 5, 1, 0]
    assert set(found) == set(account_ids)
    assert await covered(engine) == {}
