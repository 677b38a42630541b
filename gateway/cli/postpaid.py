"""``gateway postpaid``: agreements to pay each month what was used."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows

group = typer.Typer(no_args_is_help=True, help="Postpaid: pay each month what was used.")


@group.command("agree")
def agree(
    account: Account,
    rates: Annotated[str, typer.Argument(help="FR=0.045,BE=0.07: before tax, per unit.")],
    *,
    estimate: Annotated[str | None, typer.Option(help="Of a month, before tax.")] = None,
    provision: Annotated[str | None, typer.Option(help="Paid in advance, with tax.")] = None,
    mandate: Annotated[str | None, typer.Option(help="The reference of the direct debit.")] = None,
    due_days: Annotated[int | None, typer.Option(help="From the invoice to its payment date.")] = None,
    as_json: Json = False,
) -> None:
    """Open postpaid from today on; the terms want all of the options agreed."""
    terms = given(rates=rates, estimate=estimate, provision=provision, mandate=mandate, due_days=due_days)
    print_one(change("postpaid.agree", account=account, **terms), as_json=as_json)


@group.command("end")
def end(account: Account, *, as_json: Json = False) -> None:
    """Close postpaid with today."""
    print_one(change("postpaid.end", account=account), as_json=as_json)


@group.command("provide")
def provide(
    account: Account,
    paid: Annotated[str, typer.Argument(help="The provision that came in, such as 100.00.")],
    *,
    as_json: Json = False,
) -> None:
    """Record a provision."""
    print_one(change("postpaid.provide", account=account, paid=paid), as_json=as_json)


@group.command("show")
def show_one(account: Account, *, as_json: Json = False) -> None:
    """Show the agreement in force."""
    print_one(show("postpaid.show", account=account), as_json=as_json)


@group.command("used")
def used(account: Account, *, as_json: Json = False) -> None:
    """List what was used and is not invoiced yet, message by message."""
    columns = ("at", "message_id", "account", "destination", "units", "kind")
    print_rows(listing("postpaid.used", account=account), columns, as_json=as_json)
