"""``gateway catalogue``: what is for sale, as one file."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.output import Json, print_rows

group = typer.Typer(no_args_is_help=True, help="Plans, packs and conditions, as one file.")


@group.command("check")
def check(
    file: Annotated[Path | None, typer.Argument(help="A new version; else the one in force.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Look for what is wrong. Exit code 1 where a new version cannot be put in force."""
    from gateway.app import catalogue
    from gateway.app.plain import plain
    from gateway.settings import read_settings

    found = [plain(each) for each in catalogue.check(read_settings(), _today(), file)]
    if found or as_json:
        print_rows(found, ("weight", "text"), as_json=as_json)
    else:
        typer.echo("Nothing is wrong.")
    if any(each["weight"] == catalogue.Weight.WRONG for each in found):
        raise typer.Exit(1)


@group.command("apply")
def apply(file: Annotated[Path, typer.Argument(help="The new version.")]) -> None:
    """Put a new version in force. It may add entries and close them, never edit what was sold."""
    from gateway.app import catalogue
    from gateway.settings import read_settings

    catalogue.apply(read_settings(), _today(), file)
    typer.echo("In force; a running service reads it when it starts the next time.")


def _today() -> date:
    from gateway.billing.rules import shipped_billing_rules
    from gateway.engine.clock import SystemClock

    return shipped_billing_rules().today(SystemClock().now())
