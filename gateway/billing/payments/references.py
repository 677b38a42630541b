"""Payment references that people copy from an invoice to a transfer: RF references with check digits (ISO 11649)."""

import re

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}", re.ASCII)


def creditor_reference(number: int) -> str:
    """The reference of a payment: ``RF``, two check digits, and its number in base 36."""
    body = _base_36(number)
    return f"RF{98 - _remainder(f'{body}RF00'):02}{body}"


def written(reference: str) -> str:
    """The reference in groups of four, as invoices show it."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def read_reference(text: str) -> str | None:
    """The reference in what a bank statement or a person wrote; None where a digit is wrong."""
    reference = re.sub(r"\s", "", text[:100]).upper()
    if not _FORM.fullmatch(reference):
        return None
    return reference if _remainder(reference[4:] + reference[:4]) == 1 else None


def _base_36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def _remainder(text: str) -> int:
    """Of 97, letters counting from A = 10 (ISO 7064, MOD 97-10)."""
    return int("".join(str(_DIGITS.index(character)) for character in text)) % 97
