"""Calls commands by name, with the settings of the environment; the program behind them is loaded only now."""

from collections.abc import Iterator
from typing import Any


def change(command: str, **arguments: Any) -> Any:
    """Do a writing command; its answer in plain words."""
    from gateway.app import calls
    from gateway.settings import read_settings

    return calls.change(read_settings(), command, **arguments)


def show(command: str, **arguments: Any) -> Any:
    """Do a reading command that answers with one thing, in plain words."""
    from gateway.app import calls
    from gateway.settings import read_settings

    return calls.show(read_settings(), command, **arguments)


def listing(command: str, **arguments: Any) -> Iterator[Any]:
    """Do a reading command that answers with many things, in plain words, one by one."""
    from gateway.app import calls
    from gateway.settings import read_settings

    return calls.listing(read_settings(), command, **arguments)
