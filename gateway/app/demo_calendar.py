"""The calendar of the demo client: a file that this process publishes, linked and enabled like anybody's."""

import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.accounts import clients
from gateway.app import calendars, ordering, subscribing
from gateway.app.demo import NUMBER, SLUG
from gateway.billing import packs, running
from gateway.billing.rules import BillingRules
from gateway.calendar import calendars as rows
from gateway.calendar import choosing
from gateway.calendar.changing import change_settings
from gateway.calendar.settings import CalendarSettings, Rule
from gateway.engine.clock import Clock
from gateway.engine.database import Stamp
from gateway.settings import Settings
from gateway.sms.policy import Rules
from gateway.web.server import WebServer, bind
from plans.periods import Interval

NAME = "Demo practice"
PATH = "/demo.ics"
_NAMES = (NAME, f"127.0.0.1{PATH}")  # the second until it was read

#: The reminder of the first appointment leaves so long after the start, by the rule of an hour before.
SOON = timedelta(seconds=15)

_LAST_PORT = 65_535
_UNITS = 20
_CARD = "4000 0000 0000 0042"  # of the sandbox, which always pays

_EVENTS = (
    (timedelta(hours=1) + SOON, f"Mme Martin {NUMBER}"),
    (timedelta(days=2), "M. Petit 06 39 98 56 78"),
    (timedelta(days=2, hours=1), "Réunion"),
    (timedelta(days=3), "Mme Durand 06 39 98 11 22 ou 06 39 98 33 44"),
)


@contextlib.asynccontextmanager
async def published(settings: Settings, clock: Clock) -> AsyncIterator[str]:
    """Publish the calendar on this machine alone; gives its "host:port"."""
    text = calendar_text(clock.now())

    async def answer(_request: Request) -> Response:
        return Response(text, media_type="text/calendar")

    door = _bind(settings.web.port)
    server = WebServer(Starlette(routes=[Route(PATH, answer)]), door)
    server.start()
    try:
        yield f"127.0.0.1:{door.getsockname()[1]}"
    finally:
        await server.close()


def _bind(web_port: int) -> socket.socket:
    """The port after the web server's, so that the address stays from start to start; any other where it is taken."""
    with contextlib.suppress(OSError):
        return bind("127.0.0.1", web_port + 1 if 0 < web_port < _LAST_PORT else 0)
    return bind("127.0.0.1", 0)


def calendar_text(now: datetime) -> str:
    """A few appointments after ``now``: one that is soon, one without a number, one with two."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//gateway//demo//EN", f"X-WR-CALNAME:{NAME}"]
    for number, (after, title) in enumerate(_EVENTS):
        start = now + after
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_ics(now)}-{number}@demo.localhost",
            f"DTSTAMP:{_ics(now)}",
            f"CREATED:{_ics(now - timedelta(days=7))}",
            f"DTSTART:{_ics(start)}",
            f"DTEND:{_ics(start + timedelta(minutes=30))}",
            f"SUMMARY:{title}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def link_demo_calendar(
    connection: Connection, stamp: Stamp, settings: Settings, rules: Rules, billing: BillingRules, *, server: str
) -> dict[str, Any]:
    """Link what is published at ``server`` to the demo client, and have its reminders sent; once made, it stays.

    One that was published elsewhere at an earlier start is disabled, and nothing that somebody linked to try it out.
    """
    account_id = _subscribed(connection, stamp, settings, rules, billing)
    address = f"http://{server}{PATH}"
    linked = calendars.link(connection, stamp, "demo", settings, billing, account=SLUG, address=address)
    for each in rows.of_account(connection, account_id):
        earlier = each.name in _NAMES and each.connection_id != linked["connection_id"]
        if earlier and each.enabled_at is not None:
            choosing.disable(connection, stamp, "demo", each)
    (found,) = rows.of_connection(connection, account_id, linked["connection_id"])
    if found.enabled_at is None:
        choosing.enable(connection, stamp, "demo", billing, found)
        fresh = rows.by_keys(connection, [found.key])[found.key]
        wanted = CalendarSettings(
            rules=(Rule("1h", stamp.now), Rule("24h", stamp.now)), hours=("00:00-23:59",) * 7, contact="01 99 00 12 34"
        )
        change_settings(connection, stamp, "demo", fresh, wanted)
    return {"account": SLUG, "calendar": NAME, "address": address}


def _subscribed(connection: Connection, stamp: Stamp, settings: Settings, rules: Rules, billing: BillingRules) -> int:
    """The account of the demo client, with a plan and a few units for reminders."""
    account_id = clients.find(connection, SLUG).account_id
    if running.latest(connection, account_id) is None:
        ordering.bill_to(
            connection,
            stamp,
            "demo",
            account=SLUG,
            name="Demo SARL",
            address="1 rue de la Paix",
            postcode="75002",
            city="Paris",
            email="office@demo.localhost",
        )
        ordering.accept_terms(connection, stamp, "demo", billing, account=SLUG)
        ordering.sandbox_card(connection, stamp, "demo", settings, billing, account=SLUG, number=_CARD)
        subscribing.subscribe(connection, stamp, "demo", billing, account=SLUG, plan="BUSINESS", every=Interval.MONTH)
        packs.add(connection, stamp, "demo", rules.credit, account=SLUG, units=_UNITS, label="demo reminders")
    return account_id


def _ics(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
