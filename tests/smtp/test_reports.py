"""Mails are listed from the moment at which they are accepted, and found again by id."""

import pytest
from sqlalchemy import insert

from gateway.accounts.refusals import Refused
from gateway.engine.database import Engine
from gateway.smtp import reports
from gateway.smtp.spool import NO_ACCOUNT
from gateway.smtp.spooled import SpooledEnvelope, SpooledRecipient
from gateway.smtp.tables import mail, spool
from gateway.smtp.words import MailState
from plans.words import MessageClass, Reason
from tests.cast import Member, alice


async def accept(engine: Engine, account_id: int) -> int:
    """A mail that waits to be read."""
    stamp = engine.stamp()
    mail_id = stamp.new_id()
    recipient = SpooledRecipient("0639981234@sms.localhost", "+33639981234", MessageClass.ALERT, None)
    envelope = SpooledEnvelope("staff@alice.example", 0, (recipient, recipient))
    row = {"account_id": account_id, "mail_id": mail_id, "envelope": envelope, "raw": b"", "received_at": stamp.now}
    await engine.write(lambda connection: connection.execute(insert(spool), [row]).rowcount)
    return mail_id


async def read(engine: Engine, member: Member, reason: Reason | None = None) -> int:
    """A mail that was read."""
    stamp = engine.stamp()
    mail_id = stamp.new_id()
    row = {
        "account_id": member.account_id,
        "mail_id": mail_id,
        "sender_id": member.sender.sender_id,
        "state": MailState.REFUSED if reason else MailState.SENT_ON,
        "reason": reason,
        "return_to": "staff@alice.example",
        "subject": "Hello",
        "automatic": False,
        "recipients": 1,
        "received_at": stamp.now,
        "finished_at": stamp.now,
    }
    await engine.write(lambda connection: connection.execute(insert(mail), [row]).rowcount)
    return mail_id


async def listed(engine: Engine, **wanted: int) -> list[int]:
    """The ids of a list."""
    arguments = {"limit": 10, **wanted}
    found = await engine.read(lambda connection: reports.list_mails(connection, **arguments))
    return [line.id for line in found]


async def test_waiting_and_finished_mails_are_one_list_with_the_newest_first(engine: Engine) -> None:
    member = await alice(engine)
    ids = [await read(engine, member), await accept(engine, member.account_id), await read(engine, member)]
    assert await listed(engine) == ids[::-1]


async def test_a_list_goes_on_where_it_ended(engine: Engine) -> None:
    member = await alice(engine)
    ids = [await accept(engine, member.account_id), await read(engine, member), await accept(engine, member.account_id)]
    assert await listed(engine, limit=2) == [ids[2], ids[1]]
    assert await listed(engine, before_id=ids[1]) == [ids[0]]
    assert await listed(engine, limit=0) == []


async def test_a_list_may_be_of_one_account(engine: Engine) -> None:
    member = await alice(engine)
    mail_id = await read(engine, member)
    await accept(engine, NO_ACCOUNT)
    assert await listed(engine, account_id=member.account_id) == [mail_id]


async def test_a_mail_that_waits_is_shown_with_its_envelope(engine: Engine) -> None:
    member = await alice(engine)
    mail_id = await accept(engine, member.account_id)
    found = await engine.read(lambda connection: reports.find_mail(connection, mail_id))
    assert found == reports.MailLine(
        mail_id, "alice", "staff@alice.example", None, 2, None, None, engine.clock.now(), None
    )


async def test_a_mail_that_was_refused_is_shown_with_the_reason(engine: Engine) -> None:
    mail_id = await read(engine, await alice(engine), Reason.NO_TEXT)
    found = await engine.read(lambda connection: reports.find_mail(connection, mail_id))
    assert (found.subject, found.state, found.reason) == ("Hello", MailState.REFUSED, Reason.NO_TEXT)


async def test_mail_to_the_postmaster_belongs_to_nobody(engine: Engine) -> None:
    mail_id = await accept(engine, NO_ACCOUNT)
    found = await engine.read(lambda connection: reports.find_mail(connection, mail_id))
    assert found.account is None


async def test_a_mail_that_is_not_there_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="no mail 12"):
        await engine.read(lambda connection: reports.find_mail(connection, 12))
