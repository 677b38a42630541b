"""The cast of the tests: a few clients, each in a situation of its own, and short ways to send for them."""

import functools
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients, senders
from gateway.billing.lots import Grant, grant
from gateway.engine.database import Engine, Stamp
from gateway.settings import read_config
from gateway.sms.policy import Rules
from gateway.sms.request import SmsRequest, Submission
from gateway.sms.routes import Route
from gateway.sms.submit import submit
from plans.destinations import rates_from
from plans.stop import stop_rules_from
from plans.terms import credit_terms_from
from plans.windows import windows_from
from plans.words import LotKind, MessageClass, Origin

YEAR = timedelta(days=365)

#: Numbers of the sandbox phone: the last two digits say what becomes of an SMS.
DELIVERS, UNDELIVERED, REFUSED, LATE, EXPIRES, NO_LINK = (f"+336399812{ending}" for ending in (34, 90, 91, 92, 93, 94))

_keys = count()


@dataclass(frozen=True)
class Member:
    """A client of the cast with its one authorised sender."""

    client: clients.Client
    sender: senders.Sender

    @property
    def account_id(self) -> int:
        """The account."""
        return self.client.account_id


@functools.cache
def shipped_rules() -> Rules:
    """The rules as they ship, with the sandbox phone reachable."""
    document = read_config("windows.toml")
    return Rules(
        windows=windows_from(document),
        stop=stop_rules_from(document),
        rates=rates_from(read_config("rates.toml")),
        credit=credit_terms_from(document),
        routes=all_to("sandbox"),
        sandbox=True,
    )


def rules_to(carrier: str) -> Rules:
    """The rules as they ship, with everything going to one carrier."""
    return replace(shipped_rules(), routes=all_to(carrier))


def all_to(carrier: str) -> tuple[Route, ...]:
    """Routes that lead everything to one carrier."""
    return Route(carrier), Route(carrier, fictional=True)


async def alice(engine: Engine, units: int = 100, **settings: Any) -> Member:
    """Alice's clinic: active, with a pack of ``units`` for a year."""
    return await engine.write(lambda connection: join(connection, engine.stamp(), "alice", units, **settings))


async def bob(engine: Engine, units: int = 10) -> Member:
    """Bob tries the service: active, with test credits only."""
    return await engine.write(lambda connection: join(connection, engine.stamp(), "bob", units, kind=LotKind.TEST))


async def charlie(engine: Engine, units: int = 100) -> Member:
    """Charlie is suspended, and has a pack."""

    def unit(connection: Connection) -> Member:
        stamp = engine.stamp()
        member = join(connection, stamp, "charlie", units)
        return replace(member, client=clients.suspend(connection, stamp, "tests", account="charlie"))

    return await engine.write(unit)


async def alices_branch(engine: Engine) -> Member:
    """The second practice of Alice: a sub-account, which spends her credit."""
    return await engine.write(lambda connection: join(connection, engine.stamp(), "branch", 0, parent="alice"))


def join(
    connection: Connection, stamp: Stamp, slug: str, units: int, kind: LotKind = LotKind.PACK, **settings: Any
) -> Member:
    """Open an account with a sender ``staff@<slug>.example`` and a lot of ``units``; 0 is none."""
    client = clients.add(connection, stamp, "tests", name=slug.capitalize(), slug=slug, **settings)
    sender = senders.add(connection, stamp, "tests", account=slug, value=f"staff@{slug}.example")
    if units:
        grant(connection, stamp, Grant(client.account_id, kind, units, f"{kind} of {slug}", stamp.now + YEAR))
    return Member(client, sender)


def sms(member: Member, recipient: str = DELIVERS, text: str = "Rendez-vous demain à 10h", **fields: Any) -> SmsRequest:
    """A request of a member, unlike every other one unless ``dedup_key`` is given."""
    key = fields.pop("dedup_key", f"request {next(_keys)}")
    return SmsRequest(
        **{
            "account_id": member.account_id,
            "origin": Origin.EMAIL,
            "origin_id": 1,
            "dedup_key": sha256(key.encode()).hexdigest(),
            "recipient": recipient,
            "text": text,
            "message_class": MessageClass.ALERT,
            "sender_id": member.sender.sender_id,
            **fields,
        }
    )


async def send(engine: Engine, rules: Rules, *requests: SmsRequest) -> list[Submission]:
    """Hand requests in, as one batch."""
    return await engine.write(lambda connection: submit(connection, engine.stamp(), rules, requests))


async def grant_more(engine: Engine, member: Member, kind: LotKind, units: int, lasting: timedelta = YEAR) -> int:
    """One more lot for a member, which ends after ``lasting``; returns its id."""

    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        return grant(connection, stamp, Grant(member.account_id, kind, units, "more", stamp.now + lasting))

    return await engine.write(unit)
