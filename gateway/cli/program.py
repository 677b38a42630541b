"""The ``gateway`` command with its groups; what a command needs is imported when it runs, so that help is quick."""

import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gateway.accounts.refusals import Refused
from gateway.cli import (
    accounts,
    billing,
    calendars,
    carriers,
    catalogue,
    inbound,
    invoices,
    mails,
    messages,
    numbers,
    optouts,
    packs,
    plans,
    postpaid,
    pricing,
    reminders,
    running,
    sandbox,
    senders,
    simulate,
    upkeep,
)
from gateway.cli.output import complain
from gateway.cli.usage import reword
from gateway.settings import SettingsError
from plans.checked import RuleError


class _Program(TyperGroup):
    """Tells what was refused in words, without a traceback: exit code 1. Wrong usage is 2, as everywhere."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        os.umask(0o077)  # whatever it writes is for its own user alone
        try:
            return super().invoke(ctx)
        except Refused as refused:
            complain(refused.text, refused.cure)
        except SettingsError as error:
            complain(str(error), "Mend the file that GATEWAY_CONFIG names, or the environment.")
        except RuleError as error:
            complain(str(error), "Mend the rules in the configuration.")
        except typer.TyperException as error:
            reword(error)
            raise
        raise typer.Exit(1)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # late: nobody else needs it

        typer.echo(version("mail-sms-gateway"))
        raise typer.Exit


def _options(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell it.")] = False,
) -> None:
    """The options of the program itself."""


program = typer.Typer(
    name="gateway",
    cls=_Program,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # help in plain text: rich takes longer to load than all else together
    pretty_exceptions_enable=False,  # a traceback with local variables could show a number or a password
    help="An email becomes an SMS. Every list and show takes --json.",
    callback=_options,
)
program.add_typer(accounts.group, name="account")
program.add_typer(senders.group, name="sender")
program.add_typer(packs.group, name="pack")
program.add_typer(plans.group, name="plan")
program.add_typer(invoices.orders, name="order")
program.add_typer(invoices.invoices, name="invoice")
program.add_typer(postpaid.group, name="postpaid")
program.add_typer(pricing.group, name="price")
program.add_typer(billing.group, name="billing")
program.add_typer(catalogue.group, name="catalogue")
program.add_typer(carriers.carriers, name="carrier")
program.add_typer(carriers.routes, name="route")
program.add_typer(optouts.group, name="optout")
messages.group.add_typer(inbound.group, name="inbound")
program.add_typer(messages.group, name="sms")
program.add_typer(numbers.group, name="number")
program.add_typer(sandbox.group, name="sandbox")
program.add_typer(calendars.group, name="calendar")
program.add_typer(reminders.reminders, name="reminder")
program.add_typer(reminders.rules, name="rule")
program.add_typer(reminders.templates, name="template")
program.add_typer(mails.group, name="mail")
running.add_to(program)
upkeep.add_to(program)
simulate.add_to(program)
pricing.add_to(program)
