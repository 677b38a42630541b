"""``gateway price`` and ``gateway incident``: new prices for old clients, and units given back."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="New prices of those who ordered before.")


def add_to(program: typer.Typer) -> None:
    """Add the command that has no group to the program itself."""
    program.command("incident")(incident)


@group.command("revise")
def revise(
    item: Annotated[str, typer.Argument(help="A plan or a pack.")],
    since: Annotated[str, typer.Argument(help="The day since which the catalogue offers the new price.")],
    *,
    as_json: Json = False,
) -> None:
    """Tell all who hold it of its new price, which binds them when the notice is over."""
    print_one(change("price.revise", item=item, since=since), as_json=as_json)


@group.command("list")
def list_all(account: Account, *, as_json: Json = False) -> None:
    """List the new prices that a client was told of."""
    columns = ("revision_id", "item", "since", "notified_on", "applies_on", "refused_on", "refused", "adjusted_at")
    print_rows(listing("price.list", account=account), columns, as_json=as_json)


@group.command("refuse")
def refuse(
    account: Account,
    revision: Annotated[str, typer.Argument(help="The id that `gateway price list` shows.")],
    *,
    on: Annotated[str | None, typer.Option(help="The day of the registered letter. Default: today.")] = None,
    as_json: Json = False,
) -> None:
    """Note a client's registered letter against a new price."""
    print_one(change("price.refuse", account=account, revision=revision, **given(on=on)), as_json=as_json)


def incident(
    carrier: Annotated[str, typer.Argument(help="Which carrier could not send.")],
    since: Annotated[str, typer.Argument(help="From when: 2026-11-23T09:00, our time where no offset is given.")],
    until: Annotated[str, typer.Argument(help="The first moment at which sending worked again.")],
    *,
    as_json: Json = False,
) -> None:
    """Give back what an incident wasted. Units go to their packs; what was invoiced gets a credit note."""
    print_one(change("incident", carrier=carrier, since=since, until=until), as_json=as_json)
