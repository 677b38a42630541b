"""How links are is told at once where it changes, and now and then besides; of a silent process nothing is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import LinkReport
from gateway.sms.link_reports import LinkLine, LinkReports, links_of, tell
from tests.clock import StoppedClock

BOUND = LinkReport("bind_transceiver", "bound", "", 60.0, "", 0.0, 3, 10)
DOWN = replace(BOUND, state="down", why="TimeoutError", for_s=2.0, failure="TimeoutError", failed_s=1.0)
SECOND = timedelta(seconds=1)


class Wired:
    """A carrier with one link, in the state that it was given."""

    name = "north"

    def __init__(self) -> None:
        self.one = BOUND

    def links(self) -> Sequence[LinkReport]:
        return [self.one]


async def shown(engine: Engine) -> list[LinkLine]:
    return (await engine.read(lambda connection: links_of(connection, engine.clock.now()))).get("north", [])


async def test_what_went_wrong_last_is_shown_with_the_window_in_use(engine: Engine, clock: StoppedClock) -> None:
    wired = Wired()
    reports = LinkReports(engine, [wired])
    assert await reports.run_once() == 0
    line = LinkLine("bind_transceiver", "bound", "", clock.now() - 60 * SECOND, "", None, "3 of 10", clock.now())
    assert await shown(engine) == [line]
    wired.one = DOWN
    await reports.run_once()
    down = replace(line, state="down", why="TimeoutError", since=clock.now() - 2 * SECOND)
    assert await shown(engine) == [replace(down, last_failure="TimeoutError", failed_at=clock.now() - SECOND)]
    await reports.close()
    assert await shown(engine) == []


@pytest.mark.parametrize(("after_s", "taken", "is_told"), [(9, 4, False), (10, 4, True), (59, 3, False), (60, 3, True)])
async def test_what_only_counts_is_told_now_and_then(
    engine: Engine, clock: StoppedClock, after_s: int, taken: int, *, is_told: bool
) -> None:
    wired, began = Wired(), clock.now()
    reports = LinkReports(engine, [wired])
    await reports.run_once()
    clock.advance(after_s * SECOND)
    wired.one = replace(BOUND, taken=taken)
    await reports.run_once()
    assert [each.seen_at for each in await shown(engine)] == [clock.now() if is_told else began]


async def test_of_a_process_that_fell_silent_nothing_is_known_and_it_is_forgotten(
    engine: Engine, clock: StoppedClock
) -> None:
    await engine.write(lambda connection: tell(connection, 7, clock.now(), {"north": [BOUND]}))
    clock.advance(timedelta(minutes=4))
    assert [(each.state, each.why) for each in await shown(engine)] == [("unknown", "its process is silent")]
    clock.advance(timedelta(days=1))
    await LinkReports(engine, []).run_once()
    assert await shown(engine) == []
