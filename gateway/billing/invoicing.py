"""Issues invoices and credit notes: numbered without a gap, checked, written once, and never edited."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, update

from gateway.accounts.refusals import Refused
from gateway.billing.customers import Customer, customers
from gateway.billing.invoice_tables import invoice, invoice_series
from gateway.billing.issued import Issued, credits_of, locked, settle_if_covered, under
from gateway.billing.letters import Letter, write_letters
from gateway.billing.particulars import Freezer
from gateway.billing.rules import BillingRules
from gateway.billing.stored import to_stored
from gateway.billing.words import InvoiceKind, InvoiceState, LetterKind
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from plans.credit_notes import CreditTooLarge, part_credit, whole_credit
from plans.invoices import Invoice, Line, Problem, invoice_of, problems
from plans.money import NOTHING, Money
from plans.orders import PaymentMeans

_INITIALS = {InvoiceKind.INVOICE: "F", InvoiceKind.CREDIT_NOTE: "A"}  # facture, avoir
_LETTER_KINDS = {
    InvoiceKind.INVOICE: LetterKind.INVOICE_ISSUED,
    InvoiceKind.CREDIT_NOTE: LetterKind.CREDIT_NOTE_ISSUED,
}


class InvoiceUnsound(Exception):
    """An invoice breaks a rule of arithmetic and is not issued: a mistake of this program, never of the client."""

    def __init__(self, broken: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(broken))
        self.problems = broken


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An invoice to be issued."""

    account_id: int
    key: str  # what it is for: the same key is the same invoice, however often it is ordered
    lines: tuple[Line, ...]
    issued_on: date
    due_on: date
    means: PaymentMeans = PaymentMeans.CARD
    prepaid: Money = NOTHING
    subscription_id: int | None = None  # whose periods and changes it sells


@dataclass(frozen=True, slots=True)
class _Draft:
    """A document without its number."""

    order: InvoiceOrder
    kind: InvoiceKind
    invoice: Invoice
    corrects_id: int | None = None

    @property
    def series(self) -> str:
        """One for each kind and year."""
        return f"{_INITIALS[self.kind]}{self.order.issued_on.year}"

    @property
    def state(self) -> InvoiceState:
        """An invoice of nothing is paid when it is issued."""
        if self.kind is InvoiceKind.CREDIT_NOTE:
            return InvoiceState.GIVEN
        return InvoiceState.OPEN if self.invoice.due > NOTHING else InvoiceState.PAID


def issue(connection: Connection, stamp: Stamp, rules: BillingRules, order: InvoiceOrder) -> Issued:
    """Issue one invoice."""
    return issue_all(connection, stamp, rules, [order])[0]


def issue_all(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    orders: Sequence[InvoiceOrder],
    known: Mapping[int, Customer] | None = None,
) -> list[Issued]:
    """Issue invoices, in order; one that was issued under its key is given back as it was.

    ``known`` are clients that the caller has read in this transaction; the others are read now. ``InvoiceUnsound``
    where the sums of one do not add up, ``Refused`` where a client cannot be invoiced: then none is.
    """
    drafts = [_Draft(each, InvoiceKind.INVOICE, invoice_of(each.lines, each.prepaid)) for each in orders]
    return _issue(connection, stamp, rules, drafts, known or {})


def credit(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    *,
    account_id: int,
    invoice_id: int,
    key: str,
    parts: Mapping[int, Money] | None = None,
) -> Issued:
    """Correct an invoice by a credit note, in whole or in parts of lines (before tax, by place from 0).

    ``Refused`` where more would be given back than the invoice took.
    """
    given = under(connection, [(account_id, key)]).get((account_id, key))
    if given:
        return given
    corrected = locked(connection, account_id, invoice_id)
    earlier = [each.document for each in credits_of(connection, account_id, invoice_id)]
    today = rules.today(stamp.now)
    order = InvoiceOrder(account_id, key, (), today, today, subscription_id=corrected.subscription_id)
    note = _credit_of(corrected, parts, earlier)
    draft = _Draft(order, InvoiceKind.CREDIT_NOTE, note, corrects_id=invoice_id)
    (issued,) = _issue(connection, stamp, rules, [draft], {})
    settle_if_covered(connection, stamp, corrected)
    return issued


def _credit_of(corrected: Issued, parts: Mapping[int, Money] | None, earlier: Sequence[Invoice]) -> Invoice:
    if corrected.kind is InvoiceKind.CREDIT_NOTE:
        raise Refused("A credit note is not credited.", "Issue an invoice for what it gave back too much.")
    if parts is None and earlier:
        raise Refused("Parts of this invoice were given back already.", "Name the parts that are left.")
    try:
        return whole_credit(corrected.document) if parts is None else part_credit(corrected.document, parts, earlier)
    except CreditTooLarge as too_large:
        raise Refused(f"This is more than the invoice took: {too_large}.", "Give back less.") from None


def _issue(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    drafts: Sequence[_Draft],
    read: Mapping[int, Customer],
) -> list[Issued]:
    _refuse_unsound(drafts)
    _lock_series(connection, {each.series for each in drafts})
    keys = [(each.order.account_id, each.order.key) for each in drafts]
    known = under(connection, keys)
    fresh = {key: each for key, each in zip(keys, drafts, strict=True) if key not in known}
    unread = {account_id for account_id, _ in fresh} - read.keys()
    buyers = {**read, **(customers(connection, rules, unread) if unread else {})}
    if any(account_id not in buyers for account_id, _ in fresh):
        raise Refused("An account has no billing details.", "Give the name and address for its invoices first.")
    known |= _write(connection, stamp, rules, fresh, buyers)
    return [known[key] for key in keys]


def _refuse_unsound(drafts: Sequence[_Draft]) -> None:
    for each in drafts:
        broken = problems(each.invoice, is_credit=each.kind is InvoiceKind.CREDIT_NOTE)
        if broken:
            raise InvoiceUnsound(broken)


def _lock_series(connection: Connection, names: set[str]) -> None:
    """Let nobody else draw numbers of these series before the end of the transaction.

    In order, or two runs would lock each other; before the keys are looked up, so that of two runs with the same order
    the second sees what the first issued.
    """
    for name in sorted(names):
        connection.execute(
            insert_or(connection, invoice_series)
            .values(series=name, last_number=0)
            .on_conflict_do_update(index_elements=["series"], set_={"last_number": invoice_series.c.last_number})
        )


def _write(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    drafts: Mapping[tuple[int, str], _Draft],
    buyers: Mapping[int, Customer],
) -> dict[tuple[int, str], Issued]:
    """Give each draft the next number of its series and write it; the series are locked."""
    numbers = _draw(connection, Counter(each.series for each in drafts.values()))
    issued = {}
    for key, each in drafts.items():
        issued[key] = _numbered(each, stamp, numbers[each.series])
        numbers[each.series] += 1
    if issued:
        freezer = Freezer(rules)
        rows = [_row(issued[key], each.order, stamp, buyers[key[0]], freezer) for key, each in drafts.items()]
        connection.execute(insert(invoice), rows)
        write_letters(connection, stamp, [_letter(each) for each in issued.values()])
    return issued


def _draw(connection: Connection, counts: Mapping[str, int]) -> dict[str, int]:
    """The first of so many new numbers, by series; the series are locked."""
    drawn = {}
    for name, count in counts.items():
        last = connection.scalars(
            update(invoice_series)
            .where(invoice_series.c.series == name)
            .values(last_number=invoice_series.c.last_number + count)
            .returning(invoice_series.c.last_number)
        ).one()
        drawn[name] = last - count + 1
    return drawn


def _numbered(draft: _Draft, stamp: Stamp, number: int) -> Issued:
    order = draft.order
    return Issued(
        account_id=order.account_id,
        invoice_id=stamp.new_id(),
        invoice_key=order.key,
        series=draft.series,
        number=number,
        kind=draft.kind,
        state=draft.state,
        issued_on=order.issued_on,
        due_on=None if draft.kind is InvoiceKind.CREDIT_NOTE else order.due_on,
        document=draft.invoice,
        corrects_id=draft.corrects_id,
        subscription_id=order.subscription_id,
    )


def _row(issued: Issued, order: InvoiceOrder, stamp: Stamp, buyer: Customer, freezer: Freezer) -> dict[str, object]:
    figures = issued.document
    return {
        **{name: getattr(issued, name) for name in Issued.__dataclass_fields__},
        "issued_at": stamp.now,
        "means": order.means,
        "language": buyer.language,
        "net_cents": figures.net.cents,
        "tax_cents": figures.tax.cents,
        "gross_cents": figures.gross.cents,
        "prepaid_cents": figures.prepaid.cents,
        "due_cents": figures.due.cents,
        "document": to_stored(figures),
        "buyer": to_stored(buyer.profile),
        "particulars": freezer.freeze(issued.issued_on, order.means, buyer.language, figures),
        "settled_at": stamp.now if issued.state is InvoiceState.PAID else None,
    }


def _letter(issued: Issued) -> Letter:
    """The mail that brings a document to its client."""
    return Letter(
        issued.account_id,
        _LETTER_KINDS[issued.kind],
        {
            "invoice_id": issued.invoice_id,
            "invoice": issued.name,
            "amount": str(Money(abs(issued.document.gross.cents))),
            "due": str(issued.document.due),
            "due_on": issued.due_on.isoformat() if issued.due_on else None,
        },
    )
