"""Twilio: its Messages resource, its status callbacks and what people answer.

https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/api/errors
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from gateway.sms.carriers.http.deliveries import Delivery, News, named
from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest, Verdict
from gateway.sms.carriers.http.settings import COMMON, address
from gateway.sms.carriers.http.twilio_signature import Keys, proven_pairs
from gateway.sms.carriers.http.verdicts import ACCOUNT, DOUBT, THROTTLE, Meaning, by_status, parsed, refused, verdict
from gateway.sms.carriers.keys import optional_secret, optional_text, secret
from gateway.sms.carriers.names import code, e164, name
from gateway.sms.carriers.port import InboundSms, OutgoingSms, Receipt, Taken
from gateway.sms.words import MessageState
from plans.checked import RuleError, Section
from plans.words import Reason

#: The keys of its table.
KEYS = {
    "account_sid",
    "auth_token_file",
    "api_key_sid",
    "api_key_secret_file",
    "webhook_key_file",
    "messaging_service_sid",
    "sender",
    "api",
}

#: How long, in seconds, a message may wait at Twilio; after that it fails with 30036.
_LONGEST_WAIT = 36_000

#: What the number in a refusal means, where HTTP's own status says too little or the wrong thing.
_CODES: Mapping[str, Meaning] = {
    "20003": ACCOUNT,  # authenticate: wrong SID or token
    "20005": ACCOUNT,  # the account is suspended or closed
    "20404": ACCOUNT,  # no such resource: the SID in the address is wrong
    "20429": THROTTLE,  # too many requests
    "21211": refused(Reason.NUMBER_INVALID),  # "To" is no phone number
    "21212": refused(Reason.SENDER_ID_INVALID),  # "From" is no phone number or sender ID
    "21408": refused(Reason.NO_ROUTE),  # the account has not enabled messages to this region
    "21606": refused(Reason.SENDER_ID_INVALID),  # "From" is no number of this account that sends SMS
    "21608": ACCOUNT,  # a trial account writes to verified numbers only
    "21610": refused(Reason.OPTED_OUT),  # the phone said STOP to this sender, and Twilio heard it
    "21611": THROTTLE,  # the queue of this sender is full
    "21612": refused(Reason.NO_ROUTE),  # no way from this sender to this number
    "21614": refused(Reason.NUMBER_NOT_MOBILE),  # "To" is not a mobile number
    "21617": refused(Reason.TOO_MANY_PARTS),  # longer than 1600 characters
    "21659": refused(Reason.SENDER_ID_INVALID),  # "From" is no number of Twilio's, and no sender ID for the country
}

_STATES = {
    "delivered": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}
_EXPIRED = "30036"  # the validity period ended


@dataclass(frozen=True, slots=True)
class Twilio:
    """One account. Twilio documents no way of sending the same twice as one message: it does not deduplicate."""

    account: str  # "AC…"
    user: str  # the account itself, or an API key: "SK…"
    password: str = field(repr=False)
    keys: Keys
    callback: str  # where Twilio tells what becomes of a message
    sender: str | None = None
    service: str | None = None  # "MG…", a messaging service that chooses among senders
    api: str = "https://api.twilio.com"
    deduplicates: bool = False
    proves: bool = True

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """POST one message; a sender ID of the message goes before our own, and that before the service's."""
        sender = sms.display or self.sender
        fields = {"To": sms.recipient, "Body": sms.body, "StatusCallback": self.callback}
        fields |= {"From": sender} if sender else {}
        fields |= {"MessagingServiceSid": self.service} if self.service else {}
        if sms.useless_after:
            left = int((sms.useless_after - now).total_seconds())
            fields["ValidityPeriod"] = str(min(max(left, 1), _LONGEST_WAIT))
        token = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return HttpRequest(
            "POST",
            f"{self.api}/2010-04-01/Accounts/{quote(self.account, safe='')}/Messages.json",
            {"Authorization": f"Basic {token}", "Content-Type": "application/x-www-form-urlencoded"},
            urlencode(fields).encode(),
        )

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """201 names the message; a refusal has a number of Twilio's own.

        What a 5xx means for the message is documented nowhere, so it is in doubt.
        """
        del sms
        document = parsed(answer.body)
        if answer.status in {200, 201}:
            sid = name(document.get("sid"))
            return Taken(sid) if sid else verdict(DOUBT, "answer", answer)
        number = str(document.get("code") or answer.status)
        return verdict(_CODES.get(number) or by_status(answer.status), number, answer)

    def news(self, delivery: Delivery, now: datetime) -> News:
        """A status callback, or what somebody sent: both come as forms, signed without a time."""
        fields = dict(proven_pairs(delivery, self.keys))
        if "MessageStatus" in fields:
            return News(receipts=_receipts(fields, now))
        return News(inbound=[_inbound(fields, now)])


def twilio_from(section: Section, callback: str) -> Twilio:
    """Read ``[carriers.<name>]`` of kind "twilio"."""
    section.only(COMMON | KEYS)
    account, auth_token = section.text("account_sid"), secret(section, "auth_token_file")
    api_key = optional_text(section, "api_key_sid")
    twilio = Twilio(
        account=account,
        user=api_key or account,
        password=secret(section, "api_key_secret_file") if api_key else auth_token,
        keys=Keys(auth_token, optional_secret(section, "webhook_key_file")),
        callback=callback,
        sender=optional_text(section, "sender"),
        service=optional_text(section, "messaging_service_sid"),
        api=address(section, "api", "https://api.twilio.com"),
    )
    if not twilio.sender and not twilio.service:
        raise RuleError(f"{section.path}: it needs a sender or a messaging_service_sid")
    return twilio


def _receipts(fields: Mapping[str, Any], now: datetime) -> list[Receipt]:
    """None for a status that is not final: queued, sending, sent and what may yet be invented."""
    error = fields.get("ErrorCode", "")
    state = MessageState.EXPIRED if error == _EXPIRED else _STATES.get(fields["MessageStatus"])
    if state is None:
        return []
    said = code(fields["MessageStatus"], error)
    return [Receipt(named(fields.get("MessageSid")), state, said, now, recipient=e164(fields.get("To")))]


def _inbound(fields: Mapping[str, Any], now: datetime) -> InboundSms:
    """Twilio joins the parts itself."""
    key, sender, recipient = (named(fields.get(each)) for each in ("MessageSid", "From", "To"))
    return InboundSms(key, sender, recipient, fields.get("Body", ""), now)
