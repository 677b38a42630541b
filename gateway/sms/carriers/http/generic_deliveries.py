"""What a provider that is described in the configuration delivers: proven by its seal, read by given names."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.sms.carriers.http.deliveries import (
    Delivery,
    DeliveryRefused,
    Fault,
    instant,
    key_of,
    named,
    prove,
    prove_fresh,
)
from gateway.sms.carriers.http.generic_rules import InboundRule, ReceiptRule, Seal
from gateway.sms.carriers.http.paths import word_at
from gateway.sms.carriers.names import LONGEST_REF, code, e164, reference
from gateway.sms.carriers.port import InboundSms, Receipt


def prove_seal(delivery: Delivery, seal: Seal, now: datetime) -> None:
    """Raise ``DeliveryRefused`` unless the seal is right and fresh."""
    seconds = delivery.headers.get(seal.timestamp, "") if seal.timestamp else ""
    given = delivery.headers.get(seal.header, "")
    if not given.startswith(seal.prefix):
        raise DeliveryRefused(Fault.UNSIGNED)
    prove(given.removeprefix(seal.prefix), _sealed(delivery.body, seconds, seal))
    if seal.timestamp:
        prove_fresh(seconds, now, seal.fresh_for)


def _sealed(body: bytes, seconds: str, seal: Seal) -> str:
    """Both names are replaced at once: what a body holds is no template."""
    parts = {"{body}": body, "{timestamp}": seconds.encode("utf-8", "replace")}
    signed = b"".join(parts.get(each, each.encode()) for each in re.split(r"(\{body\}|\{timestamp\})", seal.signed))
    digest = hmac.new(seal.secret.encode(), signed, "sha256")
    return b64encode(digest.digest()).decode() if seal.base64 else digest.hexdigest()


def receipt_in(fields: Mapping[str, Any], rule: ReceiptRule, now: datetime) -> Receipt | None:
    """The receipt in a delivery; None where it is none, or not final."""
    word = word_at(fields, rule.state)
    state = rule.states.get(word or "")
    if state is None:
        return None
    said = word_at(fields, rule.code) if rule.code else None
    return Receipt(
        carrier_ref=named(word_at(fields, rule.reference)),
        state=state,
        code=code(said or word),
        at=now,
        reference=reference(word_at(fields, rule.ours)) if rule.ours else None,
        recipient=e164(word_at(fields, rule.recipient)) if rule.recipient else None,
    )


def inbound_in(fields: Mapping[str, Any], rule: InboundRule, now: datetime) -> InboundSms:
    """What somebody sent."""
    sender, text = named(word_at(fields, rule.sender)), word_at(fields, rule.text) or ""
    when = word_at(fields, rule.at) if rule.at else None
    recipient = word_at(fields, rule.recipient) if rule.recipient else None
    key = word_at(fields, rule.key) if rule.key else None
    return InboundSms(
        key=key[:LONGEST_REF] if key else key_of(sender, recipient, text, when),
        sender=sender,
        recipient=recipient or rule.number,
        text=text,
        at=instant(when, now),
    )
