"""Digits that are no number to call whatever stands beside them: accounts, identifiers, dates, places, links."""

import re

#: Length of an IBAN by country (ISO 13616 registry), for the countries whose accounts French events name.
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "IE": 22,
    "IT": 27, "LU": 20, "MA": 28, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24, "TN": 24,
}  # fmt: skip
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_HOUR, _MINUTE = "(?:[01]?[0-9]|2[0-3])", "[0-5][0-9]"

#: Each begins with digits.
_LOOK_ALIKE = re.compile(
    rf"(?:(?:{_DAY}([ ./-]){_MONTH}\1|{_MONTH}/{_DAY}/){_YEAR}"  # 6.12.2026, and 12/31/2026 of the Americans
    rf"|{_YEAR}([./-]){_MONTH}\2{_DAY}"  # 2026-12-06
    rf"|(?:{_DAY}/{_MONTH}|{_MONTH}/{_DAY})/[0-9]{{2}}"  # 6/12/26
    rf"|{_DAY}([.-]){_MONTH}\3[0-9]{{2}} {{1,2}}{_HOUR}[.-]?{_MINUTE}"  # 06.12.26 14.30
    rf"|{_HOUR}\.{_MINUTE} ?- ?{_HOUR}\.{_MINUTE}"  # 09.30 - 10.15
    r")(?![\d/]|[.-]\d)"
    # the French social security number: sex, year and month of birth, department, commune, order, key
    r"|[1-478](?: \d\d ?|(?=[\dAB]{12})\d\d)(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)?(?!\d)"
    r"|\d{1,3}\.\d{4,12} ?[,;] ?-?\d{1,3}\.\d{4,12}"  # latitude and longitude
)

#: Each begins with capitals and has digits behind them.
_CAPITALS = re.compile(r"(?<!\w)(?:[A-Z]{2}|[1-6]?\d[C-X] ?[A-Z]{2} ?)\Z")
_LETTERED = re.compile(
    "|".join(f"{country}[0-9]{{2}}(?: ?[A-Z0-9]){{{length - 4}}}(?!\\w)" for country, length in _IBAN_LENGTHS.items())
    + r"|[1-6]?\d[C-X] ?[A-Z]{2} ?\d{4,5} ?\d{4,5}(?!\d)"  # the military grid: 31U DQ 48251 11932
)
_LONGEST_CAPITALS = 8

_LONGEST_WORD = 300
_LINK = re.compile(r"://|\bwww\.|\.[a-z]{2,}/|\w@")
_ADDRESS_AFTER = re.compile(r"[\w.+-]{0,64}@\w")


def end_of_look_alike(text: str, start: int) -> int:
    """Where the look-alike ends that begins with the digits at ``start``; ``start`` itself where none does."""
    found = _LOOK_ALIKE.match(text, start)
    if not found and text[max(start - 2, 0) : start].rstrip()[-1:].isupper():
        capitals = _CAPITALS.search(text, max(start - _LONGEST_CAPITALS, 0), start)
        found = capitals and _LETTERED.match(text, capitals.start())
    return found.end() if found else start


def is_in_link_or_address(text: str, start: int, end: int) -> bool:
    """Whether what stands from ``start`` to ``end`` is a part of a link or an e-mail address."""
    floor = max(start - _LONGEST_WORD, 0)
    word = max(text.rfind(sign, floor, start) for sign in " \n|")
    if word < floor and floor:  # no word that people type is as long
        return True
    return bool(_LINK.search(text, max(word, floor), start) or _ADDRESS_AFTER.match(text, end))
