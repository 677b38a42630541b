"""SMSFactor (SMSup in Switzerland): campaigns of one message, and its DLR, MO and STOP webhooks.

https://dev.smsfactor.com/en/api/sms/send/campaign
https://dev.smsfactor.com/en/api/sms/webhook/create-webhook
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.sms.carriers.http.deliveries import (
    Delivery,
    DeliveryRefused,
    Fault,
    News,
    document_in,
    instant,
    key_of,
    named,
    pairs_in,
    prove,
)
from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest, Verdict
from gateway.sms.carriers.http.settings import COMMON, address
from gateway.sms.carriers.http.verdicts import ACCOUNT, DOUBT, Meaning, by_status, parsed, refused, verdict
from gateway.sms.carriers.keys import optional_secret, optional_text, secret
from gateway.sms.carriers.names import code, digits, e164
from gateway.sms.carriers.port import InboundSms, OutgoingSms, Receipt, Refused, Taken
from gateway.sms.words import Alphabet, MessageState
from plans.checked import Section
from plans.words import Reason

#: The keys of its table.
KEYS = {"token_file", "signature_file", "sender", "number", "api"}

_SIGNATURE = "x-smsfactor-signature"

_TAKEN = {
    "1",  # OK
    "-8",  # taken, and read by a moderator first
}

#: The status of an answer.
_STATUSES: Mapping[str, Meaning] = {
    "-1": ACCOUNT,  # authentication
    "-2": refused(),  # the document makes no sense
    "-3": ACCOUNT,  # not enough credits
    "-4": refused(),  # the delay is no date
    "-5": refused(Reason.NUMBER_INVALID),  # the list of recipients is none
    "-6": refused(),  # the document makes no sense
    "-7": refused(),  # a field makes no sense
    "-99": DOUBT,  # "unknown error": nobody says whether the message was taken
}

#: Why a message that was taken goes to nobody: each is a counter of the answer.
_FILTERED = {
    "blacklisted": Reason.OPTED_OUT,  # the phone said STOP, and SMSFactor heard it
    "npai": Reason.NUMBER_INVALID,  # out of use
    "invalid": Reason.NUMBER_INVALID,
    "duplicated": Reason.DUPLICATE,
}

#: The status of a receipt; 0 (not sent) and 1 (sent) are not final.
_STATES = {
    "2": MessageState.FAILED,  # sent and not delivered
    "3": MessageState.DELIVERED,
    "4": MessageState.FAILED,  # the network does not allow it
    "5": MessageState.FAILED,  # the number is none
    "6": MessageState.FAILED,  # the sender is none
    "7": MessageState.FAILED,  # no route
    "9": MessageState.FAILED,  # rejected
    "11": MessageState.FAILED,  # an error of the network
    "12": MessageState.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class SmsFactor:
    """One account. Receipts name a message by the id that we gave it, ``gsmsmsid``, which deduplicates nothing."""

    token: str = field(repr=False)
    signature: str | None = field(default=None, repr=False)  # what the header of a delivery holds
    sender: str | None = None
    number: str = ""  # to which people answer: deliveries do not say
    api: str = "https://api.smsfactor.com"
    deduplicates: bool = False

    @property
    def proves(self) -> bool:
        """Where the webhook was made with a signature."""
        return self.signature is not None

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """POST a campaign to one phone. SMSFactor takes no time after which a message is useless."""
        del now
        sender = sms.display or self.sender
        message: dict[str, Any] = {
            "text": sms.body,
            "pushtype": sms.message_class.value,  # theirs are called alert and marketing, too
            "unicode": int(sms.alphabet is Alphabet.UCS2),
        }
        message |= {"sender": sender} if sender else {}
        recipients = {"gsm": [{"gsmsmsid": sms.reference, "value": digits(sms.recipient)}]}
        body = json.dumps({"sms": {"message": message, "recipients": recipients}}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return HttpRequest("POST", f"{self.api}/send", headers, body)

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """The status stands in the document; a message may be taken and filtered at once."""
        document = parsed(answer.body)
        status = str(document.get("status", ""))
        if status in _TAKEN and answer.status < 300:
            return _filtered(document) or Taken(sms.reference)
        if status in _STATUSES:
            return verdict(_STATUSES[status], status, answer)
        return verdict(by_status(answer.status), status or str(answer.status), answer)

    def news(self, delivery: Delivery, now: datetime) -> News:
        """JSON by POST. A webhook of type STOP has ``?type=STOP`` in its address, for its documents do not say so."""
        if self.signature is not None:
            prove(delivery.headers.get(_SIGNATURE), self.signature)
        document = document_in(delivery.body)
        if "status" in document:
            return News(receipts=_receipts(document, now))
        stop = ("type", "STOP") in pairs_in(delivery.query)
        return News(inbound=[_inbound(document, self.number, now, stop=stop)])


def smsfactor_from(section: Section, callback: str) -> SmsFactor:
    """Read ``[carriers.<name>]`` of kind "smsfactor"."""
    del callback  # it is set at SMSFactor, once for all messages
    section.only(COMMON | KEYS)
    return SmsFactor(
        token=secret(section, "token_file"),
        signature=optional_secret(section, "signature_file"),
        sender=optional_text(section, "sender"),
        number=optional_text(section, "number") or "",
        api=address(section, "api", "https://api.smsfactor.com"),
    )


def _filtered(document: Mapping[str, Any]) -> Refused | None:
    if document.get("sent", 1) != 0:
        return None
    why = next((each for each in _FILTERED if document.get(each)), "sent 0")
    return Refused(why, _FILTERED.get(why, Reason.CARRIER_REJECTED))


def _receipts(document: Mapping[str, Any], now: datetime) -> list[Receipt]:
    state = _STATES.get(str(document["status"]))
    if state is None:
        return []
    ours = named(document.get("message_id"))
    recipient = e164(document.get("destination"))
    return [Receipt(ours, state, code(document["status"]), now, reference=ours, recipient=recipient)]


def _inbound(document: Mapping[str, Any], number: str, now: datetime, *, stop: bool) -> InboundSms:
    sender, text, date = named(document.get("from")), document.get("message", ""), document.get("date")
    if not isinstance(text, str):
        raise DeliveryRefused(Fault.MALFORMED)
    at = instant(date, now)
    return InboundSms(key_of(sender, text, date), sender, number, "STOP" if stop else text, at)
