"""OVHcloud: its SMS jobs, and the callback of receipts. The rest is fetched: see ``ovh_history``.

https://eu.api.ovh.com/console/?section=%2Fsms
https://help.ovhcloud.com/csm/en-gb-api-getting-started-ovhcloud-api?id=kb_article_view&sysparm_article=KB0042784
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from typing import Any
from urllib.parse import quote

from gateway.sms.carriers.http.deliveries import Delivery, News, fields_in, named
from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest, Verdict
from gateway.sms.carriers.http.settings import COMMON, address
from gateway.sms.carriers.http.verdicts import DOUBT, RETRY, by_status, parsed, refused, verdict
from gateway.sms.carriers.keys import optional_text, secret
from gateway.sms.carriers.names import code, name
from gateway.sms.carriers.port import OutgoingSms, Receipt, Taken
from gateway.sms.words import MessageState
from plans.checked import Section
from plans.words import MessageClass, Reason

#: The keys of its table.
KEYS = {
    "service",
    "application_key",
    "application_secret_file",
    "consumer_key_file",
    "sender",
    "number",
    "poll_s",
    "api",
}

#: What is final of ``deliveryReceipt``, which the callback names ``dlr``. That 1 is delivered, OVH's own control panel
#: says; that 2 and 16 have failed, RaspiSMS, which serves OVH: they are those of Kannel. Others are on their way.
RECEIPTS = {"1": MessageState.DELIVERED, "2": MessageState.FAILED, "16": MessageState.FAILED}

#: Minutes of ``validityPeriod``: two days.
_LONGEST_VALIDITY = 2880


@dataclass(frozen=True, slots=True)
class OvhKeys:
    """What every request is signed with."""

    application: str
    application_secret: str = field(repr=False)
    consumer: str = field(repr=False)

    def signed(self, method: str, url: str, body: bytes, now: datetime) -> HttpRequest:
        """The request, signed as of now: where our clock is wrong, OVH refuses all."""
        seconds = str(int(now.timestamp()))
        text = f"{self.application_secret}+{self.consumer}+{method}+{url}+{body.decode()}+{seconds}"
        headers = {
            "X-Ovh-Application": self.application,
            "X-Ovh-Consumer": self.consumer,
            "X-Ovh-Timestamp": seconds,
            "X-Ovh-Signature": f"$1${sha1(text.encode(), usedforsecurity=False).hexdigest()}",  # as OVH wants it
        }
        return HttpRequest(method, url, headers | ({"Content-Type": "application/json"} if body else {}), body)


@dataclass(frozen=True, slots=True)
class Ovh:
    """One SMS service. ``tag`` comes back in what is fetched, and deduplicates nothing."""

    service: str  # "sms-xx12345-1"
    keys: OvhKeys
    sender: str | None = None  # None: a short number, to which people can answer
    number: str = ""  # to which people answer: what is fetched does not say
    poll_s: float = 60.0
    api: str = "https://eu.api.ovh.com/1.0"
    deduplicates: bool = False
    proves: bool = False

    @property
    def url(self) -> str:
        """The address of the service."""
        return f"{self.api}/sms/{quote(self.service, safe='')}"

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """POST a job for one phone."""
        sender = sms.display or self.sender
        job: dict[str, Any] = {
            "message": sms.body,
            "charset": "UTF-8",
            "receivers": [sms.recipient],
            "priority": "high",
            "noStopClause": sms.message_class is MessageClass.ALERT,  # else OVH writes "STOP" under it
            "tag": sms.reference,
        }
        job |= {"sender": sender} if sender else {"senderForResponse": True}
        if sms.useless_after:
            left = int((sms.useless_after - now).total_seconds() // 60)
            job["validityPeriod"] = min(max(left, 1), _LONGEST_VALIDITY)
        return self.keys.signed("POST", f"{self.url}/jobs", json.dumps(job).encode(), now)

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """The report names what was sent, or the receiver among those that are none."""
        del sms
        document = parsed(answer.body)
        if answer.status not in {200, 201}:
            error = str(document.get("errorCode") or answer.status)
            # 409: the service is busy with something else, and the job was not made
            return verdict(RETRY if answer.status == 409 else by_status(answer.status), error, answer)
        ids = document.get("ids")
        refs = [ref for each in ids if (ref := name(each))] if isinstance(ids, list) else []
        if refs:
            return Taken(refs[0], tuple(refs[1:]))
        if document.get("invalidReceivers"):
            return verdict(refused(Reason.NUMBER_INVALID), "invalidReceivers", answer)
        return verdict(DOUBT, "answer", answer)

    def news(self, delivery: Delivery, now: datetime) -> News:
        """The callback of receipts, unsigned: the secret in its path is all the proof."""
        fields = fields_in(delivery)
        dlr = str(fields.get("dlr", ""))
        if dlr not in RECEIPTS:  # or it says something else: what is final is fetched in any case
            return News()
        return News(receipts=[Receipt(named(fields.get("id")), RECEIPTS[dlr], receipt_code(dlr, fields), now)])


def ovh_from(section: Section, callback: str) -> Ovh:
    """Read ``[carriers.<name>]`` of kind "ovh"."""
    del callback  # it is set at OVH, once for all messages
    section.only(COMMON | KEYS)
    return Ovh(
        service=section.text("service"),
        keys=OvhKeys(
            section.text("application_key"),
            secret(section, "application_secret_file"),
            secret(section, "consumer_key_file"),
        ),
        sender=optional_text(section, "sender"),
        number=optional_text(section, "number") or "",
        poll_s=float(section.count("poll_s", least=1)) if "poll_s" in section.values else 60.0,
        api=address(section, "api", "https://eu.api.ovh.com/1.0"),
    )


def receipt_code(dlr: str, fields: Mapping[str, Any]) -> str:
    """The receipt and, where it is told, OVH's number for what the network said."""
    return code(dlr, "ptt", fields["ptt"]) if fields.get("ptt") is not None else dlr
