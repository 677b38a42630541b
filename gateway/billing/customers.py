"""Who is billed: the name and address on invoices, the tax that follows from them, and the prices that bind."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, select

from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import billing_profile, price_revision
from gateway.engine.upsert import insert_or
from gateway.wording import Language
from plans.prices import ClientPrices, Revision
from plans.vat import Buyer, Vat, vat_of


@dataclass(frozen=True, slots=True)
class Profile:
    """A client as invoices name it."""

    legal_name: str
    address: tuple[str, ...]  # at most three lines
    postcode: str
    city: str
    territory: str  # ISO 3166: it decides the tax
    email: str
    siren: str | None = None
    vat_number: str | None = None
    vat_number_valid: bool = False  # checked with the EU's register


@dataclass(frozen=True, slots=True)
class Customer:
    """All that billing must know of a client."""

    account_id: int
    zone: ZoneInfo
    language: Language
    profile: Profile
    prices: ClientPrices

    def vat(self, day: date, rules: BillingRules) -> Vat:
        """The tax on what is sold to this client on a day."""
        return vat_of(Buyer(self.profile.territory, self.profile.vat_number_valid), day, rules.legal.vat)


def note_profile(connection: Connection, account_id: int, profile: Profile) -> None:
    """Write down how a client is to be invoiced; invoices that were issued keep what they say."""
    values: dict[str, Any] = {name: getattr(profile, name) for name in Profile.__dataclass_fields__}
    values["address"] = list(profile.address)
    noted = insert_or(connection, billing_profile).values(account_id=account_id, blocked=False, **values)
    connection.execute(noted.on_conflict_do_update(index_elements=["account_id"], set_=values))


def customer(connection: Connection, rules: BillingRules, account_id: int) -> Customer:
    """One client; ``Refused`` where nobody wrote down how to invoice it."""
    found = customers(connection, rules, {account_id})
    if account_id not in found:
        raise Refused("This account has no billing details.", "`gateway billing profile` gives name and address.")
    return found[account_id]


def customers(connection: Connection, rules: BillingRules, account_ids: Collection[int]) -> dict[int, Customer]:
    """The clients that can be invoiced, by account."""
    prices = prices_of(connection, rules, account_ids)
    known = (
        select(account.c.time_zone, account.c.language, billing_profile)
        .join(account, account.c.account_id == billing_profile.c.account_id)
        .where(billing_profile.c.account_id.in_(sorted(account_ids)))
    )
    return {
        row.account_id: Customer(
            account_id=row.account_id,
            zone=ZoneInfo(row.time_zone),
            language=row.language,
            profile=_profile(row),
            prices=prices[row.account_id],
        )
        for row in connection.execute(known)
    }


def prices_of(connection: Connection, rules: BillingRules, account_ids: Collection[int]) -> dict[int, ClientPrices]:
    """The prices that bind each of these clients."""
    revisions = _revisions(connection, account_ids)
    return {each: ClientPrices(rules.catalogue, tuple(revisions.get(each, ()))) for each in account_ids}


def _profile(row: Row[*tuple[Any, ...]]) -> Profile:
    values = {name: getattr(row, name) for name in Profile.__dataclass_fields__}
    return Profile(**{**values, "address": tuple(row.address)})


_row = price_revision.c
_REVISIONS = select(*(_row.account_id, _row.item, _row.since, _row.notified_on, _row.applies_on, _row.refused)).where(
    _row.account_id.in_(bindparam("accounts", expanding=True))
)


def _revisions(connection: Connection, account_ids: Iterable[int]) -> dict[int, list[Revision]]:
    revisions: dict[int, list[Revision]] = {}
    for account_id, *each in connection.execute(_REVISIONS, {"accounts": sorted(account_ids)}):
        revisions.setdefault(account_id, []).append(Revision(*each))
    return revisions
