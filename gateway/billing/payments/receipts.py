"""What admins record of money that came or went by hand; each act is one call in the transaction that audits it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gateway.accounts.refusals import Refused
from gateway.billing.payments.outcomes import Declined, Paid
from gateway.billing.payments.references import read_reference, written
from gateway.billing.payments.tables import manual_payment, manual_setup
from gateway.billing.payments.words import PaymentKind, Standing
from gateway.engine.database import Stamp
from plans.money import Money
from plans.orders import PaymentMeans

_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record says of the payment that it was made for."""

    key: str
    kind: PaymentKind
    outcome: Paid | Declined


def record_details(connection: Connection, *, reference: str, means: PaymentMeans) -> None:
    """An admin has seen the bank details or the mandate of a client; ``Refused`` where none were asked for."""
    found = update(manual_setup).where(manual_setup.c.reference == _sound(reference)).values(means=means)
    if connection.execute(found).rowcount == 0:
        raise _not_asked()


def record_settlement(
    connection: Connection, stamp: Stamp, *, reference: str, amount: Money, means: PaymentMeans, at: datetime
) -> Recorded:
    """The money of a charge came, or that of a refund went; ``at`` is when it was on the account.

    ``Refused`` where it was not asked for, was told of before, or is another amount: an invoice is paid whole.
    """
    row = _open(connection, reference)
    if at > stamp.now:
        raise Refused("This payment lies in the future.", "Give the day on which the money was on the account.")
    if row.cents != amount.cents:
        raise Refused(
            f"{amount} is not what was asked for: {Money(row.cents)}.", "Ask for the difference, or send it back."
        )
    _settle(connection, row, standing=Standing.PAID, means=means, settled_at=at)
    return Recorded(row.payment_key, row.kind, Paid(row.reference, at))


def record_failure(connection: Connection, stamp: Stamp, *, reference: str, code: str) -> Recorded:
    """The bank did not pay: a cheque without cover, a transfer that came back. ``code`` is the bank's word for it."""
    if not 0 < len(code) <= _LONGEST_CODE or not code.isprintable():
        raise Refused("This is no reason for a failed payment.", f"Use up to {_LONGEST_CODE} printable characters.")
    row = _open(connection, reference)
    _settle(connection, row, standing=Standing.DECLINED, code=code, settled_at=stamp.now)
    return Recorded(row.payment_key, row.kind, Declined(code, hard=False))


def _open(connection: Connection, reference: str) -> Row[*tuple[Any, ...]]:
    """The payment under a reference, locked and not settled; of two admins at once, the second is refused."""
    row = manual_payment.c
    found = connection.execute(
        select(manual_payment).where(row.reference == _sound(reference)).with_for_update()
    ).one_or_none()
    if found is None:
        raise _not_asked()
    if found.standing is not Standing.PENDING:
        raise Refused(f"{written(found.reference)} is settled: {found.standing}.", "Look at it before you go on.")
    return found


def _settle(connection: Connection, row: Row[*tuple[Any, ...]], **values: Any) -> None:
    which = manual_payment.c.payment_key == row.payment_key
    connection.execute(update(manual_payment).where(which).values(**values))


def _sound(reference: str) -> str:
    read = read_reference(reference)
    if read is None:
        raise Refused("This is no reference of ours.", "Look for RF and its digits in what the bank shows.")
    return read


def _not_asked() -> Refused:
    return Refused("Nothing was asked for under this reference.", "Look for it among the payments of the client.")
