"""Waiting for what another task or process is about to do, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 30.0
_PAUSE_S = 0.01


async def eventually(look: Callable[[], Awaitable[T]], patience_s: float = PATIENCE_S) -> T:
    """The first answer of ``look`` that is not empty or false; ``TimeoutError`` when there is none in time."""
    async with asyncio.timeout(patience_s):
        while not (answer := await look()):  # noqa: ASYNC110 - what happens elsewhere sets no event here
            await asyncio.sleep(_PAUSE_S)
        return answer
