"""Invoices: numbered without a gap, sound, written once, corrected by credit notes only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.accounts.refusals import Refused
from gateway.billing.customers import note_profile
from gateway.billing.invoice_tables import invoice, invoice_series
from gateway.billing.invoicing import InvoiceOrder, InvoiceUnsound, credit, issue_all
from gateway.billing.issued import Issued, locked, of_account, outstanding
from gateway.billing.words import InvoiceKind, InvoiceState
from gateway.engine.database import Engine
from plans.invoices import LineKind, Problem, sum_line
from plans.money import Money
from plans.vat import Treatment, Vat
from tests.billing.buyers import CLINIC, RULES, new_buyer

TODAY = date(2026, 11, 23)
VAT_20 = Vat(Treatment.TAXED, Fraction(1, 5))


def order(account_id: int, key: str, *cents: int, **fields: Any) -> InvoiceOrder:
    """An invoice of these amounts before tax."""
    lines = tuple(sum_line(LineKind.SUBSCRIPTION, "SOLO", Money(each), VAT_20) for each in cents)
    return InvoiceOrder(
        **{"account_id": account_id, "key": key, "lines": lines, "issued_on": TODAY, "due_on": TODAY, **fields}
    )


async def issued(engine: Engine, *orders: InvoiceOrder) -> list[Issued]:
    """Issue as one unit."""
    return await engine.write(lambda connection: issue_all(connection, engine.stamp(), RULES, orders))


async def credited(engine: Engine, invoice: Issued, key: str, parts: Mapping[int, Money] | None = None) -> Issued:
    """Give back."""

    def unit(connection: Connection) -> Issued:
        which = {"account_id": invoice.account_id, "invoice_id": invoice.invoice_id}
        return credit(connection, engine.stamp(), RULES, **which, key=key, parts=parts)

    return await engine.write(unit)


async def test_numbers_follow_without_a_gap_in_the_series_of_the_year(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    of_2026 = await issued(engine, *(order(account_id, f"{number}", 799) for number in range(3)))
    of_2027 = await issued(engine, order(account_id, "next", 799, issued_on=date(2027, 1, 1)))
    assert [each.name for each in [*of_2026, *of_2027]] == [
        "F2026-000001",
        "F2026-000002",
        "F2026-000003",
        "F2027-000001",
    ]


async def test_three_lines_are_taxed_on_their_total(engine: Engine) -> None:
    """A1: 3 x SOLO = 23.97, tax 4.79, not 3 x 1.60."""
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "three", 799, 799, 799))
    assert (invoice.document.net, invoice.document.tax, invoice.document.gross) == (
        Money(2397),
        Money(479),
        Money(2876),
    )


async def test_an_order_that_comes_twice_is_one_invoice(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    first = await issued(engine, order(account_id, "november", 799), order(account_id, "november", 799))
    again = await issued(engine, order(account_id, "november", 799))
    assert [first[1], *again] == [first[0], first[0]]
    assert await engine.read(lambda c: c.scalars(select(invoice_series.c.last_number)).all()) == [1]


async def test_what_is_refused_leaves_no_gap(engine: Engine) -> None:
    """The number is drawn in the transaction that issues."""
    account_id = await new_buyer(engine)
    with pytest.raises(InvoiceUnsound) as unsound:
        await issued(engine, order(account_id, "first", 799), order(account_id, "second"))
    assert unsound.value.problems == (Problem.NO_LINES,)
    with pytest.raises(Refused, match="no billing details"):
        await issued(engine, order(account_id, "first", 799), order(404, "nobody", 799))
    (invoice,) = await issued(engine, order(account_id, "third", 799))
    assert invoice.name == "F2026-000001"


async def test_less_than_nothing_is_not_asked_for(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    with pytest.raises(InvoiceUnsound) as unsound:
        await issued(engine, order(account_id, "minus", -1))
    assert unsound.value.problems == (Problem.SIGN,)


async def test_an_invoice_of_nothing_is_paid(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "covered", 1000, prepaid=Money(1200)))
    assert (invoice.document.due, invoice.state) == (Money(0), InvoiceState.PAID)


async def test_a_credit_note_has_a_series_of_its_own_and_settles_the_invoice(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "november", 799))
    note = await credited(engine, invoice, "wrong")
    assert (note.name, note.kind, note.state) == ("A2026-000001", InvoiceKind.CREDIT_NOTE, InvoiceState.GIVEN)
    assert (note.document.gross, note.corrects_id) == (Money(-959), invoice.invoice_id)
    documents = await engine.read(lambda connection: list(of_account(connection, account_id)))
    assert [each.state for each in documents] == [InvoiceState.CREDITED, InvoiceState.GIVEN]
    assert documents[0].document == invoice.document


async def test_parts_are_given_back_to_the_last_cent_and_no_further(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "november", 799, 799, 799))
    notes = [await credited(engine, invoice, f"part {place}", {place: Money(799)}) for place in range(3)]
    assert sum(each.document.gross.cents for each in notes) == -2876
    with pytest.raises(Refused, match="more than the invoice took"):
        await credited(engine, invoice, "more", {0: Money(1)})
    with pytest.raises(Refused, match="Parts of this invoice"):
        await credited(engine, invoice, "all")
    left = await engine.read(lambda c: outstanding(c, next(of_account(c, account_id))))
    assert left == Money(0)


async def test_a_credit_that_is_asked_for_twice_is_given_once(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "november", 799))
    assert await credited(engine, invoice, "wrong") == await credited(engine, invoice, "wrong")


async def test_a_credit_note_is_not_credited_and_an_unknown_invoice_not_found(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    (invoice,) = await issued(engine, order(account_id, "november", 799))
    note = await credited(engine, invoice, "wrong")
    with pytest.raises(Refused, match="is not credited"):
        await credited(engine, note, "wronger")
    with pytest.raises(Refused, match="no such invoice"):
        await engine.write(lambda connection: locked(connection, account_id, 404))


async def test_the_client_is_kept_as_it_stood_on_the_day_of_issue(engine: Engine) -> None:
    account_id = await new_buyer(engine)
    await issued(engine, order(account_id, "november", 799))
    moved = replace(CLINIC, city="Lyon", postcode="69001")
    await engine.write(lambda connection: note_profile(connection, account_id, moved))
    await issued(engine, order(account_id, "december", 799))
    buyers = await engine.read(lambda c: c.scalars(select(invoice.c.buyer).order_by(invoice.c.number)).all())
    assert [each["city"] for each in buyers] == ["Paris", "Lyon"]
