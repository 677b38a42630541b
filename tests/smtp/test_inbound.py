"""From the spool to the one door."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from gateway.accounts.tables import account, sender
from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.sms.tables import message, notice
from gateway.sms.words import News
from gateway.smtp.inbound import LEASE, MOST_ATTEMPTS, PAUSE, Inbound, file_mails, open_mails
from gateway.smtp.readers import Readers
from gateway.smtp.reading import MailLimits, read_mail
from gateway.smtp.spool import SPOOL
from gateway.smtp.tables import mail as filed
from gateway.smtp.tables import spool
from gateway.smtp.words import MailState
from plans.words import MessageClass, Reason
from tests.cast import DELIVERS, LATE, Member, alice, bob, send, shipped_rules, sms
from tests.clock import StoppedClock
from tests.databases import ON_SQLITE, room_for
from tests.smtp.post import mail, spooled


@pytest.fixture
async def inbound(engine: Engine) -> AsyncIterator[Inbound]:
    """The room at work, with a reading process of its own."""
    readers = Readers()
    yield Inbound(engine, readers, shipped_rules())
    await readers.close()


async def texts(engine: Engine, member: Member) -> list[tuple[str, str]]:
    """The messages of a member: number and text."""
    rows = select(message.c.recipient, message.c.body).where(message.c.account_id == member.account_id)
    found = await engine.read(lambda connection: connection.execute(rows.order_by(message.c.recipient)).all())
    return [(each.recipient, each.body) for each in found]


async def reasons(engine: Engine) -> list[tuple[MailState, Reason | None]]:
    """What became of the mails that were filed, the oldest first."""
    rows = select(filed.c.state, filed.c.reason).order_by(filed.c.mail_id)
    return [(each.state, each.reason) for each in await engine.read(lambda c: c.execute(rows).all())]


async def waiting(engine: Engine) -> int:
    """How many mails the spool holds."""
    return await engine.read(lambda connection: len(connection.execute(select(spool.c.mail_id)).all()))


async def test_a_mail_becomes_a_message_for_each_of_its_numbers_and_leaves_the_spool(
    engine: Engine, inbound: Inbound
) -> None:
    member = await alice(engine)
    await spooled(engine, member, mail("See you"), DELIVERS, LATE)
    assert await inbound.run_once() == 1
    assert await texts(engine, member) == [(DELIVERS, "See you"), (LATE, "See you")]
    assert await reasons(engine) == [(MailState.SENT_ON, None)]
    assert await waiting(engine) == 0


async def test_an_alarm_that_repeats_itself_costs_once_where_its_sender_wants_so(
    engine: Engine, inbound: Inbound
) -> None:
    member = await alice(engine)
    await engine.write(lambda connection: connection.execute(update(sender).values(repeat_min=10)))
    for number in range(2):
        await spooled(engine, member, mail("Door open", f"<{number}@clinic.example>"), DELIVERS)
    await inbound.run_once()
    rows = select(message.c.reason).order_by(message.c.message_id)
    assert await engine.read(lambda c: list(c.scalars(rows))) == [None, Reason.DUPLICATE]


async def test_an_answer_written_by_a_machine_becomes_no_message_and_is_answered_by_none(
    engine: Engine, inbound: Inbound
) -> None:
    member = await alice(engine)
    await spooled(engine, member, mail(headers="Auto-Submitted: auto-replied\r\n"), DELIVERS)
    await inbound.run_once()
    assert await texts(engine, member) == []
    assert await reasons(engine) == [(MailState.REFUSED, Reason.AUTOMATIC_MAIL)]
    assert await engine.read(lambda connection: connection.execute(select(notice)).all()) == []


async def test_a_mail_without_text_is_refused_and_its_writer_told(engine: Engine, inbound: Inbound) -> None:
    member = await alice(engine)
    await spooled(engine, member, mail(" "), DELIVERS)
    await inbound.run_once()
    assert await reasons(engine) == [(MailState.REFUSED, Reason.NO_TEXT)]
    told = await engine.read(lambda connection: connection.execute(select(notice.c.news, notice.c.reason)).all())
    assert [tuple(each) for each in told] == [(News.UNREADABLE, Reason.NO_TEXT)]


async def test_no_more_mails_are_in_memory_than_fit(engine: Engine, inbound: Inbound) -> None:
    """Two of 9 MB are one too many: the second waits, and its attempt does not count."""
    member = await alice(engine)
    for number in range(2):
        await spooled(engine, member, mail("x" * 9_000_000, f"<{number}@clinic.example>"), DELIVERS)
    assert await inbound.run_once() == 1
    assert await engine.read(lambda connection: connection.scalars(select(spool.c.attempts)).all()) == [0]
    assert await inbound.run_once() == 1
    assert await waiting(engine) == 0


async def test_a_mail_larger_than_the_room_goes_alone(engine: Engine, inbound: Inbound) -> None:
    member = await alice(engine)
    await spooled(engine, member, mail("x" * 17_000_000), DELIVERS)
    assert await inbound.run_once() == 1
    assert await waiting(engine) == 0


async def test_a_mail_that_cannot_be_filed_holds_up_no_other_and_is_tried_again(
    engine: Engine, inbound: Inbound, clock: StoppedClock
) -> None:
    """Bob's account has vanished from the database, which no code foresees."""
    good, bad = await alice(engine), await bob(engine)
    await engine.write(lambda c: c.execute(delete(account).where(account.c.account_id == bad.account_id)))
    await spooled(engine, bad, mail(message_id="<b@x>"), DELIVERS)
    await spooled(engine, good, mail(message_id="<a@x>"), DELIVERS)
    await inbound.run_once()
    assert len(await texts(engine, good)) == 1
    assert await engine.read(lambda c: c.scalars(select(spool.c.parked_until)).all()) == [clock.now() + PAUSE]
    clock.advance(PAUSE)
    await engine.write(lambda connection: SPOOL.reap(connection, clock.now()))
    assert await inbound.run_once() == 1


async def test_a_mail_that_broke_off_its_work_too_often_is_refused_unread(engine: Engine, inbound: Inbound) -> None:
    """Each claim counts, whether its worker lived to tell or not."""
    member = await alice(engine)
    await spooled(engine, member, mail(), DELIVERS)
    await engine.write(lambda connection: connection.execute(update(spool).values(attempts=MOST_ATTEMPTS)))
    await inbound.run_once()
    assert await reasons(engine) == [(MailState.REFUSED, Reason.MAIL_UNREADABLE)]


async def test_kills_while_a_mail_is_worked_off_do_not_have_it_refused(
    engine: Engine, inbound: Inbound, clock: StoppedClock
) -> None:
    """Ten in a row, as in a loop that kills the service as soon as it is back."""
    member = await alice(engine)
    await spooled(engine, member, mail(), DELIVERS)
    for worker in range(10):
        await engine.write(partial(SPOOL.claim, worker=worker, now=clock.now(), lease=LEASE, limit=1))
        await engine.write(SPOOL.free_leases)
    await inbound.run_once()
    assert await reasons(engine) == [(MailState.SENT_ON, None)]


@ON_SQLITE
async def test_a_disk_that_is_full_for_a_night_has_no_mail_refused(engine: Engine, inbound: Inbound) -> None:
    """There is room to claim it and none to file it: it waits, however often that fails, until there is."""
    member = await alice(engine, units=500)
    await spooled(engine, member, mail("x" * 700), *(f"+3363998{number:04}" for number in range(1000, 1080)))
    await room_for(engine, pages=6)
    for _ in range(MOST_ATTEMPTS + 1):
        with pytest.raises(StorageUnavailable):
            await inbound.run_once()
    assert await engine.read(lambda c: c.scalars(select(spool.c.claim_epoch)).one()) > MOST_ATTEMPTS
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")).scalar())
    assert await inbound.run_once() == 1
    assert await reasons(engine) == [(MailState.SENT_ON, None)]


async def test_a_mail_whose_claim_was_lost_is_left_to_its_new_holder(
    engine: Engine, inbound: Inbound, clock: StoppedClock
) -> None:
    """A stale worker files nothing and sends nothing."""
    member = await alice(engine)
    await spooled(engine, member, mail(), DELIVERS)
    claimed = await engine.write(lambda c: SPOOL.claim(c, worker=7, now=clock.now(), lease=LEASE, limit=1))
    opened = await engine.read(lambda connection: open_mails(connection, claimed))
    clock.advance(LEASE + timedelta(seconds=1))
    await engine.write(lambda connection: SPOOL.reap(connection, clock.now()))
    assert await engine.write(lambda c: SPOOL.claim(c, worker=8, now=clock.now(), lease=LEASE, limit=1))
    contents = [read_mail(each.raw, MailLimits()) for each in opened]
    await engine.write(lambda c: file_mails(c, engine.stamp(), shipped_rules(), opened, contents))
    assert await texts(engine, member) == []
    assert await waiting(engine) == 1


REPLY = "re-abc"


async def answered(engine: Engine, inbound: Inbound, member: Member, text: str, **sent: Any) -> list[tuple[Any, ...]]:
    """What becomes of a mail that answers a phone: class, sender ID and text of the second message."""
    await send(engine, shipped_rules(), sms(member, DELIVERS, **sent))
    await spooled(engine, member, mail(text), f"{REPLY}={DELIVERS}")
    await inbound.run_once()
    rows = select(message.c.message_class, message.c.display, message.c.body).order_by(message.c.message_id).offset(1)
    return [tuple(each) for each in await engine.read(lambda connection: connection.execute(rows).all())]


async def test_an_answer_goes_on_as_the_conversation_was_without_its_quotation(
    engine: Engine, inbound: Inbound
) -> None:
    member = await alice(engine)
    text = f"Parfait.\r\n\r\nLe 23/11/2026 à 10:00, {DELIVERS} a écrit :\r\n> Oui"
    sent = {"message_class": MessageClass.MARKETING, "display": "Clinique"}
    assert await answered(engine, inbound, member, text, **sent) == [
        (MessageClass.MARKETING, "Clinique", "Parfait. STOP au 36000")
    ]


async def test_an_answer_that_is_nothing_but_quotation_is_refused(engine: Engine, inbound: Inbound) -> None:
    member = await alice(engine)
    assert await answered(engine, inbound, member, f"Le 23/11/2026, {DELIVERS} a écrit :\r\n> Oui") == []
    assert await reasons(engine) == [(MailState.REFUSED, Reason.NO_TEXT)]


async def test_an_answer_to_a_phone_that_got_nothing_goes_out_as_the_sender_sends(
    engine: Engine, inbound: Inbound
) -> None:
    member = await alice(engine)
    await spooled(engine, member, mail("Bonjour"), f"{REPLY}={DELIVERS}")
    await inbound.run_once()
    assert await texts(engine, member) == [(DELIVERS, "Bonjour")]
