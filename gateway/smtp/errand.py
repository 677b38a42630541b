"""What a session has to wait for before it can reply."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from gateway.smtp.input_buffer import Unread

#: What a client sent: a line or a mail, or why it was not taken.
Read = bytes | Unread

#: What an errand came to: its result, or what broke.
Outcome = asyncio.Future[Any]


class EndOfInput(Exception):
    """The client will send no more: no errand brings what it was waited for."""


def _as_it_is(outcome: Outcome) -> bytes:
    return bytes(outcome.result())


class Errand(NamedTuple):
    """Something that a reply has to wait for: a future costs a callback, a coroutine costs a task."""

    under_way: Awaitable[Any]
    reply: Callable[[Outcome], bytes] = _as_it_is  # from what came of it


#: Does what a command with this argument says, for a session: the reply, or the errand that will bring it.
Command = Callable[[Any, str], bytes | Errand]
