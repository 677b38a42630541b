"""News back by mail: when a letter is written, put off, or given up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from gateway.billing.customers import note_profile
from gateway.engine.database import Engine
from gateway.settings import NoticeSettings, Settings
from gateway.sms.notices import Notice, enter_notices
from gateway.sms.tables import notice
from gateway.sms.words import News
from gateway.smtp.delivery import MOST_ATTEMPTS, back_off
from gateway.smtp.mailer import NotSent, Refused
from gateway.smtp.notices import NOTICES, Notices
from gateway.smtp.roles import Roles
from gateway.smtp.spool import SPOOL
from gateway.smtp.tables import mail as filed
from gateway.smtp.tables import spool
from gateway.smtp.words import MailState
from gateway.wording import read_wording
from plans.words import Origin, Reason
from tests.billing.buyers import CLINIC
from tests.cast import Member, alice
from tests.clock import StoppedClock
from tests.smtp.post import ScriptedMailer, mail, spooled_for_postmaster

GATHER = timedelta(seconds=2)
SETTINGS = Settings(notices=NoticeSettings(gather_s=GATHER.total_seconds(), max_per_hour=2))


def at_work(engine: Engine, mailer: ScriptedMailer) -> Notices:
    """The room, with a mailer that does as told."""
    return Notices(engine, mailer, read_wording(), SETTINGS)


async def news_of_a_mail(engine: Engine, member: Member, *, automatic: bool = False) -> int:
    """File a mail of the member of which nothing was made, with the news of it; the mail's id."""
    stamp = engine.stamp()
    mail_id = stamp.new_id()
    row = {
        "account_id": member.account_id,
        "mail_id": mail_id,
        "sender_id": member.sender.sender_id,
        "state": MailState.REFUSED,
        "return_to": member.sender.value,
        "automatic": automatic,
        "recipients": 1,
        "received_at": stamp.now,
        "finished_at": stamp.now,
    }
    told = Notice(member.account_id, Origin.EMAIL, mail_id, News.UNREADABLE, Reason.NO_TEXT)
    await engine.write(lambda connection: connection.execute(insert(filed).values(row)))
    await engine.write(lambda connection: enter_notices(connection, stamp, [told]))
    return mail_id


async def low_credit_by_a_mail(engine: Engine, member: Member, billed: str) -> None:
    """The mail of a member takes the credit of a client low, whose bills go to another address or to the same."""
    await engine.write(lambda connection: note_profile(connection, member.account_id, replace(CLINIC, email=billed)))
    mail_id = await news_of_a_mail(engine, member)
    await engine.write(lambda connection: connection.execute(delete(notice)))
    told = Notice(member.account_id, Origin.EMAIL, mail_id, News.LOW_CREDIT)
    await engine.write(lambda connection: enter_notices(connection, engine.stamp(), [told]))


@pytest.mark.parametrize(
    ("billed", "units", "letters"),
    [("billing@clinic.example", 5, 1), ("STAFF@alice.example", 5, 0), ("staff@alice.example", 0, 1)],
    ids=["two people", "one person", "billing keeps silent of test units"],
)
async def test_low_credit_is_told_once_to_each_person(
    engine: Engine, clock: StoppedClock, billed: str, units: int, letters: int
) -> None:
    """Whoever is billed is told by billing; a writer at the same address is not told a second time."""
    member, mailer = await alice(engine, units=units), ScriptedMailer()
    await low_credit_by_a_mail(engine, member, billed)
    await due(engine, clock, GATHER)
    assert await at_work(engine, mailer).run_once() == 1
    assert (len(mailer.letters), await left(engine)) == (letters, 0)


async def left(engine: Engine) -> int:
    """How many notices wait."""
    return await engine.read(lambda connection: len(connection.execute(select(notice)).all()))


async def due(engine: Engine, clock: StoppedClock, after: timedelta) -> None:
    """Let time pass, and free what is due then."""
    clock.advance(after)
    await engine.write(lambda connection: NOTICES.reap(connection, clock.now()))


async def test_news_gathers_for_a_moment_and_then_leaves(engine: Engine, clock: StoppedClock) -> None:
    member, mailer = await alice(engine), ScriptedMailer()
    room = at_work(engine, mailer)
    await news_of_a_mail(engine, member)
    assert await room.run_once() == 0
    clock.advance(GATHER)
    assert await room.run_once() == 1
    assert mailer.told() == [member.sender.value]
    assert await left(engine) == 0


async def test_a_letter_that_did_not_leave_is_tried_again_later(engine: Engine, clock: StoppedClock) -> None:
    member, mailer = await alice(engine), ScriptedMailer(NotSent("421"))
    room = at_work(engine, mailer)
    await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    await room.run_once()
    assert await room.run_once() == 0
    await due(engine, clock, back_off(1))
    await room.run_once()
    assert mailer.told() == [member.sender.value]
    assert await left(engine) == 0


async def test_a_letter_that_is_refused_for_good_is_given_up(engine: Engine, clock: StoppedClock) -> None:
    member, mailer = await alice(engine), ScriptedMailer(Refused("550"))
    await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    await at_work(engine, mailer).run_once()
    assert mailer.told() == []
    assert await left(engine) == 0


async def test_a_letter_that_never_leaves_is_given_up_in_the_end(engine: Engine, clock: StoppedClock) -> None:
    member, mailer = await alice(engine), ScriptedMailer(*[NotSent("421")] * MOST_ATTEMPTS)
    room = at_work(engine, mailer)
    await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert await room.run_once() == 1
        await due(engine, clock, back_off(attempt))
    assert mailer.told() == []
    assert await left(engine) == 0


async def test_a_machine_gets_no_letter(engine: Engine, clock: StoppedClock) -> None:
    member, mailer = await alice(engine), ScriptedMailer()
    await news_of_a_mail(engine, member, automatic=True)
    clock.advance(GATHER)
    await at_work(engine, mailer).run_once()
    assert mailer.told() == []
    assert await left(engine) == 0


async def test_letters_beyond_those_of_an_hour_wait_for_the_next(engine: Engine, clock: StoppedClock) -> None:
    """Two an hour to one address: the third is put off, and lost is none."""
    member, mailer = await alice(engine), ScriptedMailer()
    room = at_work(engine, mailer)
    for _ in range(3):
        await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    await room.run_once()
    assert len(mailer.letters) == 2
    await due(engine, clock, timedelta(hours=1))
    await room.run_once()
    assert len(mailer.letters) == 3
    assert await left(engine) == 0


async def test_waiting_for_the_next_hour_is_no_attempt(engine: Engine, clock: StoppedClock) -> None:
    """Or a long queue would end with letters that are given up at the first hitch."""
    member, mailer = await alice(engine), ScriptedMailer()
    room = at_work(engine, mailer)
    for _ in range(3):
        await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    await room.run_once()
    assert await engine.read(lambda connection: connection.scalars(select(notice.c.attempts)).all()) == [0]


async def test_news_that_cannot_be_put_into_words_holds_up_no_other(engine: Engine, clock: StoppedClock) -> None:
    """An address that no header can hold, which no code foresees: tried again, and given up in the end."""
    member, mailer = await alice(engine), ScriptedMailer()
    room = at_work(engine, mailer)
    bad = await news_of_a_mail(engine, member)
    await engine.write(lambda c: c.execute(update(filed).where(filed.c.mail_id == bad).values(return_to="a\nb@x")))
    await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    assert await room.run_once() == 2
    assert (mailer.told(), await left(engine)) == ([member.sender.value], 1)
    await engine.write(lambda c: c.execute(update(notice).values(attempts=MOST_ATTEMPTS - 1)))
    await due(engine, clock, back_off(1))
    await room.run_once()
    assert await left(engine) == 0


async def test_a_letter_keeps_its_message_id_over_attempts(engine: Engine, clock: StoppedClock) -> None:
    """So that one which was sent and not recorded is known when it comes twice."""
    member, mailer = await alice(engine), ScriptedMailer(NotSent("421"))
    room = at_work(engine, mailer)
    await news_of_a_mail(engine, member)
    clock.advance(GATHER)
    await room.run_once()
    await due(engine, clock, back_off(1))
    await room.run_once()
    first, second = (
        next(line for line in each.content.split(b"\r\n") if b"Message-ID" in line) for each in mailer.tried
    )
    assert first == second


async def test_mail_to_postmaster_is_passed_on_and_tried_again_where_it_did_not_leave(
    engine: Engine, clock: StoppedClock
) -> None:
    mailer = ScriptedMailer(NotSent("421"))
    room = Roles(engine, mailer, read_wording(), "sms.localhost", "root@clinic.example")
    await spooled_for_postmaster(engine, mail("Your server is on fire"))
    assert await room.run_once() == 1
    assert await room.run_once() == 0
    clock.advance(back_off(1))
    await engine.write(lambda connection: SPOOL.reap(connection, clock.now()))
    await room.run_once()
    assert mailer.told() == ["root@clinic.example"]
    assert b"Your server is on fire" in mailer.letters[0].content
    assert await engine.read(lambda connection: connection.execute(select(spool)).all()) == []


async def test_a_letter_of_ours_that_comes_to_postmaster_is_not_passed_on(engine: Engine) -> None:
    """Where the postmaster's own mail leads back here, it would come and go for ever, a little longer each time."""
    mailer = ScriptedMailer()
    room = Roles(engine, mailer, read_wording(), "sms.localhost", "root@clinic.example")
    await spooled_for_postmaster(engine, mail("Your server is on fire"))
    await room.run_once()
    await spooled_for_postmaster(engine, mailer.letters[0].content)
    assert await room.run_once() == 1
    assert len(mailer.letters) == 1
    assert await engine.read(lambda connection: connection.execute(select(spool)).all()) == []
