"""The terms on postpaid, as they are carried out (special term 1), and on sub-accounts (article 2)."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from gateway.accounts.authorisations import open_country
from gateway.accounts.refusals import Refused
from gateway.billing import postpaid
from gateway.billing.caps import Cap, cap, cap_of
from gateway.billing.customers import note_profile
from gateway.billing.history import History, advice, history, history_csv
from gateway.billing.issued import Issued
from gateway.billing.postpaid import Agreed
from gateway.billing.selling_tables import postpaid_use
from gateway.engine.database import Engine
from gateway.sms.audit import audit
from gateway.sms.cancel import cancel as take_back
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from plans.money import Rate
from plans.postpaid import Agreement
from plans.words import Reason
from tests.billing.buyers import CLINIC, RULES
from tests.cast import REFUSED, Member, alice, alices_branch, send, shipped_rules, sms
from tests.clock import StoppedClock
from tests.terms.shop import euros

AGREEMENT = Agreement({"FR": Rate(45_000)}, euros("200.00"), euros("100.00"), "RUM-1", 30)
RULES_OF_SENDING: Rules = shipped_rules()


async def postpaid_client(engine: Engine, units: int = 0, agreement: Agreement = AGREEMENT) -> Member:
    """Alice's clinic, under an agreement from today on."""
    member = await alice(engine, units)
    await engine.write(lambda connection: note_profile(connection, member.account_id, CLINIC))
    await agree(engine, member, agreement)
    return member


async def agree(engine: Engine, member: Member, agreement: Agreement) -> Agreed:
    return await engine.write(
        lambda connection: postpaid.agree(
            connection, engine.stamp(), "tests", RULES, account_id=member.account_id, agreement=agreement
        )
    )


async def text(engine: Engine, member: Member, times: int, **fields: Any) -> None:
    answers = await send(engine, RULES_OF_SENDING, *(sms(member, **fields) for _ in range(times)))
    assert {each.state for each in answers} == {MessageState.QUEUED}


async def invoiced(engine: Engine) -> list[Issued]:
    return [each for each in await closed_months(engine) if each]


async def closed_months(engine: Engine) -> list[Issued | None]:
    return await engine.write(lambda connection: postpaid.invoice_due(connection, engine.stamp(), RULES))


async def counted(engine: Engine) -> int:
    total = select(func.coalesce(func.sum(postpaid_use.c.units), 0))
    assert await engine.read(lambda connection: list(audit(connection))) == []
    return int(await engine.read(lambda connection: connection.scalar(total)) or 0)


async def detail(engine: Engine, issued: Issued) -> list[History]:
    return await engine.read(
        lambda connection: list(history(connection, account_id=issued.account_id, invoice_id=issued.invoice_id))
    )


def next_month(clock: StoppedClock) -> None:
    clock.set(datetime(2026, 11, 30, 23, 0, tzinfo=UTC))  # 1 December in Paris


async def test_without_an_agreement_nothing_is_sent_beyond_the_lots(engine: Engine) -> None:
    """R36, special term 1: postpaid needs its own agreement; an incomplete one opens nothing."""
    member = await alice(engine, units=1)
    await engine.write(lambda connection: note_profile(connection, member.account_id, CLINIC))
    with pytest.raises(Refused, match="incomplete: debit_mandate, due_days"):
        await agree(engine, member, Agreement(AGREEMENT.rates, euros("1.00"), euros("1.00"), None, None))
    await text(engine, member, 1)
    (answer,) = await send(engine, RULES_OF_SENDING, sms(member))
    assert (answer.reason, await counted(engine)) == (Reason.NO_CREDIT, 0)


async def test_a_month_is_invoiced_from_the_counter_after_the_reserve(engine: Engine, clock: StoppedClock) -> None:
    """R37, R38, R41, A20: the worked example: 5,200 FR and 40 BE, 1,000 in reserve, provision 100.00: 131.12 due."""
    member = await postpaid_client(engine, units=1_000)
    await engine.write(
        lambda connection: open_country(
            connection, engine.stamp(), "tests", account="alice", country="BE", units_per_part=1
        )
    )
    await engine.write(
        lambda connection: postpaid.provide(
            connection, engine.stamp(), "tests", account_id=member.account_id, amount=euros("100.00")
        )
    )
    await text(engine, member, 26, text="a" * 153 * 200)
    await text(engine, member, 40, recipient="+32470123456")
    assert await counted(engine) == 4_240
    assert await invoiced(engine) == []
    next_month(clock)
    (issued,) = await invoiced(engine)
    document = issued.document
    assert [(each.label, each.quantity, str(each.net)) for each in document.lines] == [
        ("BE", 40, "3.60"),
        ("FR", 4_200, "189.00"),
    ]
    assert [str(each) for each in (document.net, document.tax, document.gross, document.prepaid, document.due)] == [
        "192.60",
        "38.52",
        "231.12",
        "100.00",
        "131.12",
    ]
    assert issued.due_on is not None
    assert (issued.due_on - issued.issued_on).days == 30
    assert await invoiced(engine) == []


async def test_the_detail_adds_up_to_the_invoice(engine: Engine, clock: StoppedClock) -> None:
    """R39, R40: one row for each message that was counted; their sum by destination is the line."""
    member = await postpaid_client(engine, units=2)
    await text(engine, member, 3, text="a" * 161)
    next_month(clock)
    (issued,) = await invoiced(engine)
    rows = await detail(engine, issued)
    assert [(each.destination, each.units) for each in rows] == [("FR", 2), ("FR", 2)]
    assert issued.document.lines[0].quantity == sum(each.units for each in rows)
    heading, *lines = "".join(history_csv(rows)).splitlines()
    assert (heading, len(lines)) == ("at,message,account,destination,units,kind", 2)


async def test_a_message_may_lie_across_the_end_of_the_reserve(engine: Engine) -> None:
    """R38, A20: what the lots hold is taken, only the rest is counted."""
    member = await postpaid_client(engine, units=1)
    await text(engine, member, 1, text="a" * 320)
    assert await counted(engine) == 2


async def test_what_failed_leaves_the_counter(engine: Engine, clock: StoppedClock) -> None:
    """R30, A14: refused by the carrier: off the counter; and where nothing is left, there is no invoice."""
    member = await postpaid_client(engine)
    (answer,) = await send(engine, RULES_OF_SENDING, sms(member, REFUSED))
    assert await counted(engine) == 1
    await cancel(engine, answer.message_id)
    assert await counted(engine) == 0
    next_month(clock)
    assert await invoiced(engine) == []


async def cancel(engine: Engine, message_id: int) -> None:
    await engine.write(lambda connection: take_back(connection, engine.stamp(), RULES_OF_SENDING, message_id))


async def test_new_rates_hold_from_their_day(engine: Engine, clock: StoppedClock) -> None:
    """R42, special term 1: what was used under the older agreement keeps its price, on the same invoice."""
    member = await postpaid_client(engine)
    await text(engine, member, 10)
    clock.advance(timedelta(days=1))
    await agree(engine, member, Agreement({"FR": Rate(40_000)}, euros("1.00"), euros("0.00"), "RUM-1", 30))
    await text(engine, member, 10)
    next_month(clock)
    (issued,) = await invoiced(engine)
    assert [(each.quantity, str(each.net)) for each in issued.document.lines] == [(10, "0.45"), (10, "0.40")]


async def test_what_is_counted_after_the_end_of_the_month_goes_on_the_next_invoice(
    engine: Engine, clock: StoppedClock
) -> None:
    """R37: a run that comes late takes its month and no more; each message is on one invoice."""
    member = await postpaid_client(engine)
    await text(engine, member, 3)
    next_month(clock)
    clock.advance(timedelta(hours=12))
    await text(engine, member, 4)
    (november,) = await invoiced(engine)
    clock.advance(timedelta(days=31))
    (december,) = await invoiced(engine)
    assert [each.document.lines[0].quantity for each in (november, december)] == [3, 4]
    assert [each.issued_on.isoformat() for each in (november, december)] == ["2026-12-01", "2027-01-01"]


async def test_an_ended_agreement_counts_nothing_more_and_is_invoiced_once_more(
    engine: Engine, clock: StoppedClock
) -> None:
    member = await postpaid_client(engine)
    await text(engine, member, 2)
    await engine.write(
        lambda connection: postpaid.end(connection, engine.stamp(), "tests", RULES, account_id=member.account_id)
    )
    clock.advance(timedelta(days=1))
    (answer,) = await send(engine, RULES_OF_SENDING, sms(member))
    assert answer.reason is Reason.NO_CREDIT
    next_month(clock)
    (issued,) = await invoiced(engine)
    assert issued.document.lines[0].quantity == 2
    clock.advance(timedelta(days=31))
    assert await invoiced(engine) == []


async def set_cap(engine: Engine, units: int | None) -> Cap | None:
    return await engine.write(
        lambda connection: cap(connection, engine.stamp(), "tests", account="branch", units=units)
    )


async def test_a_capped_sub_account_spends_no_more_than_its_share(engine: Engine) -> None:
    """R31, article 2: of the credit that its parent paid for; without a cap all of it is shared."""
    await alice(engine, units=10)
    branch = await alices_branch(engine)
    await set_cap(engine, 2)
    answers = await send(engine, RULES_OF_SENDING, *(sms(branch) for _ in range(3)))
    assert [each.reason for each in answers] == [None, None, Reason.NO_CREDIT]
    await cancel(engine, answers[0].message_id)
    assert await engine.read(lambda connection: cap_of(connection, account="branch")) == Cap(2, 1)
    await set_cap(engine, None)
    answers = await send(engine, RULES_OF_SENDING, *(sms(branch) for _ in range(9)))
    assert {each.reason for each in answers} == {None}


async def test_only_a_sub_account_is_capped(engine: Engine) -> None:
    await alice(engine)
    await alices_branch(engine)
    with pytest.raises(Refused, match="no cap"):
        await set_cap(engine, -1)

    def unit(connection: Connection) -> None:
        cap(connection, engine.stamp(), "tests", account="alice", units=5)

    with pytest.raises(Refused, match="no sub-account"):
        await engine.write(unit)


async def test_eligibility_is_judged_by_the_last_whole_months(engine: Engine, clock: StoppedClock) -> None:
    """R35, A19: the mean of the last three months, on the client's calendar; it only advises."""
    member = await postpaid_client(engine)
    await text(engine, member, 20, text="a" * 153 * 225)
    now = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
    for instant, mean in ((now, 1_500), (now + timedelta(minutes=1), 1_500), (now + timedelta(days=40), 0)):
        found = await engine.read(partial(advice, rules=RULES, now=instant, account_id=member.account_id))
        assert (int(found.mean), found.each_month) == (mean, False)
