"""The terms on incidents, as they are carried out (article 6.2)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from gateway.accounts.refusals import Refused
from gateway.billing import postpaid
from gateway.billing.customers import note_profile
from gateway.billing.issued import Issued, of_account
from gateway.engine.database import Engine
from gateway.sms.carriers.port import Receipt
from gateway.sms.dispatch import Dispatcher
from gateway.sms.incidents import GivenBack, give_back
from gateway.sms.words import MessageState
from plans.incidents import Incident
from plans.money import Rate
from plans.postpaid import Agreement
from tests.billing.buyers import CLINIC, RULES
from tests.cast import DELIVERS, Member, alice, rules_to, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, credit, discrepancies, work_off
from tests.terms.shop import euros

SENDING = rules_to(ScriptedCarrier.name)
HOUR = timedelta(hours=1)
OTHER = "+33639981235"


async def hand_over(engine: Engine, carrier: ScriptedCarrier, member: Member, *recipients: str) -> None:
    """Texts that the carrier takes; DELIVERS gets its one, the others never do."""
    await send(engine, SENDING, *(sms(member, to) for to in recipients))
    dispatcher = Dispatcher(engine, carrier, SENDING)
    await work_off(dispatcher)
    now = engine.clock.now()
    carrier.receipts = [
        Receipt(f"ref-{each.reference}", MessageState.DELIVERED, "000", now)
        for each in carrier.sent
        if each.recipient == DELIVERS
    ]
    await dispatcher.collect_once()


async def compensate(engine: Engine, since: datetime, until: datetime, carrier: str = "scripted") -> GivenBack:
    incident = Incident(carrier, since, until)
    return await engine.write(
        lambda connection: give_back(connection, engine.stamp(), "tests", RULES, timedelta(days=30), happened=incident)
    )


async def test_what_an_incident_wasted_is_credited_back_once(engine: Engine, clock: StoppedClock) -> None:
    """R30, A14, article 6.2: what was handed over in that time to that carrier and not delivered."""
    member, carrier = await alice(engine, units=10), ScriptedCarrier()
    await hand_over(engine, carrier, member, OTHER)
    clock.advance(HOUR)
    start = clock.now()
    await hand_over(engine, carrier, member, OTHER, DELIVERS, OTHER)
    clock.advance(HOUR)
    assert (await compensate(engine, start, clock.now(), "another")).messages == 0
    back = await compensate(engine, start, clock.now())
    assert (back.messages, back.units, back.credit_notes) == (2, 2, ())
    again = await compensate(engine, start, clock.now())
    assert (again.messages, await credit(engine, member.account_id)) == (0, 8)
    assert await discrepancies(engine) == []


async def test_invoiced_units_come_back_by_a_credit_note(engine: Engine, clock: StoppedClock) -> None:
    """R30, article 6.2: of 3 units at 0.045 on the last invoice, 2 were wasted: 0.09 and its tax."""
    member, carrier = await alice(engine, units=0), ScriptedCarrier()
    agreement = Agreement({"FR": Rate(45_000)}, euros("1.00"), euros("0.00"), "RUM-1", 30)

    def agree(connection: Connection) -> None:
        stamp = engine.stamp()
        note_profile(connection, member.account_id, CLINIC)
        postpaid.agree(connection, stamp, "tests", RULES, account_id=member.account_id, agreement=agreement)

    await engine.write(agree)
    start = clock.now()
    await hand_over(engine, carrier, member, OTHER, DELIVERS, OTHER)
    clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
    (issued,) = await invoiced(engine)
    assert issued
    back = await compensate(engine, start, start + HOUR)
    assert (back.units, back.credit_notes, str(issued.document.net)) == (2, ("A2026-000001",), "0.14")
    documents = await engine.read(lambda connection: list(of_account(connection, member.account_id)))
    note = next(each for each in documents if each.corrects_id)
    assert (note.corrects_id, str(note.document.net), str(note.document.tax)) == (issued.invoice_id, "-0.09", "-0.02")
    clock.set(datetime(2027, 1, 1, 9, tzinfo=UTC))
    assert await invoiced(engine) == [None]  # the month is over, and there is nothing to invoice
    assert await discrepancies(engine) == []


async def invoiced(engine: Engine) -> list[Issued | None]:
    return await engine.write(lambda connection: postpaid.invoice_due(connection, engine.stamp(), RULES))


@pytest.mark.parametrize(
    ("since", "until"), [(HOUR, HOUR), (HOUR, timedelta(0)), (timedelta(0), HOUR), (-32 * 24 * HOUR, timedelta(0))]
)
async def test_an_impossible_incident_is_refused(
    engine: Engine, clock: StoppedClock, since: timedelta, until: timedelta
) -> None:
    """Ending before it began, in the future, or longer than a month."""
    with pytest.raises(Refused):
        await compensate(engine, clock.now() + since, clock.now() + until)
