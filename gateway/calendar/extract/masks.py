"""Digits that are no number whatever stands around them, blotted out: links, addresses, accounts, dates."""

import re

#: Length of an IBAN by country (ISO 13616 registry), for the countries whose accounts French events name.
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "IE": 22,
    "IT": 27, "LU": 20, "MA": 28, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24, "TN": 24,
}  # fmt: skip

_LINK = re.compile(
    r"https?://[^\s|]+|(?<![\w.@-])(?:[\w-]+\.)+[a-z]{2,}/[^\s|]*|(?<![\w.@-])www\.[^\s|]+", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w.-]+")
_IBAN = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"{country}[0-9]{{2}}(?: ?[A-Z0-9]){{{length - 4}}}" for country, length in _IBAN_LENGTHS.items())
    + r")(?!\w)"
)

#: The French social security number: sex, year and month of birth, department, commune, order, key.
_NIR = re.compile(r"(?<!\d)[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)?(?!\d)")

_DAY, _MONTH, _YEAR, _HOUR = (
    "(?:0?[1-9]|[12][0-9]|3[01])",
    "(?:0?[1-9]|1[0-2])",
    "(?:19|20)[0-9]{2}",
    "(?:[01]?[0-9]|2[0-3])",
)
_DATE = re.compile(
    rf"(?<![\d/])(?:{_DAY}([ ./-]){_MONTH}\1{_YEAR}"  # 6.12.2026
    rf"|{_YEAR}([./-]){_MONTH}\2{_DAY}"  # 2026-12-06
    rf"|{_DAY}/{_MONTH}/[0-9]{{2}}"  # 6/12/26
    rf"|{_DAY}([.-]){_MONTH}\3[0-9]{{2}}[ ]{{1,2}}{_HOUR}[.-]?[0-5][0-9]"  # 06.12.26 14.30
    rf"|{_HOUR}\.[0-5][0-9] ?- ?{_HOUR}\.[0-5][0-9]"  # 09.30 - 10.15
    r")(?![\d/]|[.-]\d)"
)

#: Latitude and longitude.
_COORDINATES = re.compile(r"-?\d{1,3}\.\d{4,12} ?[,;] ?-?\d{1,3}\.\d{4,12}")

_MASKS = ((_LINK, "."), (_ADDRESS, "@"), (_IBAN, ""), (_NIR, ""), (_DATE, ""), (_COORDINATES, "."))


def blot(text: str) -> str:
    """The text with a ``|`` for each character of what is no number; positions stay."""
    for pattern, sign in _MASKS:
        if sign in text:
            text = pattern.sub(_blotted, text)
    return text


def _blotted(found: re.Match[str]) -> str:
    return "|" * len(found[0])
