"""``gateway mail``: the mails that came in."""

from typing import Annotated

import typer

from gateway.cli.calling import listing, show
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="Mails that came in, and what they became.")

_TABLE_LINES = 100


@group.command("list")
def list_all(
    *,
    account: Annotated[str | None, typer.Option(help="Of one account: its slug or id.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The newest so many. Default: 100 in a table, all as JSON.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List mails, the newest first."""
    columns = ("id", "received_at", "account", "mail_from", "subject", "recipients", "state", "reason")
    asked = given(account=account, limit=limit if limit or as_json else _TABLE_LINES)
    print_rows(listing("mail.list", **asked), columns, as_json=as_json)


@group.command("show")
def show_one(
    mail: Annotated[str, typer.Argument(help="Its id, as `gateway mail list` shows it.")], *, as_json: Json = False
) -> None:
    """Show a mail and the messages that it became."""
    print_one(show("mail.show", mail=mail), as_json=as_json)
