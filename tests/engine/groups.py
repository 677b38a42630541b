"""Units that wait in an inbox, and the groups in which they are taken."""

import asyncio

from gateway.engine.inbox import Inbox, Work

SOON_S = 5.0


def work() -> Work:
    """A unit that does nothing."""
    return Work(lambda _connection: None, asyncio.get_running_loop().create_future())


async def taken(inbox: Inbox) -> int:
    """The size of the group that the next ring brings."""
    async with asyncio.timeout(SOON_S):
        return len(await asyncio.to_thread(inbox.take))
