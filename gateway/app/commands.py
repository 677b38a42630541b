"""The commands by name, each one function of a room: the same here, in the service, and on either database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import authorisations, clients, passwords, senders
from gateway.accounts.refusals import Refused
from gateway.app.overview import overview
from gateway.app.plain import arguments_for
from gateway.engine.database import Stamp


@dataclass(frozen=True, slots=True)
class Change:
    """A command that writes, and the topics whose waiters have new work when it has."""

    function: Callable[..., Any]
    wakes: tuple[str, ...] = ()


#: Commands that only read.
READS: Mapping[str, Callable[..., Any]] = {
    "account.list": clients.listing,
    "account.show": overview,
    "account.history": clients.history,
    "sender.list": senders.listing,
    "password.list": passwords.listing,
}

CHANGES: Mapping[str, Change] = {
    "account.add": Change(clients.add),
    "account.suspend": Change(clients.suspend),
    "account.resume": Change(clients.resume),
    "account.close": Change(clients.close),
    "account.open_country": Change(authorisations.open_country),
    "account.close_country": Change(authorisations.close_country),
    "sender.add": Change(senders.add),
    "sender.remove": Change(senders.remove),
    "password.add": Change(passwords.add),
    "password.revoke": Change(passwords.revoke),
}


def change_named(name: str) -> Change:
    """The writing command of this name; ``Refused`` where there is none."""
    if name not in CHANGES:
        raise Refused(f"The service knows no command {name!r}.", "Restart it if it is older than this program.")
    return CHANGES[name]


def run(
    function: Callable[..., Any], connection: Connection, stamp: Stamp, actor: str, arguments: Mapping[str, Any]
) -> Any:
    """Run a command: its positional parameters are those of connection, stamp and actor that it names.

    ``arguments`` become its keyword arguments; raises ``Refused`` where they do not fit.
    """
    checked = arguments_for(function, arguments)
    ours = {"connection": connection, "stamp": stamp, "actor": actor}
    parameters = signature(function).parameters.values()
    positional = [ours[each.name] for each in parameters if each.kind is not Parameter.KEYWORD_ONLY]
    return function(*positional, **checked)
