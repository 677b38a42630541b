"""Content transfer encodings (RFC 2045, 6), undone without ever failing."""

from binascii import a2b_base64, a2b_qp

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOISE = bytes(set(range(256)) - set(_ALPHABET))


def decode_transfer(octets: bytes, encoding: str) -> bytes:
    """Undo base64 or quoted-printable; other encodings, named or invented, are taken for the identity."""
    match encoding.strip().lower():
        case "base64":
            return decode_base64(octets)
        case "quoted-printable":
            return a2b_qp(octets)
        case _:
            return octets


def decode_base64(octets: bytes) -> bytes:
    """Decode up to the first padding, passing over foreign characters; a last group of one character is dropped."""
    digits = octets.partition(b"=")[0].translate(None, _NOISE)
    whole = digits[: len(digits) - (len(digits) % 4 == 1)]
    return a2b_base64(whole + b"=" * (-len(whole) % 4))
