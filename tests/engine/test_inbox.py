"""When the database threads are called: late enough for company, and never in vain."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.engine.inbox import GROUP_LIMIT, QUIET_TURNS, Bell, Inbox, Work

SOON_S = 5.0


def work() -> Work:
    return Work(lambda _connection: None, asyncio.get_running_loop().create_future())


@pytest.fixture
async def inbox() -> Inbox:
    """In front of one thread."""
    return Inbox("test", 1)


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


async def taken(inbox: Inbox) -> int:
    """The size of the group that the next ring brings."""
    async with asyncio.timeout(SOON_S):
        return len(await asyncio.to_thread(inbox.take))


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


async def test_what_is_too_much_for_one_group_is_left_for_the_next(inbox: Inbox) -> None:
    for number in range(GROUP_LIMIT + 1):
        inbox.put(work(), urgent=number % 2 == 0)
    inbox.ring()
    assert [await taken(inbox), await taken(inbox)] == [GROUP_LIMIT, 1]


async def test_a_closed_inbox_gives_out_what_it_holds_and_then_nothing(inbox: Inbox) -> None:
    inbox.put(work(), urgent=False)
    inbox.close()
    assert [await taken(inbox), await taken(inbox)] == [1, 0]
