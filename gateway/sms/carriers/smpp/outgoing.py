"""One SMS as the submit_sm that carry it."""

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from gateway.sms.carriers.port import OutgoingSms
from gateway.sms.carriers.smpp.fields import NO_TLVS, TLVs
from gateway.sms.carriers.smpp.pdus import LONGEST_BODY, Address, ShortMessage
from gateway.sms.carriers.smpp.settings import Codings, Default, LongMessages, SmppSettings, Validity
from gateway.sms.carriers.smpp.words import RECEIPT_WANTED, UDH_INDICATOR, Npi, Tag, Ton
from gateway.sms.echo import echo_of
from gateway.sms.gsm import septets
from gateway.sms.segments import cut
from gateway.sms.words import Alphabet

#: A short message on the air is this long, a part with its header too (3GPP TS 23.040, 9.2.3.24).
_ON_AIR = 140
_HEADER = 6

#: Numbers of this many digits or fewer are short codes.
_LONGEST_SHORT_CODE = 8


class Unwritable(Exception):
    """The carrier's alphabet lacks a character, or a field is too short for what it must hold."""


def submissions(sms: OutgoingSms, settings: SmppSettings, now: datetime) -> list[ShortMessage]:
    """The submit_sm of an SMS, in order; ``Unwritable`` where this carrier cannot carry it.

    The parts are those that were counted and charged. A part that is sent again is the same octet for octet, so that a
    phone that has it already puts it in its place.
    """
    parts = (sms.body,) if sms.parts == 1 else cut(sms.body, sms.alphabet)
    data_coding, bodies = _encoded(parts, sms.alphabet, settings.codings)
    pieces = [(0, bodies[0], NO_TLVS)] if len(parts) == 1 else _pieces(sms.reference, bodies, settings.long_messages)
    source = source_of(sms.display, settings.source)
    destination = Address(Ton.INTERNATIONAL, Npi.E164, sms.recipient.removeprefix("+"))
    validity = _validity(sms.useless_after, settings.validity, now)
    return [
        ShortMessage(
            source=source,
            destination=destination,
            body=body,
            esm_class=esm_class,
            data_coding=data_coding,
            registered_delivery=RECEIPT_WANTED,
            validity=validity,
            service_type=settings.service_type,
            tlvs=_with_reference(tlvs, sms.reference, number) if settings.user_message_reference else tlvs,
        )
        for number, (esm_class, body, tlvs) in enumerate(pieces, start=1)
    ]


@lru_cache(maxsize=1_000)
def source_of(display: str | None, default: Address) -> Address:
    """A sender as an address of its kind: letters, a short code, or a number with its country."""
    if not display:
        return default
    digits = display.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return Address(Ton.ALPHANUMERIC, Npi.UNKNOWN, display)
    if len(digits) <= _LONGEST_SHORT_CODE:
        return Address(Ton.NETWORK, Npi.UNKNOWN, digits)
    return Address(Ton.INTERNATIONAL, Npi.E164, digits)


def _encoded(parts: Sequence[str], alphabet: Alphabet, codings: Codings) -> tuple[int, list[bytes]]:
    """The data_coding and the parts in it: the first way that holds every character of every part."""
    if alphabet is Alphabet.GSM:
        for number, way in ((0, codings.default), (codings.gsm, Default.GSM), (codings.latin1, Default.LATIN1)):
            if number is not None and (bodies := _all_written(parts, way)):
                return number, bodies
    wide = [each.encode("utf-16-be", "surrogatepass") for each in parts]
    room = _ON_AIR - (_HEADER if len(parts) > 1 else 0)
    if any(len(each) > room for each in wide):
        raise Unwritable("alphabet")
    return codings.ucs2, wide


def _all_written(parts: Sequence[str], way: Default) -> list[bytes] | None:
    bodies = [each for part in parts if (each := _written(part, way)) is not None]
    return bodies if len(bodies) == len(parts) else None


def _written(text: str, way: Default) -> bytes | None:
    if way is Default.GSM:
        return septets(text)
    try:
        return text.encode(_CODECS[way])
    except UnicodeEncodeError:
        return None


_CODECS = {Default.LATIN1: "latin-1", Default.ASCII: "ascii"}


def _pieces(reference: str, bodies: Sequence[bytes], way: LongMessages) -> list[tuple[int, bytes, TLVs]]:
    """esm_class, body and TLVs of each submit_sm of a long message."""
    group, count = zlib.crc32(reference.encode()), len(bodies)
    match way:
        case LongMessages.UDH:
            head = b"\x05\x00\x03%c%c" % (group & 0xFF, count)  # 3GPP TS 23.040, 9.2.3.24.1
            return [(UDH_INDICATOR, b"%b%c%b" % (head, i, body), NO_TLVS) for i, body in enumerate(bodies, start=1)]
        case LongMessages.SAR:
            common: TLVs = {Tag.SAR_REFERENCE: (group & 0xFFFF).to_bytes(2, "big"), Tag.SAR_TOTAL: bytes((count,))}
            return [(0, body, {**common, Tag.SAR_NUMBER: bytes((i,))}) for i, body in enumerate(bodies, start=1)]
        case LongMessages.PAYLOAD:
            return [_whole(b"".join(bodies))]


def _whole(body: bytes) -> tuple[int, bytes, TLVs]:
    return (0, body, NO_TLVS) if len(body) <= LONGEST_BODY else (0, b"", {Tag.MESSAGE_PAYLOAD: body})


def _with_reference(tlvs: TLVs, reference: str, number: int) -> TLVs:
    return {**tlvs, Tag.USER_MESSAGE_REFERENCE: echo_of(reference, number).to_bytes(2, "big")}


def _validity(until: datetime | None, way: Validity, now: datetime) -> str:
    """When the carrier is to stop trying, as SMPP writes times (7.1.1)."""
    if until is None or way is Validity.NONE:
        return ""
    if way is Validity.ABSOLUTE:
        return f"{until.astimezone(UTC):%y%m%d%H%M%S}000+"
    left = max(until - now, timedelta(seconds=1))
    hours, seconds = divmod(left.seconds, 3600)
    return f"0000{min(left.days, 31):02}{hours:02}{seconds // 60:02}{seconds % 60:02}000R"
