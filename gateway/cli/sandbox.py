"""``gateway sandbox``: the phones that live in the database."""

from typing import Annotated

import typer

from gateway.cli.calling import change
from gateway.cli.output import Json, given, print_one

group = typer.Typer(no_args_is_help=True, help="The phones of the sandbox, for trying out.")


@group.command("reply")
def reply(
    number: Annotated[str, typer.Argument(help="The phone that answers: +33639981234.")],
    text: Annotated[str, typer.Argument(help="What it says.")],
    *,
    to: Annotated[str | None, typer.Option(help="The number of ours that it writes to. Default: sandbox.")] = None,
    as_json: Json = False,
) -> None:
    """Answer from a phone of the sandbox."""
    print_one(change("sandbox.reply", number=number, text=text, **given(to=to)), as_json=as_json)


@group.callback()
def phones() -> None:
    """Let typer treat the one command as a group."""
