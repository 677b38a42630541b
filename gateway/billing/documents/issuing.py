"""Makes the files of a document: the one door, so that nothing leaves unchecked."""

from gateway.billing.documents.checks import check_document, check_xml
from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.documents.facturx import facturx_xml
from gateway.billing.documents.pdf import pdf_of
from gateway.billing.documents.tidy import tidied


def electronic(document: InvoiceDocument) -> bytes:
    """The Factur-X XML of a document; ``DocumentRefused`` where the document or what was made of it is not sound."""
    return _electronic(tidied(document))


def printable(document: InvoiceDocument) -> bytes:
    """The PDF/A-3 of a document with its Factur-X inside; ``DocumentRefused`` as above.

    The same document gives the same bytes, today and in ten years' time with the same release: a PDF can be drawn
    when somebody asks for it.
    """
    tidy = tidied(document)
    return pdf_of(tidy, _electronic(tidy))


def _electronic(document: InvoiceDocument) -> bytes:
    check_document(document)
    xml = facturx_xml(document)
    check_xml(xml, document)
    return xml
