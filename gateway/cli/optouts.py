"""``gateway optout``: who said STOP."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing
from gateway.cli.output import Json, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="Recipients who said STOP to an account.")

Number = Annotated[str, typer.Argument(help="As people write it: 0612345678 or +33612345678.")]


@group.command("add")
def add(account: Account, number: Number, *, as_json: Json = False) -> None:
    """Send nothing more from an account to a number."""
    print_one(change("optout.add", account=account, number=number), as_json=as_json)


@group.command("list")
def list_all(account: Account, *, as_json: Json = False) -> None:
    """List who said STOP to an account."""
    print_rows(listing("optout.list", account=account), ("recipient", "source", "at"), as_json=as_json)


@group.command("remove")
def remove(account: Account, number: Number) -> None:
    """Let messages through again. Only the recipient may wish it."""
    change("optout.remove", account=account, number=number)
