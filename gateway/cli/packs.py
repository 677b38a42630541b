"""``gateway pack``: prepaid units."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="Packs of prepaid units.")


@group.command("add")
def add(
    account: Account,
    units: Annotated[int, typer.Argument(help="How many.")],
    *,
    label: Annotated[str | None, typer.Option(help="What it is called in lists.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Test units: for mail-to-SMS alone, once per client.")] = False,
    as_json: Json = False,
) -> None:
    """Give an account units, valid from now on."""
    print_one(change("pack.add", account=account, units=units, test=test, **given(label=label)), as_json=as_json)


@group.command("list")
def list_all(account: Account, *, as_json: Json = False) -> None:
    """List the packs that an account draws on."""
    columns = ("lot_id", "kind", "label", "units_granted", "units_left", "activated_at", "expires_at")
    print_rows(listing("pack.list", account=account), columns, as_json=as_json)
