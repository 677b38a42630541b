"""What ``gateway serve`` does and says around the service."""

import asyncio
import contextlib
import errno
import logging
import resource
from collections.abc import Collection
from dataclasses import replace

from rich.console import Console

from gateway.accounts.refusals import Refused
from gateway.app.demo_calendar import published
from gateway.app.demonstration import Demonstration, Reminded, demonstrate, demonstrate_calendar
from gateway.app.opening import in_words
from gateway.app.service import Role, Running, running, until_told_to_stop
from gateway.cli.output import called, printable
from gateway.engine.clock import SystemClock
from gateway.engine.sqlite import DatabaseInUse
from gateway.engine.vault import VaultError
from gateway.engine.writer import StorageUnavailable
from gateway.settings import Settings
from gateway.smtp.maildir import folder_name

_MOST_FILES = 65_536
_ANOTHER_PORT = "Stop who has it, or set another port by GATEWAY_SMTP_PORT, GATEWAY_WEB_PORT or the configuration."


async def run(settings: Settings, roles: Collection[Role], *, demo: bool) -> None:
    """Serve until told to stop."""
    take_files()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("gateway").setLevel(logging.INFO)  # libraries would log peers and addresses
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat left out while one is at it is no news
    console = Console(soft_wrap=True, highlight=False, markup=False)
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(published(settings, SystemClock())) if demo else None
        if server:
            settings = letting_in(settings, server)
        service = await _start(stack, settings, roles)
        told = asyncio.create_task(until_told_to_stop())
        _greet(console, settings, service)
        if server:
            shown = asyncio.create_task(_show(console, settings, service, server))
            await asyncio.wait({told, shown}, return_when=asyncio.FIRST_COMPLETED)
            shown.cancel()
        await told
        console.print("Stopping: finishing what is under way.")


def letting_in(settings: Settings, server: str) -> Settings:
    """The settings, with a calendar server of our own beside those that they name."""
    servers = (*settings.calendars.private_servers, server)
    return replace(settings, calendars=replace(settings.calendars, private_servers=servers))


def take_files() -> None:
    """Let this process have as many open files as the system grants: every client and connection is one.

    The usual first limit is 1,024, made for programs that watch files by ``select``; a thousand clients exhaust it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))


async def _show(console: Console, settings: Settings, service: Running, server: str) -> None:
    """A mail that becomes an SMS, and an appointment that is reminded of."""
    _tell(console, settings, await demonstrate(settings, service))
    console.print("\nIts calendar has an appointment in an hour; the reminder leaves in a moment.")
    try:
        _tell_reminder(console, await demonstrate_calendar(settings, service, server))
    except Refused as refused:  # whoever tries it out may have filled the plan, or closed the account
        console.print(f"  It is not enabled: {refused.text} {refused.cure}")


async def _start(stack: contextlib.AsyncExitStack, settings: Settings, roles: Collection[Role]) -> Running:
    try:
        return await stack.enter_async_context(running(settings, roles))
    except DatabaseInUse as in_use:
        raise Refused(str(in_use), "Commands work while a service runs.") from None
    except (StorageUnavailable, OSError, VaultError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        cure = _ANOTHER_PORT if taken else "`gateway doctor` looks at all that it needs."
        raise Refused(f"The service cannot start: {in_words(error)}.", cure) from None


def _greet(console: Console, settings: Settings, service: Running) -> None:
    console.print(f"The gateway is running, with its data in {settings.data_dir.absolute()}.")
    if service.smtp_port:
        console.print(f"  SMTP        {settings.smtp.host}:{service.smtp_port}, mail for number@{settings.domain}")
    if service.web_port:
        console.print(f"  health      http://{settings.web.host}:{service.web_port}/healthz")
    if not settings.carriers:
        console.print("  carrier     none: every SMS goes to a phone in the database, and nothing leaves this machine")
    console.print("  Ctrl-C      ends it; nothing that was accepted is lost")


def _tell(console: Console, settings: Settings, shown: Demonstration) -> None:
    client, message = shown.client, shown.message
    console.print(f"\nThe demo client has sent a mail to {client['recipient']}.")
    if shown.refused:
        console.print(f"  It was not taken: {printable(shown.refused)}")
    elif message is None:
        console.print(f"  It was taken; its SMS is still to come: {called()} sms list")
    else:
        outcome = message.reason or f"{message.parts} part, {message.units} unit"
        console.print(f"  SMS to {message.to}: {message.state}, {outcome}")
        console.print(f"  {printable(message.text)}")
    console.print(
        f"\nSend your own:\n"
        f"  from      {client['sender']}\n"
        f"  to        {client['recipient']}\n"
        f"  server    {client['smtp_host']}, port {client['smtp_port']}\n"
        f"  user      {client['user']}\n"
        f"  password  {client['password']}\n"
        f"and see what becomes of it:\n"
        f"  {called()} sms list\n"
        f"  {called()} account show {client['account']}\n"
        f"News comes back as mail in {settings.data_dir / 'maildir' / folder_name(client['sender'])}"
    )


def _tell_reminder(console: Console, shown: Reminded) -> None:
    message, account = shown.message, shown.calendar["account"]
    if message is None:
        console.print("  It is still to come.")
    else:
        console.print(f"  SMS to {message.to}: {message.state}")
        console.print(f"  {printable(message.text)}")
    console.print(
        f"See more of it:\n"
        f"  {called()} reminder list {account}\n"
        f"  {called()} reminder preview {account} {shown.calendar['calendar']!r}\n"
        f"  {called()} calendar health {account}"
    )
