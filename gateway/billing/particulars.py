"""What an invoice says besides its figures, frozen with it: who sells, where money goes, the sentences of the law."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from gateway.accounts.refusals import Refused
from gateway.billing.documents.document import BankAccount, Mentions, Party
from gateway.billing.invoice_tables import invoice
from gateway.billing.issued import Issued
from gateway.billing.rules import BillingRules
from gateway.billing.stored import to_stored
from gateway.settings import SellerSettings
from gateway.wording import Language
from plans.dated import NotInForce
from plans.invoices import Invoice
from plans.orders import PaymentMeans
from plans.vat import Treatment


@dataclass(frozen=True, slots=True)
class Particulars:
    """The same on every print, whatever the configuration and the law say later."""

    seller: Party
    account: BankAccount | None
    mentions: Mentions


_Kind = tuple[date, PaymentMeans, Language, frozenset[Treatment]]


class Freezer:
    """Freezes the particulars of many invoices; those of one day, means, language and tax share theirs."""

    def __init__(self, rules: BillingRules) -> None:
        self._rules = rules
        self._known: dict[_Kind, object] = {}

    def freeze(self, issued_on: date, means: PaymentMeans, language: Language, figures: Invoice) -> object:
        """What the row keeps; None while something is missing, which ``complete`` adds."""
        kind = (issued_on, means, language, frozenset(each.vat.treatment for each in figures.lines))
        if kind not in self._known:
            try:
                self._known[kind] = to_stored(_particulars(self._rules, issued_on, means, language, figures))
            except (NotInForce, Refused):
                self._known[kind] = None
        return self._known[kind]


def complete(connection: Connection, rules: BillingRules, issued: Issued) -> bool:
    """Give an invoice that was issued before all was known its particulars of today, for good; whether it lacked them.

    ``Refused`` and ``NotInForce`` name what is still missing.
    """
    row = invoice.c
    of_it = (row.account_id == issued.account_id, row.invoice_id == issued.invoice_id)
    found = connection.execute(select(row.means, row.language, row.particulars).where(*of_it).with_for_update()).one()
    if found.particulars is not None:
        return False
    now = _particulars(rules, issued.issued_on, found.means, found.language, issued.document)
    connection.execute(update(invoice).where(*of_it).values(particulars=to_stored(now)))
    return True


def _particulars(
    rules: BillingRules, issued_on: date, means: PaymentMeans, language: Language, figures: Invoice
) -> Particulars:
    from gateway.billing.documents.mentions import mentions_on  # late: figures in words take a large library

    seller, payment = rules.seller, rules.conditions(issued_on).payment
    if seller is None:
        raise Refused("The configuration does not say who sells.", "Fill in [seller]: every invoice must name it.")
    if means is PaymentMeans.TRANSFER and not seller.iban:
        raise Refused("The configuration does not say where transfers go.", "Fill in iban of [seller].")
    account = BankAccount(seller.iban, seller.bic) if seller.iban else None
    return Particulars(_party(seller), account, mentions_on(issued_on, figures, language, rules.legal, payment))


def _party(seller: SellerSettings) -> Party:
    return Party(
        name=seller.name,
        address=seller.address,
        postcode=seller.postcode,
        city=seller.city,
        country=seller.country,
        siren=seller.siren,
        vat_number=seller.vat_number,
        legal_form=seller.legal_form,
    )
