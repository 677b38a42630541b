"""What people send is on disk before the carrier is told so, and the same twice is one."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select

from gateway.engine.database import Engine
from gateway.sms.carriers.port import InboundSms, Piece
from gateway.sms.concatenation import keepable
from gateway.sms.inbox import NetworkInbox
from gateway.sms.tables import inbound

ANSWER = InboundSms("mo-1", "+33639981234", "36111", "OUI", datetime(2026, 11, 27, 9, tzinfo=UTC))


async def kept(engine: Engine) -> list[tuple[str, str, str, int | None]]:
    row = inbound.c
    words = select(row.carrier, row.carrier_key, row.body, row.piece_number).order_by(row.inbound_id)
    return [tuple(each) for each in await engine.read(lambda connection: connection.execute(words).all())]


async def test_an_sms_that_comes_twice_is_kept_once(engine: Engine) -> None:
    inbox = NetworkInbox(engine, "north")
    await inbox.inbound([ANSWER, ANSWER])
    await inbox.inbound([ANSWER])
    await inbox.inbound([])
    assert await kept(engine) == [("north", "mo-1", "OUI", None)]


async def test_two_carriers_may_use_one_name(engine: Engine) -> None:
    await NetworkInbox(engine, "north").inbound([ANSWER])
    await NetworkInbox(engine, "south").inbound([replace(ANSWER, text="NON")])
    assert await kept(engine) == [("north", "mo-1", "OUI", None), ("south", "mo-1", "NON", None)]


async def test_parts_are_kept_apart_and_no_text_breaks_the_database(engine: Engine) -> None:
    part = replace(ANSWER, text="NUL \0 and half \ud83d a pair", piece=Piece(7, 2, 2))
    long = replace(part, key="mo-2", text="x" * 9_000)
    await NetworkInbox(engine, "north").inbound([part, long, replace(part, key="mo-3", piece=Piece(7, 2, 3))])
    (_, _, half, number), (_, _, cut, _), (_, _, mended, no_part) = await kept(engine)
    assert (half, number, len(cut)) == (keepable("NUL  and half \ud83d a pair"), 2, 4_000)
    assert (mended, no_part) == ("NUL  and half ? a pair", None)


async def test_a_long_sms_that_its_carrier_has_put_together_is_kept_whole(engine: Engine) -> None:
    await NetworkInbox(engine, "north").inbound([replace(ANSWER, text="x" * 50_000)])
    ((_, _, text, _),) = await kept(engine)
    assert len(text) == 255 * 153
