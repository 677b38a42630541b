"""A practice with a calendar in memory."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.engine.database import Engine
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import Practice, practice
from tests.clock import StoppedClock

Opening = Callable[..., Awaitable[Practice]]


@pytest.fixture
def server() -> MemoryCalendar:
    """Alice's calendar at her provider."""
    return MemoryCalendar()


@pytest.fixture
def open_practice(engine: Engine, clock: StoppedClock, server: MemoryCalendar) -> Opening:
    """Opens her practice, with the settings that a test wants."""

    async def opening(**settings: object) -> Practice:
        return await practice(engine, clock, server, **settings)  # type: ignore[arg-type]  # checked where it is used

    return opening
