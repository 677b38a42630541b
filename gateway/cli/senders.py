"""``gateway sender``: who may send for an account, and the app passwords that prove it."""

from typing import Annotated

import typer

from gateway.accounts.words import Content, Encoding, Notify
from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, asked, given, print_one, print_rows
from plans.words import MessageClass

group = typer.Typer(no_args_is_help=True, help="Authorised senders and their app passwords.")
password_group = typer.Typer(no_args_is_help=True, help="App passwords for SMTP AUTH.")
group.add_typer(password_group, name="password")

Value = Annotated[str, typer.Argument(help="An address, a domain, or a host as IP or CIDR.")]


Display = Annotated[str | None, typer.Option(help="Sender ID on the phone: 3 to 11 letters and digits.")]
ContentOption = Annotated[Content | None, typer.Option(help="What becomes the SMS. At first: body.")]
EncodingOption = Annotated[
    Encoding | None, typer.Option(help="What happens to letters that cost more. At first: auto.")
]
MaxParts = Annotated[int | None, typer.Option(help="Parts of an SMS at most: longer texts are refused. At first: 5.")]
NotifyOption = Annotated[Notify | None, typer.Option(help="The news that goes back by mail. At first: failures.")]
DefaultClass = Annotated[MessageClass | None, typer.Option(help="Where the address names none. At first: alert.")]
DailyCap = Annotated[int | None, typer.Option(help="Messages a day. At first: no cap.")]
EndMarker = Annotated[str | None, typer.Option(help="Text from a line with this on is cut.")]
RepeatMin = Annotated[
    int | None, typer.Option(help="Minutes before the same text may go to the same number again. At first: none.")
]


@group.command("add")
def add(
    account: Account,
    value: Value,
    *,
    display: Display = None,
    content: ContentOption = None,
    encoding: EncodingOption = None,
    max_parts: MaxParts = None,
    notify: NotifyOption = None,
    default_class: DefaultClass = None,
    daily_cap: DailyCap = None,
    end_marker: EndMarker = None,
    repeat_min: RepeatMin = None,
    as_json: Json = False,
) -> None:
    """Authorise an address, a domain or a host."""
    print_one(change("sender.add", **asked(locals())), as_json=as_json)


@group.command("set")
def alter(
    account: Account,
    value: Value,
    *,
    display: Display = None,
    content: ContentOption = None,
    encoding: EncodingOption = None,
    max_parts: MaxParts = None,
    notify: NotifyOption = None,
    default_class: DefaultClass = None,
    daily_cap: DailyCap = None,
    end_marker: EndMarker = None,
    repeat_min: RepeatMin = None,
    as_json: Json = False,
) -> None:
    """Change the settings that are given. An empty sender ID or end marker, a cap or pause of 0, are taken away."""
    print_one(change("sender.set", **asked(locals())), as_json=as_json)


@group.command("show")
def show_one(account: Account, value: Value, *, as_json: Json = False) -> None:
    """Show a sender with all its settings."""
    print_one(show("sender.show", account=account, value=value), as_json=as_json)


@group.command("list")
def list_all(account: Account, *, as_json: Json = False) -> None:
    """List the senders of an account."""
    columns = ("kind", "value", "display", "content", "max_parts", "notify", "default_class", "daily_cap")
    print_rows(listing("sender.list", account=account), columns, as_json=as_json)


@group.command("remove")
def remove(account: Account, value: Value) -> None:
    """Take an authorisation back."""
    change("sender.remove", account=account, value=value)


@password_group.command("add")
def add_password(
    account: Account,
    *,
    login: Annotated[str | None, typer.Option(help="The user name for SMTP AUTH. Default: one is made.")] = None,
    label: Annotated[str | None, typer.Option(help="Where it is used.")] = None,
    as_json: Json = False,
) -> None:
    """Make an app password. It is shown this once: only a digest is kept."""
    print_one(change("password.add", account=account, **given(login=login, label=label)), as_json=as_json)


@password_group.command("list")
def list_passwords(account: Account, *, as_json: Json = False) -> None:
    """List the app passwords of an account by login."""
    columns = ("login", "label", "created_at", "revoked_at")
    print_rows(listing("password.list", account=account), columns, as_json=as_json)


@password_group.command("revoke")
def revoke_password(account: Account, login: Annotated[str, typer.Argument(help="Its user name.")]) -> None:
    """End an app password."""
    change("password.revoke", account=account, login=login)
