"""The whole gateway in a test: its real doors, its database, its phone and its letters."""

import asyncio
import mailbox
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from gateway.accounts import clients, passwords, senders
from gateway.accounts.passwords import NewPassword
from gateway.app.answers import sandbox_reply
from gateway.app.rules import read_rules
from gateway.app.service import Running
from gateway.billing.lots import Grant, grant
from gateway.billing.tables import balance
from gateway.engine.clock import Clock
from gateway.settings import Settings
from gateway.sms.audit import audit
from gateway.sms.inbound_tables import answer
from gateway.sms.inbox import INBOUND_TOPIC
from gateway.sms.reports import MessageLine, list_messages
from gateway.sms.tables import inbound, job, notice, sandbox_sms
from gateway.sms.words import Reader
from gateway.smtp.maildir import folder_name
from gateway.smtp.tables import spool
from gateway.wording import Language
from plans.words import LotKind
from tests.cast import YEAR
from tests.waiting import PATIENCE_S, eventually

Refusals = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Gateway:
    """A running gateway, as its clients and whoever looks into it see it."""

    running: Running
    settings: Settings
    clock: Clock

    @property
    def port(self) -> int:
        """Of SMTP."""
        assert self.running.smtp_port is not None
        return self.running.smtp_port

    async def client(self, slug: str, units: int = 100, language: Language = Language.EN, **of_sender: Any) -> "Sender":
        """Open an account with a pack of ``units``, a sender ``staff@<slug>.example`` and an app password."""
        stamp = self.running.engine.stamp()

        def unit(connection: Connection) -> Sender:
            client = clients.add(connection, stamp, "tests", name=slug.capitalize(), slug=slug, language=language)
            address = f"staff@{slug}.example"
            senders.add(connection, stamp, "tests", account=slug, value=address, **of_sender)
            if units:
                grant(connection, stamp, Grant(client.account_id, LotKind.PACK, units, "pack", stamp.now + YEAR))
            password = passwords.add(connection, stamp, "tests", account=slug)
            return Sender(self, client.account_id, address, password)

        return await self.running.engine.write(unit)

    async def messages(self) -> list[MessageLine]:
        """All messages, the oldest first."""
        return (await self.running.engine.read(lambda connection: list_messages(connection, limit=500)))[::-1]

    async def phone(self) -> list[tuple[str, str]]:
        """Number and text of every SMS that reached the sandbox phone, in order."""
        row = sandbox_sms.c
        texts = select(row.recipient, row.body).order_by(row.received_at, row.reference)
        return [
            tuple(each) for each in await self.running.engine.read(lambda connection: connection.execute(texts).all())
        ]

    async def reply(self, number: str, text: str) -> None:
        """Have a phone of the sandbox answer."""
        stamp, rules = self.running.engine.stamp(), read_rules(self.settings)
        await self.running.engine.write(
            lambda connection: sandbox_reply(connection, stamp, rules, number=number, text=text), wakes=(INBOUND_TOPIC,)
        )

    async def units_left(self, sender: "Sender") -> int:
        """The credit of a sender's account."""
        left = select(balance.c.credit_units).where(balance.c.account_id == sender.account_id)
        return await self.running.engine.read(lambda connection: connection.scalar(left)) or 0

    async def letters(self, address: str) -> list[EmailMessage]:
        """What was written to an address."""
        return await asyncio.to_thread(self._letters, address)

    async def letter(self, address: str) -> EmailMessage:
        """The first letter to an address, once it is there."""
        return (await eventually(lambda: self.letters(address)))[0]

    async def letter_saying(self, address: str, text: str) -> EmailMessage:
        """The letter to an address that has ``text`` in it, once it is there."""

        async def look() -> list[EmailMessage]:
            return [each for each in await self.letters(address) if text in each.get_content()]

        return (await eventually(look))[0]

    async def at_rest(self) -> None:
        """Wait until nothing is left to do that could be done now."""
        await eventually(lambda: self.running.engine.read(_nothing_to_do))

    async def discrepancies(self) -> list[object]:
        """What the audit of the house finds."""
        return await self.running.engine.read(lambda connection: list(audit(connection)))

    def _letters(self, address: str) -> list[EmailMessage]:
        folder = self.settings.data_dir / "maildir" / folder_name(address)
        if not (folder / "new").exists():
            return []
        box = mailbox.Maildir(folder, create=False)
        return [message_from_bytes(box.get_bytes(key), policy=policy.default) for key in sorted(box.keys())]


@dataclass(frozen=True)
class Sender:
    """Somebody who sends mail through the gateway."""

    gateway: Gateway
    account_id: int
    address: str
    password: NewPassword

    async def send(self, text: str, *numbers: str, **headers: Any) -> Refusals:
        """Send a mail with ``headers`` (``message_id``, ``subject``); the refused recipients with code and reply."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.address, ", ".join(self.gateway_address(each) for each in numbers)
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return await self.send_raw(mail.as_bytes(policy=policy.SMTP), *numbers)

    async def send_raw(self, raw: bytes, *numbers: str) -> Refusals:
        """Send octets as they are."""
        recipients = [self.gateway_address(each) for each in numbers]
        return await asyncio.to_thread(self._send, raw, recipients)

    def gateway_address(self, local_part: str) -> str:
        """The address of a number at the gateway."""
        return f"{local_part}@{self.gateway.settings.domain}"

    def _send(self, raw: bytes, recipients: list[str]) -> Refusals:
        with smtplib.SMTP("127.0.0.1", self.gateway.port, "client.example", PATIENCE_S) as smtp:
            smtp.login(self.password.login, self.password.password)
            try:
                return smtp.sendmail(self.address, recipients, raw)
            except smtplib.SMTPRecipientsRefused as all_refused:
                return all_refused.recipients


def _nothing_to_do(connection: Connection) -> bool:
    due = [_count(connection, each, each.c.parked_until.is_(None)) for each in (spool, job, notice, inbound)]
    due.append(_count(connection, answer, answer.c.parked_until.is_(None) & (answer.c.reader == Reader.MAIL)))
    claimed = [_count(connection, each, each.c.claimed_by.is_not(None)) for each in (spool, job, notice, answer)]
    newest = select(func.max(sandbox_sms.c.received_at)).scalar_subquery()
    receipts = _count(connection, sandbox_sms, sandbox_sms.c.receipt_due_at <= newest)
    return not any((*due, *claimed, receipts))


def _count(connection: Connection, table: Table, such: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(such)) or 0
