"""The commands that keep the gateway in order: ``audit``, ``doctor`` and ``migrate``."""

import typer

from gateway.cli.calling import listing
from gateway.cli.output import Json, print_rows, working


def add_to(program: typer.Typer) -> None:
    """Add the commands to the program itself."""
    program.command("audit")(audit)
    program.command("doctor")(doctor)
    program.command("migrate")(migrate)


def audit(*, as_json: Json = False) -> None:
    """Check that the books agree: messages, units, queue, invoices, payments. Exit code 1 when something differs."""
    with working("Recomputing every balance and every invoice"):
        found = list(listing("audit"))
    if found or as_json:
        print_rows(found, ("account_id", "subject", "expected", "found"), as_json=as_json)
    else:
        typer.echo("Clean: messages, units, queue and invoices agree.")
    if found:
        raise typer.Exit(1)


def doctor(*, as_json: Json = False) -> None:
    """Look at what the service stands on. Exit code 1 when something must be mended."""
    from gateway.app.doctor import Health, examine
    from gateway.app.plain import plain
    from gateway.engine.clock import SystemClock
    from gateway.settings import read_settings

    findings = [plain(each) for each in examine(read_settings(), SystemClock())]
    print_rows(findings, ("name", "health", "text", "cure"), as_json=as_json)
    if any(each["health"] == Health.MEND for each in findings):
        raise typer.Exit(1)


def migrate() -> None:
    """Make the tables, or bring them up to date."""
    from gateway.app import opening
    from gateway.settings import read_settings

    with working("Bringing the database up to date"):
        opening.migrate(read_settings())
