"""``gateway invoice`` and ``gateway order``: what was sold, and the money for it."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.accounts import Account
from gateway.cli.calling import change, listing, show
from gateway.cli.output import Json, given, print_one, print_rows
from plans.orders import PaymentMeans

invoices = typer.Typer(no_args_is_help=True, help="Invoices and credit notes.")
orders = typer.Typer(no_args_is_help=True, help="Orders of packs; `gateway pack buy` makes one.")

Number = Annotated[str, typer.Argument(help="As it is printed: F2026-000123.")]


@invoices.command("list")
def list_invoices(account: Account, *, as_json: Json = False) -> None:
    """List the invoices and credit notes of a client."""
    columns = ("number", "kind", "state", "issued_on", "due_on", "net", "vat", "total", "due")
    print_rows(listing("invoice.list", account=account), columns, as_json=as_json)


@invoices.command("show")
def show_invoice(number: Number, *, as_json: Json = False) -> None:
    """Show an invoice with its lines, and what is still to be paid of it."""
    print_one(show("invoice.show", number=number), as_json=as_json)


@invoices.command("pdf")
def pdf(number: Number, file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write an invoice as PDF/A-3, with its Factur-X inside."""
    drawn = show("invoice.pdf", number=number)
    file.write_bytes(b64decode(drawn["pdf"]))
    typer.echo(f"{drawn['number']} is in {file}.")


@invoices.command("complete")
def complete(number: Number, *, as_json: Json = False) -> None:
    """Give an invoice that was issued before [seller] was filled in the seller of today, for good."""
    print_one(change("invoice.complete", number=number), as_json=as_json)


@invoices.command("pay")
def pay(
    number: Number,
    paid: Annotated[str, typer.Argument(help="The amount that came, such as 60.00.")],
    *,
    reference: Annotated[str, typer.Option(help="The bank's own for this money: twice is once.")],
    means: Annotated[PaymentMeans, typer.Option(help="How it came.")] = PaymentMeans.TRANSFER,
    on: Annotated[str | None, typer.Option(help="The day on which it was on the account. Default: today.")] = None,
    as_json: Json = False,
) -> None:
    """Record money that came for an invoice."""
    receipt = given(number=number, paid=paid, reference=reference, means=means, on=on)
    print_one(change("invoice.pay", **receipt), as_json=as_json)


@invoices.command("penalty")
def penalty(
    number: Number,
    *,
    proven_costs: Annotated[str | None, typer.Option(help="Of recovery, where they exceed the flat fee.")] = None,
    as_json: Json = False,
) -> None:
    """Invoice the interest and the recovery fee of an invoice that is, or was, paid late."""
    print_one(change("invoice.penalty", number=number, **given(proven_costs=proven_costs)), as_json=as_json)


@invoices.command("credit")
def credit(
    number: Number,
    *,
    line: Annotated[int | None, typer.Option(help="Only of this line, counted from 1.")] = None,
    net: Annotated[str | None, typer.Option(help="How much of it goes back, before tax.")] = None,
    as_json: Json = False,
) -> None:
    """Correct an invoice by a credit note: all of it, or a part of one line."""
    print_one(change("invoice.credit", number=number, **given(line=line, net=net)), as_json=as_json)


@orders.command("list")
def list_orders(account: Account, *, as_json: Json = False) -> None:
    """List the orders of a client, the newest first."""
    columns = ("order_id", "kind", "item", "quantity", "means", "state", "ordered_at", "usable_from")
    print_rows(listing("order.list", account=account), columns, as_json=as_json)


@orders.command("show")
def show_order(
    account: Account, order: Annotated[str, typer.Argument(help="Its id.")], *, as_json: Json = False
) -> None:
    """Show one order."""
    print_one(show("order.show", account=account, order=order), as_json=as_json)
