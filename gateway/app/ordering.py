"""The commands about orders of packs, and about who is billed."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.app.figures import amount, issued_words, lines_words
from gateway.app.paging import identifier
from gateway.billing import orders, standing, terms_texts
from gateway.billing.customers import Profile, note_profile
from gateway.billing.methods import Method
from gateway.billing.orders import PackOrder
from gateway.billing.payments import cards
from gateway.billing.payments.port import PaymentMisuse
from gateway.billing.rules import BillingRules
from gateway.billing.setups import take_method
from gateway.engine.database import Stamp
from gateway.settings import Settings
from plans.invoices import invoice_of
from plans.orders import PaymentMeans

_ADDRESS_LINES = 3
_LINE_LENGTH = 100
_TERRITORY = re.compile(r"[A-Z]{2}", re.ASCII)
_SIREN = re.compile(r"[0-9]{9}", re.ASCII)
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,16}", re.ASCII)


def bill_to(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    name: str,
    address: str,
    postcode: str,
    city: str,
    email: str,
    territory: str = "FR",
    siren: str | None = None,
    vat_number: str | None = None,
    vat_number_valid: bool = False,
) -> dict[str, Any]:
    """Note how a client is invoiced; ``address`` has its lines parted by semicolons."""
    client = clients.find(connection, account)
    lines = tuple(line.strip() for line in address.split(";"))
    profile = Profile(name, lines, postcode, city, territory.upper(), email, siren, vat_number, vat_number_valid)
    _refuse_unprintable(profile)
    note_profile(connection, client.account_id, profile)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.BILLING_NOTED, territory=profile.territory)
    return {"account": client.slug, "name": name, "territory": profile.territory}


def _refuse_unprintable(profile: Profile) -> None:
    """Refuse what no invoice can show."""
    lengths = {"legal_name": 200, "postcode": 20, "city": 100, "email": 320}
    for name, longest in lengths.items():
        text = getattr(profile, name)
        if not 0 < len(text) <= longest or not text.isprintable():
            raise Refused(f"This is no {name.replace('_', ' ')}.", f"Give 1 to {longest} printable characters.")
    if len(profile.address) > _ADDRESS_LINES or any(len(line) > _LINE_LENGTH for line in profile.address):
        raise Refused("This address is too long.", f"Give {_ADDRESS_LINES} lines of {_LINE_LENGTH} characters.")
    if not _TERRITORY.fullmatch(profile.territory):
        raise Refused(f"{profile.territory!r} is no territory.", "Give its two letters of ISO 3166.")
    if profile.siren is not None and not _SIREN.fullmatch(profile.siren):
        raise Refused("This is no SIREN.", "It has nine digits.")
    if profile.vat_number is not None and not _VAT_NUMBER.fullmatch(profile.vat_number):
        raise Refused("This is no VAT number.", "Write it without spaces, with its two letters first.")


def accept_terms(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    version: str | None = None,
) -> dict[str, Any]:
    """Note that a client accepted the terms in force, which are mailed to it."""
    client = clients.find(connection, account)
    accepted = version or billing.terms_version(billing.today(stamp.now))
    standing.accept_terms(connection, stamp, actor, billing, account_id=client.account_id, version=accepted)
    return {"account": client.slug, "accepted_terms": accepted}


def terms(connection: Connection, *, account: str) -> dict[str, Any]:
    """The terms of sale that a client accepted last, word for word."""
    client = clients.find(connection, account)
    known = terms_texts.accepted(connection, client.account_id)
    if known is None:
        raise Refused("This client has accepted no terms.", "`gateway billing accept-terms` notes that it has.")
    return {"account": client.slug, "version": known.version, "accepted_at": known.at, "text": known.text}


def sandbox_card(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    settings: Settings,
    billing: BillingRules,
    *,
    account: str,
    number: str,
) -> dict[str, Any]:
    """Note a card of the sandbox as the bank details of a client; what is open is charged to it at once."""
    if not settings.sandbox.enabled:
        raise Refused("The sandbox is switched off.", "A real card is entered on the page of its provider.")
    client = clients.find(connection, account)
    try:
        ending = cards.ending(number)
    except PaymentMisuse as wrong:
        raise Refused(f"This is no card: {wrong}.", "4000 0000 0000 0042 always pays.") from None
    label = f"sandbox {ending}"
    customer_ref = f"sandbox_customer_{client.account_id}"
    method = Method("sandbox", customer_ref, cards.method_ref(ending), label, PaymentMeans.CARD)
    take_method(connection, stamp, billing, client.account_id, method)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.CARD_NOTED, card=label)
    return {"account": client.slug, "card": label}


def recap(
    connection: Connection,
    now: datetime,
    billing: BillingRules,
    *,
    account: str,
    pack: str,
    quantity: int = 1,
    means: PaymentMeans = PaymentMeans.CARD,
    fees: str = "0.00",
    fees_told: str = "0.00",
) -> dict[str, Any]:
    """What an order would be invoiced with; nothing is ordered."""
    wanted = _wanted(
        connection, account=account, pack=pack, quantity=quantity, means=means, fees=fees, fees_told=fees_told
    )
    lines = orders.quote(connection, billing, billing.today(now), wanted)
    invoice = invoice_of(lines)
    return {
        "lines": lines_words(lines),
        "net": str(invoice.net),
        "vat": str(invoice.tax),
        "total": str(invoice.gross),
        "terms": billing.terms_version(billing.today(now)),
    }


def buy(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    pack: str,
    quantity: int = 1,
    means: PaymentMeans = PaymentMeans.CARD,
    fees: str = "0.00",
    fees_told: str = "0.00",
) -> dict[str, Any]:
    """Take an order; paid by card, its money is asked for at once."""
    wanted = _wanted(
        connection, account=account, pack=pack, quantity=quantity, means=means, fees=fees, fees_told=fees_told
    )
    taken = orders.order(connection, stamp, actor, billing, wanted)
    return {"order_id": taken.order_id, "invoice": issued_words(taken.issued)}


def activate(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    order: str,
    agreed: bool = False,
    signed: bool = False,
) -> dict[str, Any]:
    """Open an order before its money is there: the company agrees, and the signed order form is in hand."""
    account_id, order_id = clients.find(connection, account).account_id, identifier(order)
    active = orders.sign(
        connection, stamp, actor, billing, account_id=account_id, order_id=order_id, agreed=agreed, signed=signed
    )
    return {"order_id": order_id, "active": active}


def listing(connection: Connection, *, account: str) -> Iterator[dict[str, Any]]:
    """The orders of a client, the newest first."""
    found = orders.listing(connection, clients.find(connection, account).account_id)
    return (dict(each._mapping) for each in found)  # noqa: SLF001 - its public name


def show(connection: Connection, *, account: str, order: str) -> dict[str, Any]:
    """One order."""
    found = orders.find(connection, clients.find(connection, account).account_id, identifier(order))
    return dict(found._mapping)  # noqa: SLF001 - its public name


def _wanted(
    connection: Connection, *, account: str, pack: str, quantity: int, means: PaymentMeans, fees: str, fees_told: str
) -> PackOrder:
    account_id = clients.find(connection, account).account_id
    return PackOrder(account_id, pack, means, quantity, amount(fees), amount(fees_told))
