"""Any invoice or credit note that the rules of arithmetic call sound."""

from hypothesis import strategies as st

from gateway.billing.documents.document import InvoiceDocument
from gateway.wording import Language
from plans.invoices import Invoice, Line, LineKind, invoice_of, line
from plans.money import Money, Rate
from plans.vat import INDEMNITY
from tests.billing.documents.sample import ABROAD, FULL, GUYANE, ISLANDS, MAY, REVERSE, document_of

_TREATMENTS = st.sampled_from([FULL, ISLANDS, GUYANE, REVERSE, ABROAD, INDEMNITY])


@st.composite
def sound_lines(draw: st.DrawFn) -> Line:
    """A line of anything, also of prices below zero and below a cent, with a label that anyone may have typed."""
    return line(
        draw(st.sampled_from(LineKind)),
        draw(st.text(st.characters(), max_size=200)),
        draw(st.integers(0, 100_000)),
        Rate(draw(st.integers(-10_000_000, 1_000_000_000))),
        draw(_TREATMENTS),
        period=draw(st.sampled_from([None, MAY])),
    )


@st.composite
def sound_documents(draw: st.DrawFn) -> InvoiceDocument:
    """Up to eight lines, partly paid already; below zero it is a credit note."""
    added_up = invoice_of(draw(st.lists(sound_lines(), min_size=1, max_size=8)))
    paid = Money(draw(st.integers(0, max(added_up.gross.cents, 0))))
    invoice: Invoice = invoice_of(added_up.lines, paid)
    return document_of(invoice, language=draw(st.sampled_from(Language)), vat_on_debits=draw(st.booleans()))
