"""``gateway sender``: who may send for an account, and the app passwords that prove it."""

from typing import Annotated

import typer

from gateway.accounts.words import Content, Encoding, Notify
from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing
from gateway.cli.output import Json, given, print_one, print_rows
from plans.words import MessageClass

group = typer.Typer(no_args_is_help=True, help="Authorised senders and their app passwords.")
password_group = typer.Typer(no_args_is_help=True, help="App passwords for SMTP AUTH.")
group.add_typer(password_group, name="password")

Value = Annotated[str, typer.Argument(help="An address, a domain, or a host as IP or CIDR.")]


@group.command("add")
def add(
    account: Account,
    value: Value,
    *,
    display: Annotated[str | None, typer.Option(help="Sender ID on the phone: 3 to 11 letters and digits.")] = None,
    content: Annotated[Content | None, typer.Option(help="What becomes the SMS. Default: body.")] = None,
    encoding: Annotated[
        Encoding | None, typer.Option(help="What happens to letters that cost more. Default: auto.")
    ] = None,
    max_parts: Annotated[
        int | None, typer.Option(help="Parts of an SMS at most: longer texts are refused. Default: 5.")
    ] = None,
    notify: Annotated[Notify | None, typer.Option(help="The news that goes back by mail. Default: failures.")] = None,
    default_class: Annotated[
        MessageClass | None, typer.Option(help="Where the address names none. Default: alert.")
    ] = None,
    daily_cap: Annotated[int | None, typer.Option(help="Messages a day. Default: no cap.")] = None,
    end_marker: Annotated[str | None, typer.Option(help="Text from a line with this on is cut.")] = None,
    as_json: Json = False,
) -> None:
    """Authorise an address, a domain or a host."""
    settings = given(
        display=display,
        content=content,
        encoding=encoding,
        max_parts=max_parts,
        notify=notify,
        default_class=default_class,
        daily_cap=daily_cap,
        end_marker=end_marker,
    )
    print_one(change("sender.add", account=account, value=value, **settings), as_json=as_json)


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
