"""What people send: the text of a deliver_sm or data_sm, in whatever alphabet, and which part of how many it is."""

from collections.abc import Iterator

from gateway.sms import gsm
from gateway.sms.carriers.port import Piece
from gateway.sms.carriers.smpp.pdus import ShortMessage
from gateway.sms.carriers.smpp.settings import Codings, Default
from gateway.sms.carriers.smpp.shift_tables import LOCKING, SINGLE
from gateway.sms.carriers.smpp.words import UDH_INDICATOR, Tag

#: Information elements of a user data header (3GPP TS 23.040, 9.2.3.24).
_CONCATENATED, _CONCATENATED_16, _SINGLE_SHIFT, _LOCKING_SHIFT = 0x00, 0x08, 0x24, 0x25

#: data_coding (SMPP 3.4, 5.2.19) of what Python has a codec for.
_CODECS = {1: "ascii", 3: "latin-1", 6: "iso8859_5", 7: "iso8859_8", 8: "utf-16-be", 10: "iso2022_jp", 14: "euc_kr"}

#: Octets that are no text.
_BINARY = {2, 4}

#: IA5, which is ASCII; and what of it nobody types. Some mean the GSM alphabet by it, where these are letters.
_IA5 = 1
_CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\r")

Elements = dict[int, bytes]


def text_and_piece(message: ShortMessage, codings: Codings) -> tuple[str, Piece | None]:
    """The text, and which part it is of a longer SMS (None: it is whole).

    What an alphabet cannot say becomes U+FFFD; octets that are no text are written in hex. Half a surrogate pair at
    the edge of a part stays what it is: the other half comes with the next.
    """
    elements, octets = _opened(message)
    return _text(octets, message.data_coding, codings, elements), _piece(elements) or _sar(message)


def _opened(message: ShortMessage) -> tuple[Elements, bytes]:
    """The header's elements and what follows it. A header that is longer than the message is none."""
    content = message.content
    end = content[0] + 1 if content and message.esm_class & UDH_INDICATOR else 0
    if not 0 < end <= len(content):
        return {}, content
    return dict(_elements(content[1:end])), content[end:]


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(header):
        length = header[at + 1]
        yield header[at], header[at + 2 : at + 2 + length]
        at += 2 + length


def _piece(elements: Elements) -> Piece | None:
    for identifier, length in ((_CONCATENATED, 3), (_CONCATENATED_16, 4)):
        element = elements.get(identifier, b"")
        if len(element) == length:
            return _checked(int.from_bytes(element[:-2], "big"), element[-2], element[-1])
    return None


def _sar(message: ShortMessage) -> Piece | None:
    group, count, number = (message.tlvs.get(tag, b"") for tag in (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER))
    return _checked(int.from_bytes(group, "big"), count[0], number[0]) if group and count and number else None


def _checked(group: int, count: int, number: int) -> Piece | None:
    """Impossible numbers are to be ignored (TS 23.040, 9.2.3.24.1); one part of one is whole."""
    return Piece(group, count, number) if count > 1 and 1 <= number <= count else None


def _text(octets: bytes, data_coding: int, codings: Codings, elements: Elements) -> str:
    coding = _general(data_coding)
    if coding == codings.ucs2 or coding == 8:  # noqa: PLR1714 - the carrier's number, and the standard's
        return octets[: len(octets) // 2 * 2].decode("utf-16-be", "surrogatepass")
    if coding in _BINARY:
        return octets.hex()
    default = coding == 0 and codings.default is Default.GSM
    meant = coding == _IA5 and not _CONTROLS.isdisjoint(octets)
    shifted = _LOCKING_SHIFT in elements or _SINGLE_SHIFT in elements
    if default or meant or coding == codings.gsm or shifted:
        return _septets(octets, elements)
    return octets.decode(_CODECS.get(coding, "latin-1"), "replace")


def _septets(octets: bytes, elements: Elements) -> str:
    """By the tables of a national language where the header names one that is known."""
    locking, single = (elements.get(each, b"\0")[:1] for each in (_LOCKING_SHIFT, _SINGLE_SHIFT))
    return gsm.read(octets, LOCKING.get(_number(locking), gsm.BASIC), SINGLE.get(_number(single), gsm.AFTER_ESCAPE))


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _general(data_coding: int) -> int:
    """The alphabet alone where the number is a GSM one with a message class (3GPP TS 23.038, 4)."""
    if data_coding & 0xF0 == 0xF0:
        return 4 if data_coding & 0x04 else 0
    return data_coding
