"""The metadata of a Factur-X PDF: that it is PDF/A-3B, and which attachment is the invoice.

PDF/A wants every property from outside its own list described in the file itself (ISO 19005-3, 6.6.2.3.3): that is the
second half.
"""

from datetime import date
from xml.sax.saxutils import escape

FILE_NAME = "factur-x.xml"  # the name is fixed by Factur-X

_PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "type of the document",
    "Version": "version of Factur-X",
    "ConformanceLevel": "profile of the embedded XML",
}
_VALUES = {"DocumentFileName": FILE_NAME, "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931"}
_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"


def xmp_metadata(title: str, author: str, language: str, day: date) -> str:
    """The XMP packet, without the wrapping that the PDF writer adds; it says midnight UTC of ``day``, not now."""
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreateDate>{day}T00:00:00+00:00</xmp:CreateDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">
{"".join(f"<fx:{name}>{value}</fx:{name}>" for name, value in _VALUES.items())}</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{"".join(_described(name, meaning) for name, meaning in _PROPERTIES.items())}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>"""


def _described(name: str, meaning: str) -> str:
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>\n"
    )
