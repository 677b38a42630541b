"""Short ways to make administrative changes in tests."""

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.accounts import clients, passwords, senders
from gateway.engine.database import Engine

T = TypeVar("T")


async def change(engine: Engine, function: Callable[..., T], **arguments: Any) -> T:
    """Make one change in a unit of work of its own, in the name of the tests."""
    return await engine.write(lambda connection: function(connection, engine.stamp(), "tests", **arguments))


async def add_client(engine: Engine, **arguments: Any) -> clients.Client:
    """Open an account."""
    return await change(engine, clients.add, **arguments)


async def add_sender(engine: Engine, account: str, value: str, **arguments: Any) -> senders.Sender:
    """Authorise a sender."""
    return await change(engine, senders.add, account=account, value=value, **arguments)


async def add_password(engine: Engine, account: str, **arguments: Any) -> passwords.NewPassword:
    """Make an app password."""
    return await change(engine, passwords.add, account=account, **arguments)
