"""How a provider is described in the configuration: what it is asked, how its answers and deliveries are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gateway.sms.carriers.http.deliveries import FRESH_FOR
from gateway.sms.carriers.http.verdicts import Meaning
from gateway.sms.words import MessageState

#: What a template may name.
NAMES = frozenset(
    {
        "recipient",
        "recipient_digits",
        "sender",
        "sender_digits",
        "text",
        "reference",
        "class",
        "parts",
        "unicode",
        "validity_s",
        "valid_until",
        "callback",
        "secret",
    }
)


@dataclass(frozen=True, slots=True)
class Sending:
    """How a message is handed over; every text is a template."""

    url: str = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    document: Any = None  # JSON
    longest_validity: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Answers:
    """How answers are read."""

    statuses: frozenset[int] | None = None  # of success; None: every 2xx
    pattern: re.Pattern[str] | None = None  # found in the body of a success
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)  # at each path, one of these words
    reference: str | None = None  # the path of the provider's name of the message; None: it uses ours
    reference_pattern: re.Pattern[str] | None = None  # the same in a body that is no JSON: its first group
    code: str | None = None  # the path of the code of a refusal; None: the HTTP status
    code_pattern: re.Pattern[str] | None = None
    meanings: Mapping[str, Meaning] = field(default_factory=dict)  # by code
    known: frozenset[str] = frozenset()  # codes that say that it had this message already: it is taken


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """Where receipts have what; every text but ``states`` is a path."""

    reference: str
    state: str
    states: Mapping[str, MessageState]  # by the word at ``state``; another word is not final
    ours: str | None = None
    recipient: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class InboundRule:
    """Where what people sent has what; every text but ``number`` is a path."""

    sender: str
    text: str
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)  # at each path, one of these words
    key: str | None = None  # None: the same content at the same time is the same SMS
    recipient: str | None = None
    number: str = ""  # ours, where deliveries do not say it
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """How deliveries are signed: HMAC-SHA256, in hex or base64."""

    secret: str = field(repr=False)
    header: str  # in lower case
    signed: str = "{body}"  # of {body} and {timestamp}
    prefix: str = ""  # before the signature, such as "sha256="
    base64: bool = False
    timestamp: str | None = None  # the header with the Unix time
    fresh_for: timedelta = FRESH_FOR
