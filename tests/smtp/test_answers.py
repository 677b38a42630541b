"""An answer by SMS goes to the mailbox that it is for, once, and goes on with the thread there."""

from collections.abc import Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from gateway.accounts import inbound_numbers, senders
from gateway.accounts.tables import sender
from gateway.accounts.words import StopScope
from gateway.billing.customers import note_profile
from gateway.engine.database import Engine
from gateway.engine.seals import Seals
from gateway.settings import NoticeSettings, Settings
from gateway.sms.answers import ANSWERS, any_answers
from gateway.sms.carriers.port import Piece
from gateway.sms.inbound_tables import answer
from gateway.sms.policy import Rules
from gateway.sms.words import Reader
from gateway.smtp.answers import Answers
from gateway.smtp.delivery import MOST_ATTEMPTS
from gateway.smtp.mailer import NotSent, Refused
from gateway.smtp.reply_addresses import ReplyAddresses
from gateway.smtp.tables import mail as filed
from gateway.smtp.words import MailState
from gateway.wording import Language, read_wording
from plans.words import Origin
from tests.billing.buyers import CLINIC
from tests.cast import DELIVERS, UNDELIVERED, Member, alice, join, shipped_rules
from tests.clock import StoppedClock
from tests.sms.phones import heard, reached, reap, say
from tests.smtp.post import ScriptedMailer

SETTINGS = Settings(notices=NoticeSettings(max_per_hour=2))
WRITER = "staff@alice.example"


@pytest.fixture
def rules() -> Rules:
    """The rules as they ship."""
    return shipped_rules()


def at_work(engine: Engine, mailer: ScriptedMailer) -> Answers:
    """The room, with a mailer that does as told."""
    addresses = ReplyAddresses(Seals([b"k" * 32]), timedelta(days=90))
    return Answers(engine, mailer, read_wording(), SETTINGS, addresses)


async def a_mail(engine: Engine, member: Member, **columns: Any) -> int:
    """File a mail of the member; its id."""
    stamp = engine.stamp()
    mail_id = stamp.new_id()
    row = {
        "account_id": member.account_id,
        "mail_id": mail_id,
        "sender_id": member.sender.sender_id,
        "state": MailState.SENT_ON,
        "return_to": WRITER,
        "message_header": "<1@alice.example>",
        "automatic": False,
        "recipients": 1,
        "received_at": stamp.now,
        "finished_at": stamp.now,
    }
    await engine.write(lambda connection: connection.execute(insert(filed).values({**row, **columns})))
    return mail_id


async def told(engine: Engine, rules: Rules, text: str, **piece: Any) -> EmailMessage | None:
    """The letter that an answer becomes, if any."""
    await say(engine, text, **piece)
    await heard(engine, rules)
    mailer = ScriptedMailer()
    await at_work(engine, mailer).run_once()
    letters = [message_from_bytes(each.content, policy=policy.default) for each in mailer.letters]
    assert len(letters) <= 1
    return next(iter(letters), None)


async def left(engine: Engine) -> int:
    return await engine.read(lambda connection: connection.scalar(select(func.count()).select_from(answer)) or 0)


def text_of(letter: EmailMessage | None) -> str:
    return str(letter.get_content()).replace("\r\n", "\n") if letter else ""


async def test_it_goes_to_whoever_wrote_the_mail(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await reached(engine, rules, member, origin_id=await a_mail(engine, member))
    letter = await told(engine, rules, "J'arrive")
    assert letter is not None
    assert (letter["To"], letter["In-Reply-To"], letter["Auto-Submitted"]) == (WRITER, "<1@alice.example>", "no")
    assert await left(engine) == 0


async def test_a_machine_and_a_sender_who_left_are_not_told_but_the_account_is(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await engine.write(lambda connection: note_profile(connection, member.account_id, CLINIC))
    machine = await a_mail(engine, member, automatic=True)
    await reached(engine, rules, member, origin_id=machine)
    by_machine = await told(engine, rules, "Un")
    await reached(engine, rules, member, origin_id=await a_mail(engine, member))
    await engine.write(lambda connection: connection.execute(delete(sender)))
    by_one_who_left = await told(engine, rules, "Deux")
    addressed = [(each["To"], each["In-Reply-To"]) for each in (by_machine, by_one_who_left) if each]
    assert addressed == [(CLINIC.email, "<1@alice.example>")] * 2


async def test_what_no_mail_asked_for_goes_to_the_account_in_a_thread_of_its_own(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await reached(engine, rules, member, origin=Origin.CLI, origin_id=5, sender_id=0)
    first, second = await told(engine, rules, "Un"), await told(engine, rules, "Deux")
    assert first
    assert second
    assert (first["To"], first["Subject"]) == (WRITER, f"Re: SMS du {DELIVERS}")
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


async def test_a_sub_accounts_answers_go_to_its_parent_where_it_has_no_address(engine: Engine, rules: Rules) -> None:
    parent = await alice(engine)
    await engine.write(lambda connection: note_profile(connection, parent.account_id, CLINIC))
    branch = await engine.write(lambda connection: join(connection, engine.stamp(), "branch", 0, parent="alice"))
    await reached(engine, rules, branch, origin=Origin.API)
    letter = await told(engine, rules, "Bonjour")
    assert letter is not None
    assert letter["To"] == CLINIC.email


async def test_where_nobody_can_be_written_to_it_stays_on_the_list(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await reached(engine, rules, member, origin=Origin.CLI)
    stamp = engine.stamp()

    def only_a_domain(connection: Connection) -> None:
        senders.remove(connection, stamp, "tests", account="alice", value=WRITER)
        senders.add(connection, stamp, "tests", account="alice", value="alice.example")

    await engine.write(only_a_domain)
    assert await told(engine, rules, "Bonjour") is None
    assert (await left(engine), len(await heard(engine, rules))) == (0, 1)


PARAGRAPHS: Mapping[str, tuple[str, StopScope, str]] = {
    "stop of a client": ("STOP", StopScope.CLIENT, "nothing of yours is sent there any more"),
    "stop of a sender": ("STOP", StopScope.SENDER, "nothing more of what was answered"),
    "help": ("AIDE", StopScope.CLIENT, "tell them who you are"),
    "a message": (
        "Bonjour",
        StopScope.CLIENT,
        f"Bonjour\n\n{DELIVERS}, in answer to your SMS of 2026-11-23 10:00: Rendez",
    ),
}


@pytest.mark.parametrize(("text", "scope", "phrase"), PARAGRAPHS.values(), ids=PARAGRAPHS.keys())
async def test_what_follows_from_it_is_said(
    engine: Engine, rules: Rules, text: str, scope: StopScope, phrase: str
) -> None:
    choices: dict[str, Any] = {"stop_scope": scope, "language": Language.EN}
    member = await engine.write(lambda connection: join(connection, engine.stamp(), "alice", 100, **choices))
    await reached(engine, rules, member)
    assert phrase in text_of(await told(engine, rules, text))


async def test_a_long_message_is_quoted_in_short_and_missing_parts_are_named(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await reached(engine, rules, await alice(engine), text="x" * 300)
    assert await told(engine, rules, "fin", piece=Piece(1, 2, 2)) is None
    clock.advance(timedelta(minutes=31))
    await reap(engine)
    await heard(engine, rules)
    mailer = ScriptedMailer()
    await at_work(engine, mailer).run_once()
    text = text_of(message_from_bytes(mailer.letters[0].content, policy=policy.default))
    assert f": {'x' * 160}…" in text
    assert "[partie 1 manquante]fin" in text
    assert "Des parties de ce SMS ne sont jamais arrivées." in text


async def test_a_phone_that_writes_to_a_number_of_ones_own_is_told_without_a_message(
    engine: Engine, rules: Rules
) -> None:
    await alice(engine)
    stamp = engine.stamp()
    await engine.write(
        lambda connection: inbound_numbers.add(connection, stamp, "tests", number="+33700000000", account="alice")
    )
    letter = await told(engine, rules, "Bonjour", to="33700000000")
    assert f"{DELIVERS}, sans SMS de vous auquel répondre." in text_of(letter)


async def test_what_cannot_be_sent_is_tried_again_then_given_up(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member = await alice(engine)
    await reached(engine, rules, member)
    await say(engine, "Bonjour")
    await heard(engine, rules)
    room = at_work(engine, ScriptedMailer(*[NotSent("421")] * MOST_ATTEMPTS))
    assert await engine.read(lambda connection: any_answers(connection, Reader.MAIL))
    for _ in range(MOST_ATTEMPTS):
        assert (await room.run_once(), await room.run_once()) == (1, 0)
        clock.advance(timedelta(hours=5))
        await engine.write(lambda connection: ANSWERS.reap(connection, clock.now()))
    assert await left(engine) == 0


async def test_what_is_refused_for_good_is_not_tried_again(engine: Engine, rules: Rules) -> None:
    await reached(engine, rules, await alice(engine))
    await say(engine, "Bonjour")
    await heard(engine, rules)
    await at_work(engine, ScriptedMailer(Refused("550"))).run_once()
    assert await left(engine) == 0


async def test_more_than_an_address_can_bear_waits_for_the_next_hour(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await reached(engine, rules, await alice(engine))
    for text in ("Un", "Deux", "Trois"):
        await say(engine, text)
    await heard(engine, rules)
    mailer = ScriptedMailer()
    room = at_work(engine, mailer)
    await room.run_once()
    assert (len(mailer.letters), await left(engine)) == (2, 1)
    clock.advance(timedelta(hours=1))
    await engine.write(lambda connection: ANSWERS.reap(connection, clock.now()))
    await room.run_once()
    assert (len(mailer.letters), await left(engine)) == (3, 0)
    assert await room.run_once() == 0


async def test_waiting_for_the_next_hour_is_no_attempt(engine: Engine, rules: Rules) -> None:
    """Or a long queue would end with answers that are given up at the first hitch."""
    await reached(engine, rules, await alice(engine))
    for text in ("Un", "Deux", "Trois"):
        await say(engine, text)
    await heard(engine, rules)
    await at_work(engine, ScriptedMailer()).run_once()
    assert await engine.read(lambda connection: connection.scalars(select(answer.c.attempts)).all()) == [0]


async def test_an_answer_that_no_letter_can_hold_keeps_none_back(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """An address that no header can hold, which no code foresees: tried again, and given up in the end."""
    member, mailer = await alice(engine), ScriptedMailer()
    bad = await a_mail(engine, member, return_to="a\nb@x")
    await reached(engine, rules, member, UNDELIVERED, origin_id=bad)
    await reached(engine, rules, member, origin_id=await a_mail(engine, member))
    for phone in (UNDELIVERED, DELIVERS):
        await say(engine, "Bonjour", phone=phone)
    await heard(engine, rules)
    room = at_work(engine, mailer)
    assert (await room.run_once(), len(mailer.letters), await left(engine)) == (2, 1, 1)
    await engine.write(lambda connection: connection.execute(update(answer).values(attempts=MOST_ATTEMPTS - 1)))
    clock.advance(timedelta(hours=5))
    await engine.write(lambda connection: ANSWERS.reap(connection, clock.now()))
    assert (await room.run_once(), await left(engine)) == (1, 0)
