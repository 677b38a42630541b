"""Takes orders of packs: quoted, confirmed, acknowledged, and usable according to how they are paid."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, insert, select, update

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.activation import Order, activate_signed
from gateway.billing.attempts import open_attempts
from gateway.billing.customers import Customer, customer
from gateway.billing.invoicing import InvoiceOrder, issue
from gateway.billing.issued import Issued
from gateway.billing.letters import write_letter
from gateway.billing.methods import methods
from gateway.billing.refusing import check
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import customer_order
from gateway.billing.standing import refuse_sub_account, require_order
from gateway.billing.words import LetterKind, OrderKind, OrderState
from gateway.engine.database import Stamp
from plans.catalogue import NotForSale
from plans.invoices import Line, LineKind, line, sum_line
from plans.money import NOTHING, Money, unit_rate
from plans.orders import PaymentMeans, fees_refusal

MOST_PACKS = 1_000


@dataclass(frozen=True, slots=True)
class PackOrder:
    """A pack that a client orders."""

    account_id: int
    pack: str  # a name of the catalogue
    means: PaymentMeans
    quantity: int = 1
    fees: Money = NOTHING  # management fees, before tax
    fees_told: Money = NOTHING  # those that the client was told of before


@dataclass(frozen=True, slots=True)
class Taken:
    """An order that was taken, and its invoice."""

    order_id: int
    issued: Issued


def quote(connection: Connection, rules: BillingRules, today: date, wanted: PackOrder) -> tuple[Line, ...]:
    """The lines that an order of today would be invoiced with; the recap that a client confirms (article 5.1)."""
    if not 1 <= wanted.quantity <= MOST_PACKS:
        raise Refused(f"{wanted.quantity} packs cannot be ordered.", f"Order 1 to {MOST_PACKS} at a time.")
    check(fees_refusal(wanted.fees_told, wanted.fees))
    client = customer(connection, rules, wanted.account_id)
    price, vat = unit_rate(_pack_price(client, wanted.pack, today)), client.vat(today, rules)
    lines = [line(LineKind.PACK, wanted.pack, wanted.quantity, price, vat)]
    if wanted.fees > NOTHING:
        lines.append(sum_line(LineKind.FEE, wanted.pack, wanted.fees, vat))
    return tuple(lines)


def order(connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, wanted: PackOrder) -> Taken:
    """Take an order: store the terms that it was made under, invoice it, acknowledge it by mail.

    A card is charged at once; the units wait for the money, and whoever records that opens them.
    """
    today = rules.today(stamp.now)
    refuse_sub_account(connection, wanted.account_id)
    require_order(connection, rules, wanted.account_id, today)
    by_card = wanted.means is PaymentMeans.CARD
    if by_card:
        _require_card(connection, wanted.account_id)
    lines = quote(connection, rules, today, wanted)
    order_id = stamp.new_id()
    issued = issue(connection, stamp, rules, _invoice(rules, wanted, order_id, lines, today))
    _enter(connection, stamp, rules, wanted, Taken(order_id, issued))
    if by_card:
        open_attempts(connection, stamp, [issued])
    audit_trail.append(
        connection, stamp, actor, wanted.account_id, Action.ORDER_TAKEN, order=order_id, item=wanted.pack
    )
    _acknowledge(connection, stamp, wanted, issued)
    return Taken(order_id, issued)


def sign(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    rules: BillingRules,
    *,
    account_id: int,
    order_id: int,
    agreed: bool = False,
    signed: bool = False,
) -> bool:
    """Note that the company agreed to use before payment, or that the client's signed order form is here.

    Both together open the units at once (terms, special term 2); returns whether they are open now.
    """
    known = find(connection, account_id, order_id)
    instants = {"agreed_at": agreed, "signed_at": signed}
    noted = {name: stamp.now for name, now in instants.items() if now and getattr(known, name) is None}
    if noted:
        row = customer_order.c
        of_order = (row.account_id == account_id, row.order_id == order_id)
        connection.execute(update(customer_order).where(*of_order).values(**noted))
        audit_trail.append(
            connection, stamp, actor, account_id, Action.ORDER_SIGNED, order=order_id, noted=", ".join(noted)
        )
    activate_signed(connection, stamp, rules, account_id, order_id)
    return find(connection, account_id, order_id).state is OrderState.ACTIVE


def find(connection: Connection, account_id: int, order_id: int) -> Order:
    """An order, by its client and id; ``Refused`` where there is none."""
    row = customer_order.c
    of_order = (row.account_id == account_id, row.order_id == order_id)
    found = connection.execute(select(customer_order).where(*of_order)).one_or_none()
    if found is None:
        raise Refused("There is no such order.", "`gateway order list` shows all there are.")
    return found


def listing(connection: Connection, account_id: int) -> list[Order]:
    """The orders of a client, the newest first."""
    row = customer_order.c
    of_client = select(customer_order).where(row.account_id == account_id)
    return list(connection.execute(of_client.order_by(row.order_id.desc())))


def _require_card(connection: Connection, account_id: int) -> None:
    if account_id not in methods(connection, {account_id}):
        raise Refused(
            "This client has given no card.",
            "Have `gateway billing ask-details` ask for one, or order by another means.",
        )


def _enter(connection: Connection, stamp: Stamp, rules: BillingRules, wanted: PackOrder, taken: Taken) -> None:
    today = rules.today(stamp.now)
    connection.execute(
        insert(customer_order).values(
            account_id=wanted.account_id,
            order_id=taken.order_id,
            kind=OrderKind.PACK,
            item=wanted.pack,
            quantity=wanted.quantity,
            means=wanted.means,
            state=OrderState.ACCEPTED,
            terms_version=rules.terms_version(today),
            ordered_on=today,
            ordered_at=stamp.now,
            fees_told_cents=wanted.fees_told.cents,
            invoice_id=taken.issued.invoice_id,
        )
    )


def _acknowledge(connection: Connection, stamp: Stamp, wanted: PackOrder, issued: Issued) -> None:
    write_letter(
        connection,
        stamp,
        wanted.account_id,
        LetterKind.ORDER_RECEIVED,
        item=wanted.pack,
        quantity=wanted.quantity,
        invoice=issued.name,
        amount=str(issued.document.due),
    )


def _invoice(
    rules: BillingRules, wanted: PackOrder, order_id: int, lines: tuple[Line, ...], today: date
) -> InvoiceOrder:
    days = 0 if wanted.means is PaymentMeans.CARD else rules.conditions(today).payment.due_days
    return InvoiceOrder(
        account_id=wanted.account_id,
        key=f"order:{order_id}",
        lines=lines,
        issued_on=today,
        due_on=today + timedelta(days=days),
        means=wanted.means,
    )


def _pack_price(client: Customer, name: str, today: date) -> Money:
    try:
        return client.prices.pack(name, today, today).net
    except NotForSale as unknown:
        raise Refused(f"{str(unknown)[:1].upper()}{str(unknown)[1:]}.", "Order one of these.") from None
