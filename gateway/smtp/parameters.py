"""The parameters of MAIL FROM that were offered in EHLO: SIZE, BODY, SMTPUTF8, AUTH."""

import re
from dataclasses import dataclass

from gateway.smtp import replies

_PARAMETER = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^=\s\x00-\x1f\x7f]+))?\Z")
_SIZE = re.compile(r"[0-9]{1,20}\Z")  # RFC 1870, 3
_BODIES = frozenset({"7BIT", "8BITMIME"})  # RFC 6152
_KNOWN = frozenset({"SIZE", "BODY", "SMTPUTF8", "AUTH"})


@dataclass(frozen=True, slots=True)
class MailParameters:
    """What the sender announced about a mail."""

    smtp_utf8: bool = False


_NONE = MailParameters()


def read_mail_parameters(text: str, largest: int) -> MailParameters | bytes:
    """Read what follows the address of MAIL FROM; the reply that refuses it where it cannot be honoured.

    ``largest`` is the size of the biggest mail taken, in bytes. AUTH= (RFC 4954, 5) is noted by nobody: only the
    session's own login proves a sender.
    """
    if not text:
        return _NONE
    given = _split(text)
    if given is None:
        return replies.PARAMETER_MALFORMED
    if given.keys() - _KNOWN:
        return replies.PARAMETER_UNKNOWN
    if not _well_formed(given):
        return replies.PARAMETER_MALFORMED
    if int(given.get("SIZE") or 0) > largest:
        return replies.MAIL_TOO_BIG
    return MailParameters(smtp_utf8="SMTPUTF8" in given)


def _split(text: str) -> dict[str, str | None] | None:
    given: dict[str, str | None] = {}
    for word in text.split():
        found = _PARAMETER.match(word)
        if found is None or found["name"].upper() in given:
            return None
        given[found["name"].upper()] = found["value"]
    return given


def _well_formed(given: dict[str, str | None]) -> bool:
    return (
        ("SIZE" not in given or bool(_SIZE.match(given["SIZE"] or "")))
        and ("BODY" not in given or (given["BODY"] or "").upper() in _BODIES)
        and ("AUTH" not in given or given["AUTH"] is not None)
        and given.get("SMTPUTF8") is None
    )
