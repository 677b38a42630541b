"""``gateway sms inbound``: what people sent to us."""

from typing import Annotated

import typer

from gateway.cli.calling import listing, show
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="What people sent to us, and whose it is.")

_TABLE_LINES = 100


@group.command("list")
def list_all(
    *,
    account: Annotated[str | None, typer.Option(help="For one account: its slug or id.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The newest so many. Default: 100 in a table, all as JSON.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what people sent, the newest first."""
    columns = ("id", "received_at", "account", "from", "to", "text", "meaning", "answers", "ambiguous")
    asked = given(account=account, limit=limit if limit or as_json else _TABLE_LINES)
    print_rows(listing("inbound.list", **asked), columns, as_json=as_json)


@group.command("show")
def show_one(
    inbound: Annotated[str, typer.Argument(help="Its id, as `gateway sms inbound list` shows it.")],
    *,
    as_json: Json = False,
) -> None:
    """Show an SMS that somebody sent."""
    print_one(show("inbound.show", inbound=inbound), as_json=as_json)
