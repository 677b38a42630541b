"""``gateway billing``: who is billed, under which terms, and with which card."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, show
from gateway.cli.output import Json, given, print_one
from plans.orders import PaymentMeans

group = typer.Typer(no_args_is_help=True, help="Who is billed, and how.")


@group.command("profile")
def profile(
    account: Account,
    name: Annotated[str, typer.Argument(help="The legal name.")],
    *,
    address: Annotated[str, typer.Option(help="At most three lines, parted by semicolons.")],
    postcode: Annotated[str, typer.Option()],
    city: Annotated[str, typer.Option()],
    email: Annotated[str, typer.Option(help="Where invoices go.")],
    territory: Annotated[str | None, typer.Option(help="ISO 3166: it decides the tax. Default: FR.")] = None,
    siren: Annotated[str | None, typer.Option(help="Nine digits.")] = None,
    vat_number: Annotated[str | None, typer.Option(help="Of a business in the EU.")] = None,
    vat_number_valid: Annotated[bool | None, typer.Option(help="It was checked with the EU's register.")] = None,
    as_json: Json = False,
) -> None:
    """Note how a client is invoiced from now on."""
    fields = given(
        address=address,
        postcode=postcode,
        city=city,
        email=email,
        territory=territory,
        siren=siren,
        vat_number=vat_number,
        vat_number_valid=vat_number_valid,
    )
    print_one(change("billing.profile", account=account, name=name, **fields), as_json=as_json)


@group.command("accept-terms")
def accept_terms(
    account: Account,
    *,
    version: Annotated[str | None, typer.Option(help="The one that was accepted. Default: that in force.")] = None,
    as_json: Json = False,
) -> None:
    """Note that a client accepted the terms of sale; they are mailed to it."""
    print_one(change("billing.accept_terms", account=account, **given(version=version)), as_json=as_json)


@group.command("terms")
def terms(account: Account, *, as_json: Json = False) -> None:
    """Show the terms of sale that a client accepted last, word for word."""
    accepted = show("billing.terms", account=account)
    if as_json:
        print_one(accepted, as_json=True)
        return
    typer.echo(f"{accepted['account']} accepted the version of {accepted['version']}, {accepted['accepted_at']}:\n")
    typer.echo(accepted["text"])


@group.command("ask-details")
def ask_details(account: Account, *, as_json: Json = False) -> None:
    """Open a page of Stripe's on which a client gives a card or a mandate; send the client its address."""
    from gateway.app import bank_details
    from gateway.settings import read_settings

    settings = read_settings()
    print_one(bank_details.ask(settings, bank_details.stripe(settings), account), as_json=as_json)


@group.command("look-details")
def look_details(account: Account, *, as_json: Json = False) -> None:
    """See whether a client has filled in the page that was opened last; a webhook tells it by itself, too."""
    from gateway.app import bank_details
    from gateway.settings import read_settings

    settings = read_settings()
    print_one(bank_details.look(settings, bank_details.stripe(settings), account), as_json=as_json)


@group.command("by-hand")
def by_hand(
    account: Account,
    seen: Annotated[str, typer.Argument(help="What you have seen of the details, such as: SEPA mandate RUM-17.")],
    *,
    means: Annotated[PaymentMeans, typer.Option(help="How the money will come; you record each receipt.")],
    as_json: Json = False,
) -> None:
    """Note that a client pays by transfer, cheque or PayPal link; `gateway invoice pay` records what comes."""
    print_one(change("billing.by_hand", account=account, seen=seen, means=means), as_json=as_json)


@group.command("sandbox-card")
def sandbox_card(
    account: Account,
    number: Annotated[str, typer.Argument(help="The last two digits say what it does; 42 always pays.")],
    *,
    as_json: Json = False,
) -> None:
    """Give a client a card of the sandbox, to try what cards do."""
    print_one(change("billing.sandbox_card", account=account, number=number), as_json=as_json)


@group.command("block")
def block(
    account: Account,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Take orders again.")] = False,
    as_json: Json = False,
) -> None:
    """Take no orders of a client until a problem is solved."""
    print_one(change("billing.block", account=account, blocked=not lift), as_json=as_json)
