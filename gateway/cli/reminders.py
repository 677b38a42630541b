"""``gateway reminder``, ``gateway rule``, ``gateway template``: what is sent about events, when, and why."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from gateway.calendar.words import ReminderState
from gateway.cli.accounts import Account
from gateway.cli.calendars import Calendar
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_json, print_one, print_rows

reminders = typer.Typer(no_args_is_help=True, help="Reminders: what became of each, and why.")
rules = typer.Typer(no_args_is_help=True, help="Rules: when the reminders of a calendar leave.")
templates = typer.Typer(no_args_is_help=True, help="Templates: what the reminders of a calendar say.")

OneCalendar = Annotated[str | None, typer.Argument(help="Its name or id. Default: all that are enabled.")]
RuleWord = Annotated[str, typer.Argument(help="24h, 30m, 2d, 1d@18:00, eve, 2h~08:00 or lead.")]

_TEXT = (
    "It may hold {name}, {contact}, {day}, {date}, {weekday}, {time}, {appointments}, {place}, {title} and "
    "{description}; what stands in [ ] is left out where a variable in it has no value. - reads it from the input."
)
_TABLE_LINES = 100

_OF_ONE_EVENT = ("rule", "to", "due_at", "state", "answer", "settled_at", "because")


@reminders.command("list")
def list_all(
    account: Account,
    *,
    calendar: Annotated[str | None, typer.Option(help="Of one calendar: its name or id.")] = None,
    state: Annotated[ReminderState | None, typer.Option(help="In one state.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The newest so many. Default: 100 in a table, all as JSON.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List reminders, those that were planned last first."""
    columns = ("event_id", "calendar", "start_at", "rule", "due_at", "to", "state", "reason")
    asked = given(account=account, calendar=calendar, state=state, limit=limit if limit or as_json else _TABLE_LINES)
    print_rows(listing("reminder.list", **asked), columns, as_json=as_json)


@reminders.command("why")
def why(
    account: Account,
    event: Annotated[str, typer.Argument(help="Its id, its UID, or the provider's id of it or its series.")],
    *,
    as_json: Json = False,
) -> None:
    """Say what became of each reminder of an event, and how its number was found."""
    for each in listing("reminder.why", account=account, event=event):
        if as_json:
            print_json(each)
            continue
        print_one({name: value for name, value in each.items() if name != "reminders"}, as_json=False)
        print_rows(
            each["reminders"], ("rule", "to", "due_at", "state", "answer", "settled_at", "because"), as_json=False
        )


@reminders.command("preview")
def preview(account: Account, calendar: OneCalendar = None, *, as_json: Json = False) -> None:
    """Show what the next reminders will say and cost. Nothing is sent."""
    columns = ("start_at", "leaves_at", "to", "text", "parts", "units", "reason")
    asked = given(account=account, calendar=calendar)
    print_rows(listing("reminder.preview", **asked), columns, as_json=as_json)


@rules.command("list")
def list_rules(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """List the rules of a calendar."""
    print_rows(listing("rule.list", account=account, calendar=calendar), ("rule", "means", "since"), as_json=as_json)


@rules.command("add")
def add_rule(account: Account, calendar: Calendar, rule: RuleWord, *, as_json: Json = False) -> None:
    """Add a rule. It holds from now on."""
    _show_rules(change("rule.add", account=account, calendar=calendar, rule=rule), account, as_json=as_json)


@rules.command("remove")
def remove_rule(account: Account, calendar: Calendar, rule: RuleWord, *, as_json: Json = False) -> None:
    """Remove a rule. What it has planned is not sent."""
    _show_rules(change("rule.remove", account=account, calendar=calendar, rule=rule), account, as_json=as_json)


def _show_rules(done: Mapping[str, Any], account: str, *, as_json: bool) -> None:
    """Print what is in force now: all settings for programs, the rules for people."""
    if as_json:
        print_json(done)
    else:
        list_rules(account, str(done["id"]))


@templates.command("show")
def show_template(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Show what reminders say, with warnings."""
    print_one(show("template.show", account=account, calendar=calendar), as_json=as_json)


@templates.command("set")
def set_template(
    account: Account,
    calendar: Calendar,
    text: Annotated[str | None, typer.Argument(help=_TEXT)] = None,
    *,
    as_json: Json = False,
) -> None:
    """Have reminders say something else. Without a text, what ships."""
    written = sys.stdin.read().strip() if text == "-" else text
    done = change("template.set", **given(account=account, calendar=calendar, text=written))
    print_one(done, as_json=as_json)
