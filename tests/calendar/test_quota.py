"""How many calendars a plan covers, and what a trial that is over means for reminders."""

from datetime import timedelta

import pytest

from gateway.accounts.refusals import Refused
from gateway.billing.collecting import Collector
from gateway.billing.methods import note_method
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.renewing import Renewals
from gateway.calendar import calendars, choosing, connections
from gateway.calendar.calendars import Key
from gateway.calendar.feeds.port import Granted, RemoteCalendar
from gateway.calendar.words import Provider
from tests.billing.buyers import RULES as BILLING
from tests.billing.buyers import card
from tests.billing.test_subscriptions import settle
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, WRITTEN, Practice
from tests.clock import StoppedClock

DECLINED = "90"


async def more_calendars(alice: Practice, *names: str, subject: str = "more") -> list[Key]:
    """Link calendars that are not enabled yet."""
    connection_id = await alice.engine.write(
        lambda connection: connections.link(
            connection,
            alice.engine.stamp(),
            "tests",
            alice.bridge.vault,
            account_id=alice.account_id,
            provider=Provider.GOOGLE,
            granted=Granted(b"token", subject, "more@gmail.example"),
            calendars=[RemoteCalendar(each, each) for each in names],
            zone="Europe/Paris",
        )
    )
    found = await alice.engine.read(
        lambda connection: calendars.of_connection(connection, alice.account_id, connection_id)
    )
    return [each.key for each in found]


async def enable(alice: Practice, key: Key) -> None:
    """Enable one."""
    await alice.engine.write(
        lambda connection: choosing.enable(
            connection, alice.engine.stamp(), "tests", BILLING, calendars.by_keys(connection, [key])[key]
        )
    )


async def test_business_covers_five_calendars_and_the_sixth_is_refused_with_the_plan_that_covers_it(
    open_practice: Opening,
) -> None:
    alice = await open_practice(plan="BUSINESS")
    keys = await more_calendars(alice, "b", "c", "d", "e", "f")
    for key in keys[:4]:
        await enable(alice, key)
    with pytest.raises(Refused, match="BUSINESS covers 5 calendars at most") as refused:
        await enable(alice, keys[4])
    assert "ENTERPRISE" in refused.value.cure


async def test_a_calendar_that_two_users_share_counts_once(open_practice: Opening) -> None:
    alice = await open_practice(plan="SOLO")
    (again,) = await more_calendars(alice, "main", subject="the secretary")
    await enable(alice, again)


async def test_a_plan_that_covers_fewer_lets_the_newest_wait_and_deletes_nothing(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    """As after a change to a smaller plan: what is beyond it waits, and says why."""
    alice = await open_practice(plan="SOLO", rules=("2h",))
    second = MemoryCalendar(calendar_id="second")
    await alice.add(second, rules=("2h",))
    start = clock.now() + timedelta(hours=5)
    await server.create(WRITTEN, start)
    await second.create("06 39 98 56 78", start)
    await alice.until(start - timedelta(hours=2))
    assert sorted(await alice.ledger()) == ["sent", "waiting: calendar_limit"]
    await alice.change_plan("BUSINESS")
    await alice.until(start - timedelta(hours=1))
    assert await alice.sms() == [MOBILE, "+33639985678"]


async def test_a_trial_that_ends_unpaid_lets_reminders_wait_and_payment_sends_those_still_of_use(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    """Day 30 passes without payment; then the card works again."""
    alice = await open_practice(plan="BUSINESS")
    over = clock.now() + timedelta(days=30)
    await bank_card(alice, DECLINED)
    useless, useful = over + timedelta(hours=25), over + timedelta(hours=47)
    await server.create("06 39 98 56 78", useless)
    await server.create(WRITTEN, useful)
    await alice.until(over)
    await collect(alice)
    await alice.until(useful - timedelta(hours=20))
    assert await alice.ledger() == ["not_sent: trial_unpaid", "waiting: trial_unpaid"]
    await settle(alice.engine, alice.account_id)
    await alice.until(useful - timedelta(hours=10))
    assert await alice.sms() == [MOBILE]


async def bank_card(alice: Practice, ending: str) -> None:
    """Take another card."""
    await alice.engine.write(
        lambda connection: note_method(
            connection, alice.engine.stamp(), alice.account_id, card(alice.account_id, ending)
        )
    )


async def collect(alice: Practice) -> None:
    """Renew and charge whatever is due."""
    gateways = {"sandbox": SandboxGateway(alice.engine, b"secret of the tests")}
    renewals, collector = Renewals(alice.engine, BILLING), Collector(alice.engine, BILLING, gateways)
    while await renewals.run_once() + await collector.run_once():
        pass
