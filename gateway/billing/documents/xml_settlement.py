"""Tax, totals and payment of an invoice in its XML."""

from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.payment import PaymentMeans as MeansElement
from drafthorse.models.payment import PaymentTerms as TermsElement

from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.figures import euros, percent_points
from gateway.billing.documents.phrases import read_phrases
from gateway.billing.documents.sentences import corrects
from gateway.billing.documents.tax import Breakdown, Category, breakdowns
from plans.invoices import Invoice
from plans.orders import PaymentMeans

_CURRENCY = "EUR"
_WHEN_INVOICED, _WHEN_PAID = "5", "72"  # when the seller owes the tax (UNTDID 2475)
_MEANS = {  # UNTDID 4461
    PaymentMeans.CARD: "48",
    PaymentMeans.PAYPAL: "68",
    PaymentMeans.TRANSFER: "30",
    PaymentMeans.CHEQUE: "20",
}


def write_settlement(settlement: Any, document: InvoiceDocument) -> None:
    """What is owed, why, until when and how it is paid."""
    settlement.payment_reference = document.payment_reference
    settlement.currency_code = _CURRENCY
    settlement.payment_means.add(_means(document))
    for each in breakdowns(document.written, document.mentions.explanations):
        settlement.trade_tax.add(_tax(each, _WHEN_INVOICED if document.vat_on_debits else _WHEN_PAID))
    settlement.terms.add(_terms(document))
    _write_totals(settlement.monetary_summation, document.written)
    if document.corrects:
        settlement.invoice_referenced_document.issuer_assigned_id = document.corrects.number
        settlement.invoice_referenced_document.issue_date_time = document.corrects.issued_on


def _means(document: InvoiceDocument) -> MeansElement:
    means = MeansElement()
    means.type_code = _MEANS[document.means]
    means.information.add(read_phrases(document.language).means(document.means))
    if document.account and document.means is PaymentMeans.TRANSFER:
        means.payee_account.iban = document.account.iban
        if document.account.bic:
            means.payee_institution.bic = document.account.bic
    return means


def _tax(breakdown: Breakdown, owed: str) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.type_code = "VAT"
    tax.category_code = breakdown.category
    tax.basis_amount = euros(breakdown.base)
    tax.calculated_amount = euros(breakdown.amount)
    if breakdown.reason:
        tax.exemption_reason = breakdown.reason
    if breakdown.reason_code:
        tax.exemption_reason_code = breakdown.reason_code
    tax.due_date_type_code = owed
    if breakdown.category is not Category.OUTSIDE:
        tax.rate_applicable_percent = percent_points(breakdown.rate)
    return tax


def _terms(document: InvoiceDocument) -> TermsElement:
    terms = TermsElement()
    if document.corrects:
        terms.description = corrects(document.corrects, document.language)
    if document.due_on:
        terms.due = document.due_on
    return terms


def _write_totals(totals: Any, invoice: Invoice) -> None:
    totals.line_total = euros(invoice.net)
    totals.tax_basis_total = euros(invoice.net)
    totals.tax_total = (euros(invoice.tax), _CURRENCY)
    totals.grand_total = euros(invoice.gross)
    totals.prepaid_total = euros(invoice.prepaid)
    totals.due_amount = euros(invoice.due)
