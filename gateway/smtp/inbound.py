"""From the spool to the one door: each mail is read, its messages submitted, and the mail filed."""

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, func, insert, select

from gateway.accounts import tables as accounts
from gateway.accounts.senders import Sender
from gateway.engine.database import Engine, Stamp
from gateway.engine.leases import held
from gateway.engine.queue import Claim
from gateway.engine.writer import StorageUnavailable
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.policy import Rules
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from gateway.sms.talks import Talk, talks
from gateway.sms.words import News
from gateway.smtp.readers import Readers
from gateway.smtp.reading import UNREADABLE, ReadMail
from gateway.smtp.requests import Opened, automatic_kind, is_reply, requests_of
from gateway.smtp.spool import NO_ACCOUNT, SPOOL
from gateway.smtp.spooled import SpooledEnvelope
from gateway.smtp.tables import mail, spool
from gateway.smtp.words import MailState
from plans.words import Origin, Reason

log = logging.getLogger(__name__)

BATCH = 50
MOST_BYTES = 16_000_000  # of the mails that are in memory at once; a single larger one goes alone
LEASE = timedelta(seconds=60)

PAUSE = timedelta(minutes=1)  # before a mail that could not be filed is tried again

#: A mail that was claimed so often and never finished is not read again. What it holds can end a reading process only:
#: the number is for what nobody foresaw, and high, for each kill of the service costs an attempt too.
MOST_ATTEMPTS = 20

_OF_CLIENTS = (spool.c.account_id != NO_ACCOUNT,)

#: A mail, what was read in it, and what it asks for.
Asked = tuple[Opened, ReadMail, list[SmsRequest] | Reason]


class Inbound:
    """Works off the spool."""

    def __init__(self, engine: Engine, readers: Readers, rules: Rules) -> None:
        self._engine = engine
        self._readers = readers
        self._rules = rules

    async def run_once(self) -> int:
        """Work off one batch; returns how many mails it took.

        1. Claim mails.
        2. Read them, in a process of its own, in no transaction.
        3. In one transaction: take them out of the spool, submit their messages, file them.
        """
        opened = await self._engine.write(self._claim, urgent=True)
        if opened:
            try:
                await self._work_off(opened)
            except (StorageUnavailable, OSError):  # OSError: the machine starts no process
                await self._give_back([each.claim for each in opened])
                raise
        return len(opened)

    async def _work_off(self, opened: Sequence[Opened]) -> None:
        async with held(self._engine, SPOOL, [each.claim for each in opened], LEASE):
            contents = await self._read(opened)
        await self._file(opened, contents)

    async def _give_back(self, claims: Sequence[Claim]) -> None:
        """It was no fault of these mails: the attempt does not count, or a night without room would refuse them."""
        with suppress(StorageUnavailable):  # the lease ends by itself
            await self._engine.write(lambda connection: SPOOL.release(connection, claims), urgent=True)

    async def _file(self, opened: Sequence[Opened], contents: Sequence[ReadMail]) -> None:
        """File a batch; where one mail breaks it, the others are filed without it, and it is tried again later."""
        try:
            await self._engine.write(  # its instant is that in which messages are queued, not wait for that
                lambda connection: file_mails(connection, self._engine.stamp(), self._rules, opened, contents)
            )
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold a number or a message
            log.error("filing %d mails failed: %s", len(opened), type(error).__name__)
            if len(opened) > 1:
                for one, content in zip(opened, contents, strict=True):
                    await self._file([one], [content])
            else:
                await self._put_off(opened[0].claim, self._engine.clock.now() + PAUSE)

    async def _put_off(self, claim: Claim, until: datetime) -> None:
        await self._engine.write(lambda connection: SPOOL.park(connection, [claim], until), urgent=True)

    def _claim(self, connection: Connection) -> list[Opened]:
        claims = SPOOL.claim(
            connection,
            worker=self._engine.node,
            now=self._engine.clock.now(),
            lease=LEASE,
            limit=BATCH,
            where=_OF_CLIENTS,
        )
        return open_mails(connection, _as_many_as_fit(connection, claims)) if claims else []

    async def _read(self, opened: Sequence[Opened]) -> list[ReadMail]:
        readable = [each.raw for each in opened if each.claim.attempts <= MOST_ATTEMPTS]
        contents = iter(await self._readers.read_many(readable))
        return [next(contents) if each.claim.attempts <= MOST_ATTEMPTS else UNREADABLE for each in opened]


def _as_many_as_fit(connection: Connection, claims: Sequence[Claim]) -> list[Claim]:
    """The first claims whose mails fit into memory together, one at least; the others are given back."""
    row = spool.c
    measured = connection.execute(
        select(row.mail_id, func.length(row.raw)).where(
            row.account_id.in_({claim.account_id for claim in claims}),
            row.mail_id.in_([claim.row_id for claim in claims]),
        )
    )
    sizes = {mail_id: size for mail_id, size in measured}  # noqa: C416 - dict() takes rows for what they are not
    room = MOST_BYTES + max(0, sizes[claims[0].row_id] - MOST_BYTES)
    ends = accumulate(sizes[claim.row_id] for claim in claims)
    fitting = [claim for claim, end in zip(claims, ends, strict=True) if end <= room]
    SPOOL.release(connection, claims[len(fitting) :])
    return fitting


def open_mails(connection: Connection, claims: Sequence[Claim]) -> list[Opened]:
    """The mails of these claims, each with its sender's settings."""
    row = spool.c
    account_ids = {claim.account_id for claim in claims}
    rows = connection.execute(
        select(row.mail_id, row.envelope, row.raw, row.received_at).where(
            row.account_id.in_(account_ids), row.mail_id.in_([claim.row_id for claim in claims])
        )
    )
    found = {each.mail_id: (each.envelope, each.raw, each.received_at) for each in rows}
    senders = _senders(connection, account_ids, {envelope.sender_id for envelope, _, _ in found.values()})
    return [
        Opened(claim, envelope, raw, received_at, senders.get(envelope.sender_id), _talks(connection, claim, envelope))
        for claim in claims
        for envelope, raw, received_at in [found[claim.row_id]]
    ]


def _talks(connection: Connection, claim: Claim, envelope: SpooledEnvelope) -> Mapping[str, Talk]:
    """The conversations that a mail goes on with; nearly none does."""
    phones = {each.e164 for each in envelope.recipients if each.e164 and is_reply(each)}
    found = talks(connection, {(claim.account_id, phone) for phone in phones})
    return {phone: talk for (_, phone), talk in found.items()}


def _senders(connection: Connection, account_ids: Collection[int], ids: Collection[int]) -> Mapping[int, Sender]:
    row = accounts.sender.c
    rows = connection.execute(select(accounts.sender).where(row.account_id.in_(account_ids), row.sender_id.in_(ids)))
    return {each.sender_id: Sender(*each) for each in rows}


def file_mails(
    connection: Connection, stamp: Stamp, rules: Rules, opened: Sequence[Opened], contents: Sequence[ReadMail]
) -> None:
    """Turn mails that were read into messages; one whose claim was lost is left to whoever holds it now."""
    ours = SPOOL.finish(connection, [each.claim for each in opened])
    asked: list[Asked] = [
        (each, content, requests_of(each, content))
        for each, content in zip(opened, contents, strict=True)
        if each.claim.row_id in ours
    ]
    requests = [request for _, _, wanted in asked if not isinstance(wanted, Reason) for request in wanted]
    if requests:
        submit(connection, stamp, rules, requests)
    enter_notices(connection, stamp, [notice for each in asked if (notice := _refusal(each))])
    if asked:
        connection.execute(insert(mail), [_row(stamp, each) for each in asked])


def _refusal(asked: Asked) -> Notice | None:
    """The news that no SMS was made of the mail; never told to a machine."""
    opened, content, wanted = asked
    if not isinstance(wanted, Reason) or opened.sender is None or automatic_kind(opened, content):
        return None
    if not wants(opened.sender.notify, News.UNREADABLE):
        return None
    return Notice(opened.claim.account_id, Origin.EMAIL, opened.claim.row_id, News.UNREADABLE, wanted)


def _row(stamp: Stamp, asked: Asked) -> dict[str, Any]:
    """What is kept of a mail: enough for its thread, nothing of its text."""
    opened, content, wanted = asked
    refused = isinstance(wanted, Reason)
    return {
        "account_id": opened.claim.account_id,
        "mail_id": opened.claim.row_id,
        "sender_id": opened.envelope.sender_id,
        "state": MailState.REFUSED if refused else MailState.SENT_ON,
        "reason": wanted if refused else None,
        "return_to": opened.envelope.mail_from,
        "message_header": content.message_id,
        "references_header": " ".join(content.references or filter(None, [content.in_reply_to]))[-4000:],
        "subject": content.subject[:500],
        "automatic": automatic_kind(opened, content) is not None,
        "recipients": len(opened.envelope.recipients),
        "received_at": opened.received_at,
        "finished_at": stamp.now,
    }
