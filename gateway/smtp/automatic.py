"""Mail that no person wrote (RFC 3834), and what follows from it."""

import re
from enum import StrEnum

from gateway.smtp.headers import Headers
from gateway.smtp.mime import Part


class Automatic(StrEnum):
    """How a mail gives away that a machine wrote it. None of these is ever answered by mail."""

    OWN_LETTER = "own_letter"  # one of ours came back
    REPLY = "reply"  # out of office and the like
    REPORT = "report"  # bounces, read receipts, feedback
    MAILING_LIST = "mailing_list"
    CALENDAR_RESPONSE = "calendar_response"
    GENERATED = "generated"  # an alarm, a printer, a shop: what an email-to-SMS gateway is for

    @property
    def becomes_sms(self) -> bool:
        """Whether it was written to be read by the recipient; the others would only cost money, or loop."""
        return self is Automatic.GENERATED


#: Set on every letter of ours, so that it is known when it comes back.
OWN_MARK = "X-SMS-Gateway-Letter"

_LIST_FIELDS = frozenset(  # RFC 2369, RFC 2919
    {"list-id", "list-post", "list-help", "list-subscribe", "list-unsubscribe", "list-owner", "list-archive"}
)
_REPLY_FIELDS = frozenset({"x-autoreply", "x-autorespond", "x-auto-reply", "x-mail-autoreply", "x-vacation"})
_BULK = frozenset({"bulk", "list", "junk"})
_DAEMONS = frozenset({"mailer-daemon", "mail-daemon", "maildaemon", "listserv", "majordomo"})
_METHOD = re.compile(rb"^METHOD:([A-Z]+)", re.MULTILINE | re.IGNORECASE)
_METHOD_WITHIN = 4_096  # octets: it stands before the first component
_RESPONSES = frozenset({"reply", "counter", "refresh", "declinecounter"})  # RFC 5546, 1.4


def automatic_sender(mail_from: str) -> Automatic | None:
    """Judge the envelope sender: nobody, a daemon, or the owner of a list."""
    local = mail_from.strip("<>").rpartition("@")[0].lower()
    if not local or local in _DAEMONS:
        return Automatic.REPORT
    if local.startswith("owner-") or local.endswith(("-owner", "-request", "-bounces")):
        return Automatic.MAILING_LIST
    return None


def automatic_headers(headers: Headers) -> Automatic | None:
    """Judge the headers; the surest sign first."""
    if OWN_MARK.lower() in headers:
        return Automatic.OWN_LETTER
    submitted = _word(headers, "auto-submitted")
    precedence = _word(headers, "precedence")
    if submitted == "auto-replied" or precedence == "auto_reply" or not _REPLY_FIELDS.isdisjoint(headers.fields):
        return Automatic.REPLY
    if _word(headers, "content-type") == "multipart/report":
        return Automatic.REPORT
    if precedence in _BULK or not _LIST_FIELDS.isdisjoint(headers.fields):
        return Automatic.MAILING_LIST
    if submitted not in ("", "no") or _word(headers, "x-auto-response-suppress") not in ("", "none"):
        # Exchange marks its absence notes as auto-generated; that they answer something tells them from an alarm.
        return Automatic.REPLY if "in-reply-to" in headers else Automatic.GENERATED
    return None


def automatic_part(part: Part) -> Automatic | None:
    """Judge one part: the answer to an invitation shows in its method (RFC 6047, 2.4)."""
    answers = part.kind == "text/calendar" and _method(part).lower() in _RESPONSES
    return Automatic.CALENDAR_RESPONSE if answers else None


def _method(part: Part) -> str:
    """As the part is labelled; where it is not, though it must be, as its calendar says (RFC 5545, 3.7.2)."""
    if label := part.parameters.get("method"):
        return label
    said = _METHOD.search(part.octets(_METHOD_WITHIN))
    return said[1].decode("ascii") if said else ""


def _word(headers: Headers, name: str) -> str:
    """The value of a field without parameters and comments, in lower case."""
    value = headers.raw(name).decode("latin-1")
    return value.partition(";")[0].partition("(")[0].strip().lower()
