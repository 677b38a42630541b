"""``gateway plan``: subscriptions to the appointment reminders."""

from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows
from plans.periods import Interval

group = typer.Typer(no_args_is_help=True, help="Plans, and the subscriptions to them.")

Plan = Annotated[str, typer.Argument(help="A name of `gateway plan list`.")]
Every = Annotated[Interval, typer.Option(help="How long a period is.")]
AtOnce = Annotated[bool, typer.Option("--at-once", help="Replace the month in hand by a year.")]


@group.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List the plans that are for sale, with their prices before tax."""
    print_rows(listing("plan.list"), ("plan", "calendars", "month", "year"), as_json=as_json)


@group.command("show")
def show_one(account: Account, *, as_json: Json = False) -> None:
    """Show the subscription of a client."""
    print_one(show("plan.show", account=account), as_json=as_json)


@group.command("subscribe")
def subscribe(account: Account, plan: Plan, *, every: Every = Interval.MONTH, as_json: Json = False) -> None:
    """Begin a subscription, with its trial where the client has not had one."""
    print_one(change("plan.subscribe", account=account, plan=plan, every=every), as_json=as_json)


@group.command("change")
def change_plan(
    account: Account, plan: Plan, *, every: Every = Interval.MONTH, at_once: AtOnce = False, as_json: Json = False
) -> None:
    """Take another plan: a larger one now, a smaller one when the period ends."""
    done = change("plan.change", account=account, plan=plan, every=every, at_once=at_once)
    print_one(done, as_json=as_json)


@group.command("cancel")
def cancel(account: Account, *, as_json: Json = False) -> None:
    """End with the trial or the period in hand."""
    print_one(change("plan.cancel", account=account), as_json=as_json)


@group.command("preview")
def preview(
    deed: Annotated[str, typer.Argument(help="subscribe, change or cancel.")],
    account: Account,
    plan: Annotated[str | None, typer.Argument(help="A name of `gateway plan list`.")] = None,
    *,
    every: Every = Interval.MONTH,
    at_once: AtOnce = False,
    as_json: Json = False,
) -> None:
    """Show what one of the others would do: lines, tax and dates. Nothing is changed."""
    wish = given(deed=deed, account=account, plan=plan, every=every, at_once=at_once)
    print_one(show("plan.preview", **wish), as_json=as_json)
