"""At the end of a STOP link: nothing happens by looking; the button stops, tells the client once, and can be undone."""

from dataclasses import replace

import pytest

from gateway.engine.database import Engine
from gateway.engine.seals import Seals
from gateway.sms import optouts
from gateway.sms.clicks import Linked, follow, press
from gateway.sms.policy import Rules
from gateway.sms.stop_links import PATH, StopLinks
from gateway.sms.words import Meaning, Reader
from plans.words import MessageClass, Reason
from tests.cast import DELIVERS, Member, alice, send, sms
from tests.sms.phones import left_for

LINKS = StopLinks("https://sms.example", Seals([bytes(32)]))


@pytest.fixture
def served(rules: Rules) -> Rules:
    """The rules where no network carries an answer, and links are served."""
    return replace(rules, links=LINKS, stop=replace(rules.stop, answerable=frozenset()))


async def sent_link(engine: Engine, served: Rules, member: Member) -> str:
    """The token at the end of the link in a marketing message."""
    (answer,) = await send(engine, served, sms(member, message_class=MessageClass.MARKETING))
    assert answer.reason is None
    return LINKS.token(member.account_id, DELIVERS)


async def pressed(engine: Engine, token: str, *, stop: bool = True) -> Linked | None:
    stamp = engine.stamp()
    return await engine.write(lambda connection: press(connection, stamp, token, stop=stop))


async def seen(engine: Engine, token: str) -> Linked | None:
    return await engine.read(lambda connection: follow(connection, token))


async def test_the_link_leads_to_whom_it_was_sent(engine: Engine, served: Rules) -> None:
    member = await alice(engine)
    token = await sent_link(engine, served, member)
    await sent_link(engine, served, member)
    assert await seen(engine, token) == Linked(member.account_id, "Alice", DELIVERS, stopped=False)
    assert LINKS.url(member.account_id, DELIVERS) == f"https://sms.example{PATH}{token}"


async def test_an_alert_brings_no_link(engine: Engine, served: Rules) -> None:
    member = await alice(engine)
    await send(engine, served, sms(member))
    assert await seen(engine, LINKS.token(member.account_id, DELIVERS)) is None


async def test_pressed_twice_it_stops_and_is_told_once(engine: Engine, served: Rules) -> None:
    member = await alice(engine)
    token = await sent_link(engine, served, member)
    first = await pressed(engine, token)
    assert first
    assert first.stopped
    assert await pressed(engine, token) == first
    assert (await send(engine, served, sms(member)))[0].reason is Reason.OPTED_OUT
    told = [(each.meaning, each.text, each.message_id != 0) for each in await left_for(engine, Reader.MAIL)]
    assert told == [(Meaning.STOP, "STOP", True)]
    assert [each.meaning for each in await left_for(engine, Reader.CALENDAR)] == [Meaning.STOP]
    (listed,) = await engine.read(lambda connection: optouts.listing(connection, account="alice"))
    assert (listed.source, listed.voice) == ("link", "")


async def test_it_can_be_undone_there(engine: Engine, served: Rules) -> None:
    member = await alice(engine)
    token = await sent_link(engine, served, member)
    await pressed(engine, token)
    again = await pressed(engine, token, stop=False)
    assert again
    assert not again.stopped
    assert (await send(engine, served, sms(member)))[0].reason is None
    assert [each.meaning for each in await left_for(engine, Reader.MAIL)] == [Meaning.STOP, Meaning.START]
    assert await pressed(engine, token, stop=False) == again
    assert await left_for(engine, Reader.MAIL) == []


async def test_what_an_operator_noted_is_not_undone_there(engine: Engine, served: Rules) -> None:
    token = await sent_link(engine, served, await alice(engine))
    stamp = engine.stamp()
    await engine.write(
        lambda connection: optouts.add(connection, stamp, "tests", account="alice", number=DELIVERS, sandbox=True)
    )
    still = await pressed(engine, token, stop=False)
    assert still
    assert still.stopped


@pytest.mark.parametrize("token", ["", "aaaaaaaaaaaa", "x" * 10_000, "' OR 1=1 --"])
async def test_a_link_that_we_never_sent_leads_nowhere(engine: Engine, served: Rules, token: str) -> None:
    await sent_link(engine, served, await alice(engine))
    assert (await seen(engine, token), await pressed(engine, token)) == (None, None)


def test_each_client_and_each_phone_has_a_link_of_its_own() -> None:
    tokens = {LINKS.token(account_id, phone) for account_id in (1, 2) for phone in (DELIVERS, "+33639981235")}
    assert len(tokens) == 4
