"""Vonage: its SMS API, its delivery receipts and what people answer.

https://developer.vonage.com/en/api/sms
https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
https://developer.vonage.com/en/messaging/sms/guides/inbound-sms
https://developer.vonage.com/en/getting-started/concepts/signing-messages
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.sms.carriers.http.deliveries import (
    FRESH_FOR,
    Delivery,
    DeliveryRefused,
    Fault,
    News,
    fields_in,
    instant,
    named,
    prove,
    prove_fresh,
)
from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest, Verdict
from gateway.sms.carriers.http.settings import COMMON, address
from gateway.sms.carriers.http.verdicts import (
    ACCOUNT,
    DOUBT,
    RETRY,
    THROTTLE,
    Meaning,
    by_status,
    parsed,
    refused,
    verdict,
)
from gateway.sms.carriers.keys import optional_secret, secret, word
from gateway.sms.carriers.names import code, digits, e164, name, reference
from gateway.sms.carriers.port import InboundSms, OutgoingSms, Piece, Receipt, Taken
from gateway.sms.words import Alphabet, MessageState
from plans.checked import RuleError, Section
from plans.words import Reason

#: The keys of its table.
KEYS = {"api_key", "api_secret_file", "sender", "signature_secret_file", "signature_method", "fresh_s", "api"}

#: The bounds of ``ttl``, in milliseconds.
_SHORTEST_TTL, _LONGEST_TTL = 20_000, 604_800_000

#: The status of a part, by the table of the API; one that is not listed is a refusal.
_STATUSES: Mapping[str, Meaning] = {
    "1": THROTTLE,  # faster than the account may
    "4": ACCOUNT,  # wrong key or secret
    "5": RETRY,  # Vonage's own trouble while it worked on the part, which it has not taken
    "7": refused(Reason.CARRIER_REJECTED),  # the number is barred at Vonage
    "8": ACCOUNT,  # the account is barred
    "9": ACCOUNT,  # not enough credit
    "10": THROTTLE,  # too many connections
    "11": ACCOUNT,  # the account may not use this API
    "12": refused(Reason.TOO_MANY_PARTS),  # too long
    "14": ACCOUNT,  # a signature that is wrong
    "15": refused(Reason.SENDER_ID_INVALID),  # the sender is not allowed
    "23": ACCOUNT,  # our callback address is none
    "29": ACCOUNT,  # a demo account writes to listed numbers only
    "32": ACCOUNT,  # signed, and with a secret
    "33": refused(Reason.NUMBER_INVALID),  # the number is out of use
}

#: "accepted", "buffered" and "unknown" are not final.
_STATES = {
    "delivered": MessageState.DELIVERED,
    "expired": MessageState.EXPIRED,
    "failed": MessageState.FAILED,
    "rejected": MessageState.FAILED,
}


class Method(StrEnum):
    """The HMAC that the account's settings at Vonage name."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


@dataclass(frozen=True, slots=True)
class Signing:
    """How Vonage signs, once it was asked to."""

    secret: str = field(repr=False)
    method: Method = Method.SHA256
    fresh_for: timedelta = FRESH_FOR


@dataclass(frozen=True, slots=True)
class Vonage:
    """One account. ``client-ref`` comes back in receipts and deduplicates nothing."""

    key: str
    password: str = field(repr=False)
    sender: str  # a message must have one
    callback: str
    signing: Signing | None = None  # without it, the secret in the path is all the proof
    api: str = "https://rest.nexmo.com"
    deduplicates: bool = False

    @property
    def proves(self) -> bool:
        """Where Vonage was asked to sign."""
        return self.signing is not None

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """POST one message, whole: Vonage cuts it."""
        fields: dict[str, Any] = {
            "api_key": self.key,
            "api_secret": self.password,
            "from": sms.display or digits(self.sender),
            "to": digits(sms.recipient),
            "text": sms.body,
            "type": "text" if sms.alphabet is Alphabet.GSM else "unicode",
            "client-ref": sms.reference,
        }
        fields |= {"callback": self.callback} if len(self.callback) <= 100 else {}  # longer is refused: set it there
        if sms.useless_after:
            left = int((sms.useless_after - now).total_seconds() * 1000)
            fields["ttl"] = min(max(left, _SHORTEST_TTL), _LONGEST_TTL)
        headers = {"Content-Type": "application/json"}
        return HttpRequest("POST", f"{self.api}/sms/json", headers, json.dumps(fields).encode())

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """Every part has a status and a name of its own. A message of which only some parts were taken is in doubt.

        The parts that are missing cannot be sent alone, and all of them sent again would show twice.
        """
        del sms
        if answer.status != 200:
            return verdict(by_status(answer.status), str(answer.status), answer)
        parts = parsed(answer.body).get("messages")
        parts = [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
        refs = [ref for each in parts if (ref := name(each.get("message-id")))]
        failed = [str(each.get("status")) for each in parts if each.get("status") != "0"]
        if not parts or (not failed and len(refs) < len(parts)):
            return verdict(DOUBT, "answer", answer)
        if not failed:
            return Taken(refs[0], tuple(refs[1:]))
        if len(failed) < len(parts):
            return verdict(DOUBT, f"partly {failed[0]}", answer)
        return verdict(_STATUSES.get(failed[0], refused()), failed[0], answer)

    def news(self, delivery: Delivery, now: datetime) -> News:
        """A receipt or what somebody sent, by GET, form or JSON as the account is set."""
        fields = fields_in(delivery)
        if self.signing:
            _prove(fields, self.signing, now)
        if "status" in fields:
            return News(receipts=_receipts(fields, now))
        return News(inbound=[_inbound(fields, now)])


def vonage_from(section: Section, callback: str) -> Vonage:
    """Read ``[carriers.<name>]`` of kind "vonage"."""
    section.only(COMMON | KEYS)
    key = optional_secret(section, "signature_secret_file")
    method = word(Method, section, "signature_method") if "signature_method" in section.values else Method.SHA256
    fresh = timedelta(seconds=section.count("fresh_s", least=1)) if "fresh_s" in section.values else FRESH_FOR
    if key is None and {"signature_method", "fresh_s"} & section.values.keys():
        raise RuleError(f"{section.name('signature_secret_file')} is missing: nothing else is signed")
    if key is None and "path_secret_file" not in section.values:
        raise RuleError(f"{section.path} needs a signature_secret_file or a path_secret_file, or anybody could deliver")
    return Vonage(
        key=section.text("api_key"),
        password=secret(section, "api_secret_file"),
        sender=section.text("sender"),
        callback=callback,
        signing=Signing(key, method, fresh) if key else None,
        api=address(section, "api", "https://rest.nexmo.com"),
    )


def signature(fields: Mapping[str, Any], secret: str, method: Method) -> str:
    """The ``sig`` of all other fields, in order of their names, with ``&`` and ``=`` in values made harmless."""
    hashed = hmac.new(secret.encode(), digestmod=method.value)
    for each in sorted(fields.keys() - {"sig"}):
        value = str(fields[each]).replace("&", "_").replace("=", "_")
        hashed.update(f"&{each}={value}".encode("utf-8", "replace"))
    return hashed.hexdigest()


def _prove(fields: Mapping[str, Any], signing: Signing, now: datetime) -> None:
    given = fields.get("sig")
    right = signature(fields, signing.secret, signing.method)
    prove(given.lower() if isinstance(given, str) else None, right)
    prove_fresh(str(fields.get("timestamp", "")), now, signing.fresh_for)


def _receipts(fields: Mapping[str, Any], now: datetime) -> Sequence[Receipt]:
    state = _STATES.get(str(fields["status"]))
    if state is None:
        return []
    return [
        Receipt(
            carrier_ref=named(fields.get("messageId")),
            state=state,
            code=code(fields["status"], fields.get("err-code")),
            at=now,
            reference=reference(fields.get("client-ref")),
            recipient=e164(fields.get("msisdn")),
        )
    ]


def _inbound(fields: Mapping[str, Any], now: datetime) -> InboundSms:
    """Parts come one by one, each under a name of its own."""
    key, sender, recipient = (named(fields.get(each)) for each in ("messageId", "msisdn", "to"))
    text = fields.get("text", fields.get("data", ""))  # what is binary is kept as it comes, in hex
    return InboundSms(key, sender, recipient, str(text), instant(fields.get("timestamp"), now), _piece(fields))


def _piece(fields: Mapping[str, Any]) -> Piece | None:
    if str(fields.get("concat")).lower() != "true":
        return None
    try:
        group, count, number = (int(fields[f"concat-{each}"]) for each in ("ref", "total", "part"))
    except (KeyError, TypeError, ValueError):
        raise DeliveryRefused(Fault.MALFORMED) from None
    return Piece(group, count, number) if count > 1 and 1 <= number <= count <= 255 and 0 <= group <= 65_535 else None
