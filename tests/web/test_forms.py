"""What is posted is read up to a size and for a time, and no further."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import Message

from gateway.web.forms import read_body

SCOPE = {"type": "http", "method": "POST", "headers": []}


def posting(*blocks: bytes, ends: bool = True) -> Callable[[], Awaitable[Message]]:
    """What a client sends; one that does not end keeps us waiting."""
    left = list(blocks)

    async def receive() -> Message:
        if not left and not ends:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not ends}

    return receive


async def test_a_body_is_read_whole_where_it_is_not_too_long() -> None:
    assert await read_body(Request(SCOPE, posting(b"ab", b"c")), 3) == b"abc"
    assert await read_body(Request(SCOPE, posting(b"ab", b"c")), 2) is None


async def test_a_client_that_never_ends_is_not_waited_for() -> None:
    assert await read_body(Request(SCOPE, posting(b"a", ends=False)), 3, patience_s=0.01) is None
