"""``gateway sms``: messages."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.accounts.refusals import Refused
from gateway.accounts.words import Encoding
from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows, working
from gateway.sms.words import MessageState
from gateway.wording import Language, read_wording
from plans.words import MessageClass, Origin, Reason

group = typer.Typer(no_args_is_help=True, help="Messages: what became of them, and new ones.")

Message = Annotated[str, typer.Argument(help="Its id, as `gateway sms list` shows it.")]
To = Annotated[str, typer.Argument(help="The recipient: 0612345678 or +33612345678.")]
Body = Annotated[str, typer.Argument(help="The text; - reads it from standard input.")]
Class = Annotated[MessageClass | None, typer.Option("--class", help="What it is for. Default: alert.")]
EncodingOption = Annotated[Encoding | None, typer.Option(help="What happens to letters that cost more. Default: auto.")]
MaxParts = Annotated[int | None, typer.Option(help="Parts of an SMS at most: longer texts are refused. Default: 255.")]

_TABLE_LINES = 100


@group.command("list")
def list_all(
    *,
    account: Annotated[str | None, typer.Option(help="Of one account: its slug or id.")] = None,
    state: Annotated[MessageState | None, typer.Option(help="In one state.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The newest so many. Default: 100 in a table, all as JSON.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List messages, the newest first."""
    columns = ("id", "created_at", "account", "to", "text", "parts", "units", "class", "state", "reason")
    asked = given(account=account, state=state, limit=limit if limit or as_json else _TABLE_LINES)
    print_rows(listing("sms.list", **asked), columns, as_json=as_json)


@group.command("show")
def show_one(message: Message, *, as_json: Json = False) -> None:
    """Show a message, its route and its price."""
    print_one(show("sms.show", message=message), as_json=as_json)


@group.command("preview")
def preview(
    account: Account,
    to: To,
    text: Body,
    *,
    message_class: Class = None,
    encoding: EncodingOption = None,
    max_parts: MaxParts = None,
    origin: Annotated[Origin | None, typer.Option(help="How it would come in. Default: email.")] = None,
    at: Annotated[str | None, typer.Option(help="When: 2026-11-27T20:00, in the account's zone. Default: now.")] = None,
    as_json: Json = False,
) -> None:
    """Show what would become of a message. What it would cost is shown too; nothing is sent."""
    options = given(message_class=message_class, encoding=encoding, max_parts=max_parts, origin=origin, at=at)
    print_one(show("sms.preview", account=account, to=to, text=_read(text), **options), as_json=as_json)


@group.command("send")
def send(
    account: Account,
    to: Annotated[str | None, typer.Argument(help="The recipient; with --file, the text of all.")] = None,
    text: Annotated[str | None, typer.Argument(help="The text; - reads it from standard input.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="CSV with columns to and text: many messages.")] = None,
    message_class: Class = None,
    display: Annotated[str | None, typer.Option(help="Sender ID on the phone: 3 to 11 letters and digits.")] = None,
    encoding: EncodingOption = None,
    max_parts: MaxParts = None,
    key: Annotated[str | None, typer.Option(help="The same key twice is the same message.")] = None,
    as_json: Json = False,
) -> None:
    """Send a message, or those of a file. Exit code 1 when it is refused."""
    if file:
        options = given(message_class=message_class, display=display, encoding=encoding)
        _send_file(account, file, to, options, as_json=as_json)
        return
    if to is None or text is None:
        raise typer.BadParameter("give a recipient and a text, or --file")
    options = given(message_class=message_class, display=display, encoding=encoding, max_parts=max_parts, key=key)
    answer = change("sms.send", account=account, to=to, text=_read(text), **options)
    print_one(answer, as_json=as_json)
    if answer["state"] == MessageState.REJECTED:
        words = read_wording().reason(Reason(answer["reason"]), Language.EN)
        raise Refused(words.text, words.cure)


def _send_file(account: str, file: Path, text: str | None, options: dict[str, Any], *, as_json: bool) -> None:
    """What stands where the recipient of a single message does is the text of all."""
    from gateway.cli.bulk import Tally, pieces, rows_of

    rows, tally = rows_of(file, None if text is None else _read(text)), Tally()
    with working("Handing messages in", len(rows)) as progress:
        for count, piece in pieces(rows):
            tally.add(change("sms.send_many", account=account, rows=piece, **options))
            progress(count)
    print_one(asdict(tally), as_json=as_json)


@group.command("dead")
def list_dead(
    account: Account,
    *,
    failures: Annotated[int | None, typer.Option(min=1, help="After so many without a delivery. Default: 2.")] = None,
    as_json: Json = False,
) -> None:
    """List numbers that are out of use, or that no network delivers to."""
    columns = ("to", "failures", "since", "last_at", "reason", "code")
    print_rows(listing("sms.dead", **given(account=account, failures=failures)), columns, as_json=as_json)


unknown = typer.Typer(no_args_is_help=True, help="Messages in doubt: nobody knows whether they left.")
group.add_typer(unknown, name="unknown")


@unknown.command("list")
def list_unknown(
    *, account: Annotated[str | None, typer.Option(help="Of one account: its slug.")] = None, as_json: Json = False
) -> None:
    """List messages in doubt, the newest first."""
    columns = ("id", "created_at", "account", "to", "text", "parts", "units", "class", "reason")
    print_rows(listing("sms.unknown.list", **given(account=account)), columns, as_json=as_json)


@unknown.command("release")
def release(message: Message, *, as_json: Json = False) -> None:
    """Hand a message in doubt over once more. Whoever has it already gets it twice; it is charged once."""
    print_one(change("sms.unknown.release", message=message), as_json=as_json)


@unknown.command("refund")
def refund(message: Message, *, as_json: Json = False) -> None:
    """End a message in doubt as not sent. Its units come back."""
    print_one(change("sms.unknown.refund", message=message), as_json=as_json)


@group.command("cancel")
def cancel(message: Message, *, as_json: Json = False) -> None:
    """Take back a message that has not left. It is refunded."""
    print_one(change("sms.cancel", message=message), as_json=as_json)


def _read(text: str) -> str:
    return sys.stdin.read() if text == "-" else text
