"""Group commit: units handed in together share a transaction and nothing else."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest
from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.engine.database import Engine, open_engine
from gateway.engine.topics import wake_after
from gateway.engine.writer import StorageUnavailable
from tests.clock import StoppedClock
from tests.databases import from_outside

Hold = Callable[[], AbstractAsyncContextManager[None]]
UnitFor = Callable[[str], Callable[[Connection], str]]


def words(database_url: str, note: Table) -> list[str]:
    """What a connection that is not the engine's sees."""
    with from_outside(database_url).connect() as connection:
        return sorted(connection.scalars(select(note.c.word)))


async def test_what_write_returned_is_seen_by_another_connection(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor
) -> None:
    assert await engine.write(write_word("yes")) == "yes"
    assert words(database_url, note) == ["yes"]


async def test_nothing_is_seen_and_nothing_answered_before_the_commit(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor, held_up: Hold
) -> None:
    """The last unit of the group looks from outside: its neighbours' rows and answers are not there yet."""

    def look(_connection: Connection) -> tuple[list[str], list[bool]]:
        return words(database_url, note), [task.done() for task in earlier]

    async with held_up():
        earlier = [asyncio.create_task(engine.write(write_word(word))) for word in ("one", "two")]
        looked = asyncio.create_task(engine.write(look))
    assert await looked == ([], [False, False])
    assert await asyncio.gather(*earlier) == words(database_url, note) == ["one", "two"]


async def test_units_waiting_together_share_one_transaction(engine: Engine, held_up: Hold) -> None:
    async with held_up():
        tasks = [asyncio.create_task(engine.write(Connection.get_transaction)) for _ in range(100)]
    assert len(set(await asyncio.gather(*tasks))) == 1


async def test_a_unit_that_fails_spoils_nothing_for_its_neighbours(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor, held_up: Hold
) -> None:
    """Neither an error of its own nor one of the database; what it had already written is gone."""

    def fail(connection: Connection) -> None:
        write_word("half")(connection)
        raise LookupError("no such account")

    async with held_up():
        tasks = [asyncio.create_task(engine.write(unit)) for unit in map(write_word, ("a", "a", "b"))]
        failing = asyncio.create_task(engine.write(fail))
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, third) == ("a", "b")
    assert isinstance(second, IntegrityError)
    with pytest.raises(LookupError, match="no such account"):
        await failing
    assert words(database_url, note) == ["a", "b"]


async def test_items_of_one_function_are_one_call_with_an_answer_each(engine: Engine, held_up: Hold) -> None:
    calls: list[Sequence[int]] = []

    def double(_connection: Connection, items: Sequence[int]) -> list[int]:
        calls.append(items)
        return [2 * item for item in items]

    async with held_up():
        tasks = [engine.write_each(double, item) for item in range(50)]
        other = asyncio.create_task(engine.write(lambda _connection: "other"))
    assert await asyncio.gather(*tasks) == [2 * item for item in range(50)]
    assert (await other, calls) == ("other", [list(range(50))])


@pytest.mark.parametrize("company", [True, False], ids=["beside other units", "alone"])
async def test_the_one_item_that_spoils_a_call_is_found(
    engine: Engine, database_url: str, note: Table, held_up: Hold, *, company: bool
) -> None:
    def note_all(connection: Connection, items: Sequence[str]) -> Sequence[str]:
        connection.execute(insert(note), [{"word": item} for item in items])
        return items

    async with held_up():
        tasks = [engine.write_each(note_all, word) for word in ("a", "b", "a", "c")]
        others = [asyncio.create_task(engine.write(lambda _connection: None)) for _ in range(company)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*others)
    assert [str(answer) for answer in answers if not isinstance(answer, IntegrityError)] == ["a", "b", "c"]
    assert words(database_url, note) == ["a", "b", "c"]


async def test_a_function_that_answers_too_few_items_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="shorter"):
        await engine.write_each(lambda _connection, _items: [], 1)


async def test_units_run_in_the_order_handed_in_with_the_urgent_last_who_see_the_others(
    engine: Engine, held_up: Hold
) -> None:
    order: list[str] = []

    def noted(name: str, _connection: Connection) -> None:
        order.append(name)

    async with held_up():
        tasks = [
            asyncio.create_task(engine.write(partial(noted, name), urgent=urgent))
            for name, urgent in (("claim", True), ("finish", True), ("mail 1", False), ("mail 2", False))
        ]
    await asyncio.gather(*tasks)
    assert order == ["mail 1", "mail 2", "claim", "finish"]


async def test_a_claim_waits_for_no_more_than_the_group_under_way(engine: Engine, held_up: Hold) -> None:
    """Behind a thousand mails handed in before it, an urgent unit is still in the next group."""
    async with held_up():
        mails = [asyncio.create_task(engine.write(Connection.get_transaction)) for _ in range(1000)]
        await asyncio.sleep(0)
        claim = asyncio.create_task(engine.write(Connection.get_transaction, urgent=True))
    groups = await asyncio.gather(*mails)
    assert (await claim, len(set(groups))) == (groups[0], 4)


async def test_an_asker_who_left_does_not_disturb_the_group(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor, held_up: Hold
) -> None:
    async with held_up():
        gone, stays = (asyncio.create_task(engine.write(write_word(word))) for word in ("gone", "stays"))
        await asyncio.sleep(0)
        gone.cancel()
    assert await stays == "stays"
    assert words(database_url, note) == ["gone", "stays"]


async def test_a_read_of_many_items_answers_each(engine: Engine, write_word: UnitFor, note: Table) -> None:
    await engine.write(write_word("here"))

    def known(connection: Connection, items: Sequence[str]) -> list[bool]:
        found = set(connection.scalars(select(note.c.word).where(note.c.word.in_(items))))
        return [item in found for item in items]

    assert [await engine.read_each(known, word) for word in ("here", "there")] == [True, False]


async def test_closing_commits_what_was_handed_in_and_refuses_more(
    database_url: str, clock: StoppedClock, note: Table, write_word: UnitFor
) -> None:
    expected = [f"{number:03}" for number in range(600)]
    async with open_engine(database_url, clock) as closing:
        tasks = [asyncio.create_task(closing.write(write_word(word))) for word in expected]
        await asyncio.sleep(0)
    assert await asyncio.gather(*tasks) == words(database_url, note) == expected
    with pytest.raises(StorageUnavailable, match="closed"):
        await closing.write(write_word("late"))


async def test_a_waiter_is_woken_by_the_commit_that_brings_its_work(engine: Engine, write_word: UnitFor) -> None:
    waiting = asyncio.create_task(engine.wait_for_work("mail", timeout_s=60))
    await engine.write(write_word("work"), wakes=["mail"])
    async with asyncio.timeout(10):
        await waiting


async def test_whoever_enters_work_has_its_waiter_woken_by_the_commit(engine: Engine, write_word: UnitFor) -> None:
    def enter(connection: Connection) -> None:
        write_word("work")(connection)
        wake_after(connection, "mail")

    waiting = asyncio.create_task(engine.wait_for_work("mail", timeout_s=60))
    await engine.write(enter)
    async with asyncio.timeout(10):
        await waiting


async def test_work_that_is_not_kept_wakes_nobody(engine: Engine, write_word: UnitFor) -> None:
    def enter(connection: Connection) -> None:
        wake_after(connection, "mail")
        write_word("twice")(connection)

    waiting = asyncio.create_task(engine.wait_for_work("mail", timeout_s=60))
    await engine.write(write_word("twice"))
    failing = [engine.write(enter), engine.write(enter)]
    assert [type(each) for each in await asyncio.gather(*failing, return_exceptions=True)] == [IntegrityError] * 2
    await engine.write(write_word("once"), wakes=["other"])
    await engine.wait_for_work("other", timeout_s=60)
    assert not waiting.done()
    waiting.cancel()


async def test_a_waiter_looks_for_itself_when_nothing_wakes_it(engine: Engine) -> None:
    async with asyncio.timeout(10):
        await engine.wait_for_work("mail", timeout_s=0.01)


async def test_a_waiter_that_is_at_work_when_it_is_woken_misses_nothing_though_another_takes_the_wake_up(
    engine: Engine,
) -> None:
    """Two carriers wait for the same queue."""
    engine.wake(["job"])
    async with asyncio.timeout(10):
        for who in ("idle", "at work"):
            await engine.wait_for_work("job", timeout_s=60, who=who)
        waiting = asyncio.create_task(engine.wait_for_work("job", timeout_s=60, who="idle"))
        await asyncio.sleep(0)
        engine.wake(["job"])
        await waiting
        await engine.wait_for_work("job", timeout_s=60, who="at work")


async def test_a_failed_unit_wakes_nobody(engine: Engine, write_word: UnitFor) -> None:
    waiting = asyncio.create_task(engine.wait_for_work("mail", timeout_s=60))
    await engine.write(write_word("twice"))
    with pytest.raises(IntegrityError):
        await engine.write(write_word("twice"), wakes=["mail"])
    await engine.write(write_word("once"), wakes=["other"])
    await engine.wait_for_work("other", timeout_s=60)
    assert not waiting.done()
    waiting.cancel()
