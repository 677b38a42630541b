"""Sends one real mail for the demo client through the service's own SMTP port, and watches what becomes of it."""

import asyncio
import smtplib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from functools import partial
from typing import Any

from gateway.app.catalogue import billing_rules
from gateway.app.demo import demo
from gateway.app.demo_calendar import SOON, link_demo_calendar
from gateway.app.rules import read_rules
from gateway.app.service import Running
from gateway.calendar.connections import TOPIC as CALENDARS_TOPIC
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.reports import MessageLine, list_messages
from gateway.sms.words import FINAL
from plans.words import Origin

TEXT = "Hello from your new gateway: this mail became an SMS."

_PATIENCE_S = 15.0
_LOOK_EVERY_S = 0.05
_AMONG = 50  # messages: more than anybody sends by hand meanwhile


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The demo client, and what became of its mail."""

    client: Mapping[str, Any]  # as ``gateway demo`` shows it, on the port that is in use
    refused: str | None  # why the mail was not taken, where it was not
    message: MessageLine | None  # None where the mail was not taken, or nothing came of it in time


async def demonstrate(settings: Settings, service: Running) -> Demonstration:
    """Make the demo client where it is missing, send, and wait until the SMS has reached its end."""
    engine, terms = service.engine, read_rules(settings).credit
    stamp = engine.stamp()
    client = await engine.write(lambda connection: demo(connection, stamp, "demo", settings, terms))
    client = {**client, "smtp_port": service.smtp_port}
    before = await _newest(engine, Origin.EMAIL)
    try:
        await asyncio.to_thread(_send, client)
    except (smtplib.SMTPException, OSError) as error:
        return Demonstration(client, f"{type(error).__name__}: {error}", None)
    return Demonstration(client, None, await _outcome(engine, Origin.EMAIL, before))


@dataclass(frozen=True, slots=True)
class Reminded:
    """The demo client's calendar, and the reminder that came of its first appointment; None where none came in time."""

    calendar: Mapping[str, Any]
    message: MessageLine | None


async def demonstrate_calendar(settings: Settings, service: Running, server: str) -> Reminded:
    """Link the demo client's calendar, published at ``server``, and wait for its first reminder."""
    engine, rules, billing = service.engine, read_rules(settings), billing_rules(settings)
    before = await _newest(engine, Origin.CALENDAR)
    linking = partial(link_demo_calendar, stamp=engine.stamp(), settings=settings, rules=rules, billing=billing)
    linked = await engine.write(partial(linking, server=server), wakes=(CALENDARS_TOPIC,))
    patience_s = SOON.total_seconds() + _PATIENCE_S
    return Reminded(linked, await _outcome(engine, Origin.CALENDAR, before, patience_s))


def _send(client: Mapping[str, Any]) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = client["sender"], client["recipient"]
    mail["Subject"] = "Demonstration"
    mail["Date"], mail["Message-ID"] = localtime(), make_msgid(domain="demo.localhost")
    mail.set_content(TEXT)
    with smtplib.SMTP(client["smtp_host"], client["smtp_port"], socket.gethostname(), timeout=_PATIENCE_S) as smtp:
        smtp.login(client["user"], client["password"])
        smtp.send_message(mail)


async def _outcome(
    engine: Engine, origin: Origin, before: MessageLine | None, patience_s: float = _PATIENCE_S
) -> MessageLine | None:
    """The message that came of the mail or event, in its last state or in the one that it has after a while."""
    newest: MessageLine | None = None
    for _ in range(round(patience_s / _LOOK_EVERY_S)):
        newest = await _newest(engine, origin)
        if newest and (before is None or newest.id > before.id) and newest.state in FINAL:
            return newest
        await asyncio.sleep(_LOOK_EVERY_S)
    return newest if newest and (before is None or newest.id > before.id) else None


async def _newest(engine: Engine, origin: Origin) -> MessageLine | None:
    """The newest of that origin: whoever tries the service meanwhile sends messages, too."""
    messages = await engine.read(lambda connection: list_messages(connection, limit=_AMONG))
    return next((each for each in messages if each.origin == origin), None)
