"""The service with calendars that are read without a pause, which no configuration allows: ``serve --role=…``."""

import sys
from dataclasses import replace

import uvloop

from gateway.app.service import Role
from gateway.cli.service import run
from gateway.settings import read_settings


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    restless = replace(settings, calendars=replace(settings.calendars, poll_min=0))
    roles = [Role(each.removeprefix("--role=")) for each in sys.argv[2:]]
    uvloop.run(run(restless, roles or tuple(Role), demo=False))


if __name__ == "__main__":
    main()
