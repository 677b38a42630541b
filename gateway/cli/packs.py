"""``gateway pack``: prepaid units."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows
from plans.orders import PaymentMeans

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


@group.command("offers")
def offers(*, as_json: Json = False) -> None:
    """List the packs that are for sale, with their prices before tax."""
    print_rows(listing("pack.offers"), ("pack", "units", "net", "months"), as_json=as_json)


@group.command("buy")
def buy(
    account: Account,
    pack: Annotated[str, typer.Argument(help="A name of `gateway pack offers`.")],
    *,
    quantity: Annotated[int, typer.Option(help="How many of it.")] = 1,
    means: Annotated[PaymentMeans, typer.Option(help="How it is paid.")] = PaymentMeans.CARD,
    fees: Annotated[str | None, typer.Option(help="Management fees before tax.")] = None,
    fees_told: Annotated[str | None, typer.Option(help="Those that the client was told of.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show lines and tax, order nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Order a pack: by card its units open at once, else when the money is there."""
    wanted = given(account=account, pack=pack, quantity=quantity, means=means, fees=fees, fees_told=fees_told)
    done = show("pack.recap", **wanted) if preview else change("pack.buy", **wanted)
    print_one(done, as_json=as_json)


@group.command("activate")
def activate(
    account: Account,
    order: Annotated[str, typer.Argument(help="The id of its order.")],
    *,
    agreed: Annotated[bool, typer.Option("--agreed", help="We agree to use before payment.")] = False,
    signed: Annotated[bool, typer.Option("--signed", help="The signed order form is in hand.")] = False,
    as_json: Json = False,
) -> None:
    """Open a pack before its money is there: that takes our agreement and the signed order form."""
    print_one(
        change("pack.activate", account=account, order=order, agreed=agreed, signed=signed),
        as_json=as_json,
    )


@group.command("top-up")
def top_up(
    account: Account,
    pack: Annotated[str | None, typer.Argument(help="A name of `gateway pack offers`. Default: none.")] = None,
    *,
    below: Annotated[int | None, typer.Option(help="Order when the balance is below so many units.")] = None,
    most: Annotated[int | None, typer.Option(help="At most so many orders a month. Default: 1.")] = None,
    as_json: Json = False,
) -> None:
    """Have a pack ordered by card when credit runs low, or no longer."""
    wanted = given(account=account, pack=pack, below_units=below, most_a_month=most)
    print_one(change("pack.top_up", **wanted), as_json=as_json)
