"""Phones that got SMS and answer them, in tests."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gateway.engine.database import Engine
from gateway.sms.answering import Answering
from gateway.sms.answers import Answer, claim_answers
from gateway.sms.arrivals import INBOUND
from gateway.sms.carriers.port import InboundSms, Piece
from gateway.sms.inbound_reports import InboundLine, list_inbound
from gateway.sms.inbox import NetworkInbox
from gateway.sms.keywords import read_keywords
from gateway.sms.policy import Rules
from gateway.sms.tables import inbound, message
from gateway.sms.understanding import Hearing
from gateway.sms.words import MessageState, Reader
from gateway.wording import read_wording
from tests.cast import DELIVERS, Member, send, sms

OURS = "36000"

_keys = count()


def answering(engine: Engine, rules: Rules) -> Answering:
    """Who works off what phones send."""
    return Answering(engine, Hearing(rules, read_keywords(), read_wording()))


async def reached(engine: Engine, rules: Rules, member: Member, recipient: str = DELIVERS, **fields: Any) -> int:
    """An SMS of a member that is on the phone; its id."""
    (answer,) = await send(engine, rules, sms(member, recipient, **fields))
    assert answer.reason is None
    these = message.c.message_id == answer.message_id
    await engine.write(
        lambda connection: connection.execute(update(message).where(these).values(state=MessageState.DELIVERED))
    )
    return answer.message_id


async def say(
    engine: Engine, text: str, *, phone: str = DELIVERS, to: str = OURS, piece: Piece | None = None, key: str = ""
) -> None:
    """Have a phone send an SMS, or a part of one, over the carrier of the sandbox."""
    one = InboundSms(key or f"mo-{next(_keys)}", phone, to, text, engine.clock.now(), piece)
    await NetworkInbox(engine, "sandbox").inbound([one])


async def heard(engine: Engine, rules: Rules) -> list[InboundLine]:
    """Everything that was understood once nothing waits any more that need not; the oldest first."""
    worker = answering(engine, rules)
    while await worker.run_once():
        pass
    return (await engine.read(lambda connection: list_inbound(connection, limit=1_000)))[::-1]


async def reap(engine: Engine) -> None:
    """Let go what has waited long enough."""
    await engine.write(lambda connection: INBOUND.reap(connection, engine.clock.now()))


async def left_for(engine: Engine, reader: Reader) -> list[Answer]:
    """What waits for a room."""

    def unit(connection: Connection) -> list[Answer]:
        now, lease = engine.clock.now(), timedelta(minutes=1)
        return claim_answers(connection, reader, worker=1, now=now, lease=lease, limit=100)

    return await engine.write(unit)


async def waiting(engine: Engine) -> Sequence[Row[Any]]:
    """What is not understood yet."""
    rows = select(inbound).order_by(inbound.c.inbound_id)
    return await engine.read(lambda connection: connection.execute(rows).all())
