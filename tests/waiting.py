"""Waiting for what another task or process is about to do, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 30.0
_PAUSE_S = 0.01


async def eventually(happened: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Return as soon as ``happened``; ``TimeoutError`` when it does not within ``patience_s``."""
    async with asyncio.timeout(patience_s):
        while not await happened():  # noqa: ASYNC110 - what happens elsewhere sets no event here
            await asyncio.sleep(_PAUSE_S)
