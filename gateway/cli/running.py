"""The commands that run the gateway: ``serve`` and ``demo``."""

import gc
from typing import Annotated

import typer

from gateway.cli.calling import change
from gateway.cli.output import Json, print_one

Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="smtp, web or worker; repeat it for several. All where none is named."),
]
Demo = Annotated[bool, typer.Option("--demo", help="Make a demo client, send a mail for it, and show what happens.")]


def add_to(program: typer.Typer) -> None:
    """Add the commands to the program itself."""
    program.command("serve")(serve)
    program.command("demo")(demo)


def serve(*, role: Roles = None, demo: Demo = False) -> None:
    """Run the service. SIGTERM or SIGINT ends it, and nothing that was accepted is lost."""
    gc.disable()  # what is loaded now stays for good: to look through it takes a sixth of the start
    import uvloop

    from gateway.app.service import Role
    from gateway.cli.service import run
    from gateway.engine import garbage
    from gateway.settings import read_settings

    garbage.settle()
    unknown = set(role or ()) - set(Role)
    if unknown:
        raise typer.BadParameter(f"there is no role {', '.join(sorted(unknown))}: choose smtp, web or worker")
    roles = tuple(map(Role, role)) if role else tuple(Role)
    uvloop.run(run(read_settings(), roles, demo=demo))


def demo(*, as_json: Json = False) -> None:
    """Show the demo client. It is made where it is missing, with its test units."""
    print_one(change("demo"), as_json=as_json)
