"""A provider that is described in the configuration: a template out, rules for its answers and for what it delivers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from gateway.sms.carriers.http import template
from gateway.sms.carriers.http.deliveries import Delivery, News, body_fields_in, fields_in
from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest, Verdict
from gateway.sms.carriers.http.generic_deliveries import inbound_in, prove_seal, receipt_in
from gateway.sms.carriers.http.generic_rules import Answers, InboundRule, ReceiptRule, Seal, Sending
from gateway.sms.carriers.http.paths import word_at
from gateway.sms.carriers.http.verdicts import DOUBT, by_status, parsed, verdict
from gateway.sms.carriers.names import digits, name
from gateway.sms.carriers.port import OutgoingSms, Taken
from gateway.sms.words import Alphabet


@dataclass(frozen=True, slots=True)
class Generic:
    """One account at any provider."""

    sending: Sending
    answers: Answers = field(default_factory=Answers)
    deduplicates: bool = False
    sender: str | None = None
    callback: str = ""
    secret: str = field(default="", repr=False)
    seal: Seal | None = None
    receipts: ReceiptRule | None = None
    inbound: InboundRule | None = None

    @property
    def proves(self) -> bool:
        """Where deliveries are signed."""
        return self.seal is not None

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """The templates, filled in."""
        values = self._values(sms, now)
        how = self.sending
        headers = {key: template.text(each, values) for key, each in how.headers.items()}
        url, body = template.text(how.url, _quoted(values)), b""
        if query := template.fill(how.query, values):
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(query, doseq=True)}"
        if how.form is not None:
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            body = urlencode(template.fill(how.form, values), doseq=True).encode()
        elif how.document is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = json.dumps(template.fill(how.document, values)).encode()
        return HttpRequest(how.method, url, headers, body)

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """Success by status, pattern and words; else what the code means.

        A success that says no such thing, and whose code nobody listed, leaves the message in doubt.
        """
        rule = self.answers
        text, document = answer.body.decode("utf-8", "replace"), parsed(answer.body)
        succeeded = 200 <= answer.status < 300 if rule.statuses is None else answer.status in rule.statuses
        code = _found(document, text, rule.code, rule.code_pattern) or str(answer.status)
        if code in rule.known:
            return Taken(sms.reference)
        if succeeded and (rule.pattern is None or rule.pattern.search(text)) and _fits(document, rule.words):
            reference = self._reference(sms, document, text)
            return Taken(reference) if reference else verdict(DOUBT, "answer", answer)
        return verdict(rule.meanings.get(code) or by_status(answer.status), code, answer)

    def news(self, delivery: Delivery, now: datetime) -> News:
        """Receipts and what people sent, by the names of the configuration."""
        if self.seal:
            prove_seal(delivery, self.seal, now)
        # what stands in the address is under no seal
        fields = body_fields_in(delivery) if self.seal else fields_in(delivery)
        if self.receipts and (receipt := receipt_in(fields, self.receipts, now)):
            return News(receipts=[receipt])
        if self.inbound and self._is_inbound(fields, self.inbound):
            return News(inbound=[inbound_in(fields, self.inbound, now)])
        return News()

    def _is_inbound(self, fields: Mapping[str, Any], rule: InboundRule) -> bool:
        """Where nothing says what tells them apart, what has a state is a receipt, though not a final one."""
        told = self.receipts is not None and not rule.when and word_at(fields, self.receipts.state) is not None
        return not told and _fits(fields, rule.when) and word_at(fields, rule.sender) is not None

    def _reference(self, sms: OutgoingSms, document: Any, text: str) -> str | None:
        rule = self.answers
        if rule.reference is None and rule.reference_pattern is None:
            return sms.reference
        return name(_found(document, text, rule.reference, rule.reference_pattern))

    def _values(self, sms: OutgoingSms, now: datetime) -> dict[str, str | int | None]:
        left = self.sending.longest_validity
        if sms.useless_after:
            left = min(max(sms.useless_after - now, timedelta(seconds=1)), left)
        sender = sms.display or self.sender
        return {
            "recipient": sms.recipient,
            "recipient_digits": digits(sms.recipient),
            "sender": sender,
            "sender_digits": digits(sender) if sender else None,
            "text": sms.body,
            "reference": sms.reference,
            "class": sms.message_class.value,
            "parts": sms.parts,
            "unicode": int(sms.alphabet is Alphabet.UCS2),
            "validity_s": int(left.total_seconds()),
            "valid_until": (now + left).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "callback": self.callback,
            "secret": self.secret,
        }


def _quoted(values: template.Values) -> template.Values:
    """Values as they may stand in an address."""
    return {key: value if value is None else urlencode({"": value})[1:] for key, value in values.items()}


def _found(document: Any, text: str, path: str | None, pattern: re.Pattern[str] | None) -> str | None:
    if path is not None:
        return word_at(document, path)
    found = pattern.search(text) if pattern else None
    return found[1] if found else None


def _fits(document: Any, words: Mapping[str, frozenset[str]]) -> bool:
    return all(word_at(document, path) in allowed for path, allowed in words.items())
