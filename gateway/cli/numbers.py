"""``gateway number``: the numbers at which people answer."""

from typing import Annotated

import typer

from gateway.cli.calling import change, listing
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="The numbers at which people answer: a client's own, or shared.")

Number = Annotated[str, typer.Argument(help="+33700000000, or the digits of a short code.")]


@group.command("add")
def add(
    number: Number,
    *,
    account: Annotated[str | None, typer.Option(help="Whose own it is; shared by all where none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Enter a number. Answers to a client's own number are always for that client."""
    print_one(change("number.add", number=number, **given(account=account)), as_json=as_json)


@group.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List all numbers."""
    print_rows(listing("number.list"), ("number", "kind", "account", "created_at"), as_json=as_json)


@group.command("remove")
def remove(number: Number) -> None:
    """Take a number out."""
    change("number.remove", number=number)
