"""Seller and buyer in the XML of an invoice."""

from typing import Any

from drafthorse.models.party import TaxRegistration

from gateway.billing.documents.document import InvoiceDocument, Party
from gateway.billing.documents.tax import is_outside

_SIREN, _SIRET = "0002", "0009"  # schemes of ISO 6523
_DIRECTORY = "0225"  # the directory of the French platforms, where the SIREN is a company's address
_ADDRESS_FIELDS = ("line_one", "line_two", "line_three")


def write_parties(agreement: Any, document: InvoiceDocument) -> None:
    """Write both parties, without their VAT numbers where nothing is within the scope of the tax.

    There the numbers must not appear (EN 16931, BR-O-2); the page shows them.
    """
    with_vat_number = not is_outside(document.invoice)
    _write_party(agreement.seller, document.seller, with_vat_number=with_vat_number)
    _write_party(agreement.buyer, document.buyer, with_vat_number=with_vat_number)
    if document.seller.legal_form:
        agreement.seller.description = document.seller.legal_form


def _write_party(element: Any, party: Party, *, with_vat_number: bool) -> None:
    element.name = party.name
    if party.siret:
        element.global_id.add((_SIRET, party.siret))
    if party.siren:
        element.legal_organization.id = (_SIREN, party.siren)
        element.electronic_address.uri_ID = (_DIRECTORY, party.siren)
    _write_address(element.address, party)
    if party.vat_number and with_vat_number:
        registration = TaxRegistration()
        registration.id = ("VA", party.vat_number)
        element.tax_registrations.add(registration)


def _write_address(element: Any, party: Party) -> None:
    for field, text in zip(_ADDRESS_FIELDS, party.address, strict=False):
        setattr(element, field, text)
    element.postcode = party.postcode
    element.city_name = party.city
    element.country_id = party.country
