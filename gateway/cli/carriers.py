"""``gateway carrier`` and ``gateway route``: who takes messages, how they do, and who takes which."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows
from plans.words import MessageClass

carriers = typer.Typer(no_args_is_help=True, help="Carriers: how they do, and how fast messages go to them.")
routes = typer.Typer(no_args_is_help=True, help="Routes: which carrier takes which message.")

Carrier = Annotated[str, typer.Argument(help="Its name, as `gateway carrier list` shows it.")]
Class = Annotated[MessageClass, typer.Argument(help="Which messages.")]


@carriers.command("list")
def list_carriers(*, as_json: Json = False) -> None:
    """List carriers with what waits for them."""
    columns = ("carrier", "kind", "well", "bound", "failures", "open_until", "queued", "in_doubt", "lanes")
    print_rows(listing("carrier.list"), columns, as_json=as_json)


@carriers.command("show")
def show_carrier(carrier: Carrier, *, as_json: Json = False) -> None:
    """Show one with its links: since when each is bound or not, its last error, its window in use."""
    print_one(show("carrier.show", carrier=carrier), as_json=as_json)


@carriers.command("reopen")
def reopen(carrier: Carrier, *, as_json: Json = False) -> None:
    """Hand messages to a carrier again before its rest is over."""
    print_one(change("carrier.reopen", carrier=carrier), as_json=as_json)


@carriers.command("pace")
def pace(
    carrier: Carrier,
    message_class: Class,
    *,
    rate: Annotated[float | None, typer.Option(help="Messages a second. Default: as fast as it takes them.")] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Let none through.")] = False,
    as_json: Json = False,
) -> None:
    """Say how fast messages of a class go to a carrier, or that none does."""
    wanted = given(carrier=carrier, message_class=message_class, rate_per_s=rate)
    print_one(change("carrier.pace", **wanted, paused=pause), as_json=as_json)


@routes.command("list")
def list_routes(*, as_json: Json = False) -> None:
    """List the routes in force."""
    columns = ("carrier", "destinations", "classes", "senders", "accounts", "priority", "cost", "share", "fictional")
    print_rows(listing("route.list"), columns, as_json=as_json)


@routes.command("explain")
def explain(
    account: Account,
    to: Annotated[str, typer.Argument(help="The recipient: 0612345678 or +33612345678.")],
    *,
    message_class: Annotated[
        MessageClass | None, typer.Option("--class", help="What it is for. Default: alert.")
    ] = None,
    display: Annotated[str | None, typer.Option(help="Its sender ID.")] = None,
    as_json: Json = False,
) -> None:
    """Show which carrier would take a message now, and why the others would not."""
    asked = given(account=account, to=to, message_class=message_class, display=display)
    print_one(show("route.explain", **asked), as_json=as_json)
