"""``gateway calendar``: linked calendars, and which of them have reminders."""

import sys
from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows
from gateway.wording import Language

group = typer.Typer(no_args_is_help=True, help="Calendars: linked, chosen, and kept in sight.")

Calendar = Annotated[str, typer.Argument(help="Its name or id, as `gateway calendar list` shows it.")]

Region = Annotated[str | None, typer.Option(help="Country of numbers in national form. Default: the account's.")]
ExtraRegions = Annotated[str | None, typer.Option(help="Those to try after it: RE,GP. Default: for FR, its overseas.")]
Fields = Annotated[str | None, typer.Option(help="Fields to look in, in order: title,location,description.")]
Own = Annotated[str | None, typer.Option(help="The practice's own numbers, with commas.")]
Blocked = Annotated[str | None, typer.Option(help="Numbers never to text, or how they begin.")]

_COLUMNS = ("id", "name", "provider", "link", "state", "rules", "reminders", "last_read_at", "fault")


@group.command("list")
def list_all(account: Account, *, as_json: Json = False) -> None:
    """List the calendars that are linked."""
    print_rows(listing("calendar.list", account=account), _COLUMNS, as_json=as_json)


@group.command("link")
def link(
    account: Account,
    what: Annotated[str, typer.Argument(help="google, outlook, or the address of a feed or a CalDAV server.")],
    *,
    user: Annotated[str | None, typer.Option(help="Of a CalDAV server; its password is read from the input.")] = None,
    enable: Annotated[bool, typer.Option("--enable", help="Have reminders sent from it at once.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Ask Google or Outlook for leave to mark events, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Link calendars. For Google and Outlook it prints the page at which their owner agrees."""
    if what in {"google", "outlook"}:
        print_one(change("calendar.invite", account=account, provider=what, write=write), as_json=as_json)
        return
    password = sys.stdin.readline().rstrip("\n") if user is not None else None
    asked = given(account=account, address=what, user=user, password=password, enable=enable)
    print_one(change("calendar.link", **asked), as_json=as_json)


@group.command("unlink")
def unlink(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """End the connection that a calendar came by, or that has brought none. All its calendars go with it."""
    print_one(change("calendar.unlink", account=account, calendar=calendar), as_json=as_json)


@group.command("enable")
def enable(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Have reminders sent from a calendar, within the plan."""
    print_one(change("calendar.enable", account=account, calendar=calendar), as_json=as_json)


@group.command("disable")
def disable(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Send no more reminders from a calendar."""
    print_one(change("calendar.disable", account=account, calendar=calendar), as_json=as_json)


@group.command("pause")
def pause(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Let reminders wait. What is still of use leaves when it goes on."""
    print_one(change("calendar.pause", account=account, calendar=calendar), as_json=as_json)


@group.command("resume")
def resume(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Let reminders go on."""
    print_one(change("calendar.resume", account=account, calendar=calendar), as_json=as_json)


@group.command("sync")
def sync(account: Account, *, as_json: Json = False) -> None:
    """Read the calendars of an account now."""
    columns = ("id", "name", "provider", "state", "last_read_at", "fault")
    print_rows(change("calendar.sync", account=account), columns, as_json=as_json)


@group.command("health")
def health(
    account: Annotated[str | None, typer.Argument(help="Of one account: its slug or id.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show how calendars are, the worst first. Exit code 1 where one cannot be read."""
    found = list(listing("calendar.health", **given(account=account)))
    columns = (
        "account",
        "id",
        "name",
        "provider",
        "well",
        "last_read_at",
        "failing_since",
        "unreadable",
        "fault",
        "cure",
    )
    print_rows(found, columns, as_json=as_json)
    if not all(each["well"] for each in found):
        raise typer.Exit(1)


@group.command("show")
def show_settings(account: Account, calendar: Calendar, *, as_json: Json = False) -> None:
    """Show the settings of a calendar."""
    print_one(show("calendar.settings", account=account, calendar=calendar), as_json=as_json)


@group.command("reading")
def reading(
    account: Account,
    *,
    region: Region = None,
    extra_regions: ExtraRegions = None,
    fields: Fields = None,
    own: Own = None,
    blocked: Blocked = None,
    as_json: Json = False,
) -> None:
    """Show or change how numbers are found in all calendars of an account. A calendar's own goes before, or adds."""
    asked = given(region=region, extra_regions=extra_regions, fields=fields, own=own, blocked=blocked)
    if asked:
        print_one(change("calendar.set_reading", account=account, **asked), as_json=as_json)
    else:
        print_one(show("calendar.reading", account=account), as_json=as_json)


@group.command("set")
def set_up(
    account: Account,
    calendar: Calendar,
    *,
    name: Annotated[
        str | None, typer.Option(help="Of the practice, as reminders say it. Default: the account's.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="How clients reach it.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of its reminders. Default: the account's.")] = None,
    display: Annotated[str | None, typer.Option(help="Sender ID on the phone: 3 to 11 letters and digits.")] = None,
    region: Region = None,
    extra_regions: ExtraRegions = None,
    fields: Fields = None,
    own: Own = None,
    blocked: Blocked = None,
    hours: Annotated[
        str | None, typer.Option(help="When reminders may leave: 08:00-20:00, or of seven days with commas.")
    ] = None,
    settle_min: Annotated[int | None, typer.Option(help="Minutes that an event has to be still. Default: 10.")] = None,
    least_min: Annotated[
        int | None, typer.Option(help="Nearer to its start a reminder is of no use. Default: 30.")
    ] = None,
    all_day: Annotated[
        str | None, typer.Option(help="When an all-day event counts as starting. Default: 12:00.")
    ] = None,
    tentative: Annotated[bool | None, typer.Option(help="Remind of events that are not confirmed, too.")] = None,
    again_after_move: Annotated[bool | None, typer.Option(help="Tell who was reminded of a time that changed.")] = None,
    merge: Annotated[bool | None, typer.Option(help="One SMS for several appointments of a day.")] = None,
    keep_days: Annotated[
        int | None, typer.Option(help="Days for which an event that is over is kept. Default: 90.")
    ] = None,
    notify: Annotated[str | None, typer.Option(help="Who gets mail of failures and answers.")] = None,
    write_back: Annotated[bool | None, typer.Option(help="Mark events that people confirm ✓ or cancel ✗.")] = None,
    as_json: Json = False,
) -> None:
    """Change settings of a calendar. Those that are not named stay; "" lets one follow the account again."""
    options = given(
        name=name,
        contact=contact,
        language=language,
        display=display,
        region=region,
        extra_regions=extra_regions,
        fields=fields,
        own=own,
        blocked=blocked,
        hours=hours,
        settle_min=settle_min,
        least_min=least_min,
        all_day=all_day,
        tentative=tentative,
        again_after_move=again_after_move,
        merge=merge,
        keep_days=keep_days,
        notify=notify,
        write_back=write_back,
    )
    print_one(change("calendar.set", account=account, calendar=calendar, **options), as_json=as_json)
