"""``gateway account``: clients and sub-accounts."""

import sys
from typing import Annotated

import typer

from gateway.accounts.words import ForeignPolicy, StopScope
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, asked, given, print_one, print_rows
from gateway.wording import Language

group = typer.Typer(no_args_is_help=True, help="Clients and their sub-accounts.")

Account = Annotated[str, typer.Argument(help="Its slug or id.")]
Country = Annotated[str, typer.Argument(help="Two letters of ISO 3166; an overseas territory has its own.")]


@group.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    *,
    slug: Annotated[
        str | None, typer.Option(help="Names it in number@SLUG.domain. Default: made from the name.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 code of registration. Default: FR.")] = None,
    parent: Annotated[str | None, typer.Option(help="The client whose credit this sub-account spends.")] = None,
    holiday_region: Annotated[str | None, typer.Option(help="A region with holidays of its own: Alsace.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name. Default: Europe/Paris.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of the letters it gets. Default: fr.")] = None,
    foreign_policy: Annotated[
        ForeignPolicy | None, typer.Option(help="For countries not opened. Default: block.")
    ] = None,
    stop_in_alerts: Annotated[bool | None, typer.Option(help="Add the STOP text to alerts too. Default: no.")] = None,
    stop_scope: Annotated[StopScope | None, typer.Option(help="How much a STOP silences. Default: client.")] = None,
    low_credit_units: Annotated[int | None, typer.Option(help="Warn by mail below this credit. Default: 20.")] = None,
    as_json: Json = False,
) -> None:
    """Open an account."""
    print_one(change("account.add", **asked(locals())), as_json=as_json)


@group.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List all accounts."""
    columns = ("slug", "name", "state", "country", "language", "created_at")
    print_rows(listing("account.list"), columns, as_json=as_json)


@group.command("show")
def show_one(account: Account, *, as_json: Json = False) -> None:
    """Show an account and its credit."""
    print_one(show("account.show", account=account), as_json=as_json)


@group.command("set")
def set_up(
    account: Account,
    *,
    name: Annotated[str | None, typer.Option(help="The client's name.")] = None,
    holiday_region: Annotated[
        str | None, typer.Option(help="A region with holidays of its own: Alsace. Empty for none.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of the letters it gets.")] = None,
    foreign_policy: Annotated[ForeignPolicy | None, typer.Option(help="For countries not opened.")] = None,
    stop_in_alerts: Annotated[bool | None, typer.Option(help="Add the STOP text to alerts too.")] = None,
    stop_scope: Annotated[StopScope | None, typer.Option(help="How much a STOP silences.")] = None,
    low_credit_units: Annotated[int | None, typer.Option(help="Warn by mail below this credit.")] = None,
    as_json: Json = False,
) -> None:
    """Change settings of an account. Those that are not named stay."""
    print_one(change("account.change", **asked(locals())), as_json=as_json)


@group.command("history")
def history(account: Account, *, as_json: Json = False) -> None:
    """List who changed what about an account."""
    columns = ("at", "actor", "action", "detail")
    print_rows(listing("account.history", account=account), columns, as_json=as_json)


@group.command("suspend")
def suspend(account: Account, *, as_json: Json = False) -> None:
    """Stop an account until it is resumed. Its sub-accounts stop too."""
    print_one(change("account.suspend", account=account), as_json=as_json)


@group.command("resume")
def resume(account: Account, *, as_json: Json = False) -> None:
    """Let a suspended account go on."""
    print_one(change("account.resume", account=account), as_json=as_json)


@group.command("close")
def close(
    account: Account, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, as_json: Json = False
) -> None:
    """End an account for good."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Close {account} for good?", abort=True)
    print_one(change("account.close", account=account), as_json=as_json)


@group.command("cap")
def cap(
    account: Account,
    units: Annotated[int | None, typer.Argument(help="How many of its parent's it may spend. Default: all.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Cap what a sub-account spends from now on."""
    print_one(change("account.cap", account=account, **given(units=units)), as_json=as_json)


@group.command("terminate")
def terminate(
    account: Account,
    *,
    refund: Annotated[bool, typer.Option("--refund", help="Give unused advances back, after an incident.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """End the contract: invoice what was used, close the account and its sub-accounts."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"End the contract with {account}?", abort=True)
    print_one(change("account.terminate", account=account, refund=refund), as_json=as_json)


@group.command("open-country")
def open_country(
    account: Account,
    country: Country,
    *,
    units_per_part: Annotated[int | None, typer.Option(help="The price agreed. Default: the published rate.")] = None,
    as_json: Json = False,
) -> None:
    """Open a country or overseas territory."""
    price = given(units_per_part=units_per_part)
    print_one(change("account.open_country", account=account, country=country, **price), as_json=as_json)


@group.command("close-country")
def close_country(account: Account, country: Country) -> None:
    """Close a country or overseas territory."""
    change("account.close_country", account=account, country=country)
