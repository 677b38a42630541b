"""When the database threads are called: late enough for company, and never in vain."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.engine.bell import QUIET_TURNS, Bell
from gateway.engine.inbox import Inbox
from tests.engine.groups import SOON_S, taken, work


@pytest.fixture
async def bell(inbox: Inbox) -> Bell:
    """One with more patience than a slow machine needs."""
    return Bell(asyncio.get_running_loop(), (inbox,), gather_s=60)


@pytest.fixture
async def hand_in(inbox: Inbox, bell: Bell) -> Callable[[], None]:
    """Hands in one unit, and has the bell rung for it."""

    def put() -> None:
        inbox.put(work(), urgent=False)
        bell.gather()

    return put


async def test_those_who_come_turn_after_turn_are_one_group(inbox: Inbox, hand_in: Callable[[], None]) -> None:
    group = asyncio.create_task(taken(inbox))
    for _ in range(20):
        hand_in()
        await asyncio.sleep(0)
    assert await group == 20


async def test_one_alone_is_not_kept_waiting(inbox: Inbox, hand_in: Callable[[], None]) -> None:
    hand_in()
    assert await taken(inbox) == 1


async def test_a_stream_that_never_ceases_is_not_waited_out(inbox: Inbox) -> None:
    bell = Bell(asyncio.get_running_loop(), (inbox,))
    group = asyncio.create_task(taken(inbox))
    async with asyncio.timeout(SOON_S):
        while not group.done():
            inbox.put(work(), urgent=False)
            bell.gather()
            await asyncio.sleep(0)
    assert await group >= 1


async def test_what_is_going_on_elsewhere_holds_a_group_open(
    inbox: Inbox, bell: Bell, hand_in: Callable[[], None]
) -> None:
    hand_in()
    for _ in range(2 * QUIET_TURNS):
        bell.expect_more()
        await asyncio.sleep(0)
    inbox.put(work(), urgent=False)
    assert await taken(inbox) == 2


async def test_what_is_big_is_not_kept_waiting(inbox: Inbox, bell: Bell) -> None:
    inbox.put(work(), urgent=False, at_once=True)
    bell.gather()
    group = asyncio.create_task(taken(inbox))
    async with asyncio.timeout(SOON_S):
        while not group.done():
            bell.expect_more()
            await asyncio.sleep(0)
    assert await group == 1


async def test_nobody_is_called_while_a_group_is_worked_off(inbox: Inbox, hand_in: Callable[[], None]) -> None:
    """What came meanwhile is called for after the answer, together with what that brings."""
    hand_in()
    await taken(inbox)
    hand_in()
    for _ in range(2 * QUIET_TURNS):
        await asyncio.sleep(0)
    next_group = asyncio.create_task(taken(inbox))
    inbox.leave()
    hand_in()
    assert await next_group == 2
