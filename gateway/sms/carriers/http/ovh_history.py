"""What OVH keeps for us to fetch: what became of messages, and what people sent."""

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gateway.engine.clock import Clock
from gateway.sms.carriers.http.carrier import Ask
from gateway.sms.carriers.http.deliveries import instant
from gateway.sms.carriers.http.dialect import HttpAnswer
from gateway.sms.carriers.http.exchange import Reply
from gateway.sms.carriers.http.ovh import RECEIPTS, Ovh, receipt_code
from gateway.sms.carriers.http.verdicts import parsed
from gateway.sms.carriers.names import e164, reference
from gateway.sms.carriers.port import KNOWN_AGAIN, InboundSms, Inbox, Receipt

log = logging.getLogger(__name__)

#: Fetched in one call, each by a request of its own: OVH has no other way.
_BATCH = 50

_MOST_REMEMBERED = 200_000

#: An entry that was deleted since it was listed.
_GONE = {404, 410}

_KNOWN = KNOWN_AGAIN - timedelta(days=1)


class Kind(StrEnum):
    """What is listed, as its path is called."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class Item(NamedTuple):
    """One entry of a list."""

    kind: Kind
    number: int
    dlr: str = ""  # of what is outgoing


class OvhHistory:
    """Lists what is new every ``poll_s``, and fetches it in batches.

    What was handed in is remembered in this process. After a restart it is handed in once more, and changes nothing.
    """

    def __init__(self, ovh: Ovh, clock: Clock, reach: timedelta) -> None:
        """``reach``: how far back lists go, which is how long a message may be on its way.

        What people sent is listed no further back than an inbox knows it again.
        """
        self._ovh = ovh
        self._clock = clock
        self._reach = reach
        self._listed_at: datetime | None = None
        self._waiting: list[Item] = []
        self._done: dict[Item, None] = {}

    async def collect(self, ask: Ask, inbox: Inbox) -> int:
        """Hand in a batch, and say how much; trouble at OVH is for the next time."""
        now = self._clock.now()
        if not self._waiting and self._is_due(now):
            self._listed_at = now
            self._waiting = [each for each in await self._list(ask, now) if each not in self._done]
        fetched = await self._fetch(ask, self._waiting[:_BATCH])
        there = {each: found for each, found in fetched.items() if found}
        receipts = [_receipt(each, found, now) for each, found in there.items() if each.kind is Kind.OUTGOING]
        inbound = [self._inbound(each, found, now) for each, found in there.items() if each.kind is Kind.INCOMING]
        if receipts:
            await inbox.receipts(receipts)
        if inbound:
            await inbox.inbound(inbound)
        self._waiting = self._waiting[len(fetched) :] if fetched else []
        self._remember(fetched)
        return len(fetched)

    def _is_due(self, now: datetime) -> bool:
        return self._listed_at is None or now - self._listed_at >= timedelta(seconds=self._ovh.poll_s)

    async def _list(self, ask: Ask, now: datetime) -> list[Item]:
        since = {"creationDatetime.from": (now - self._reach).isoformat(timespec="seconds")}
        items = [
            Item(Kind.OUTGOING, number, dlr)
            for dlr in RECEIPTS
            for number in await self._numbers(ask, Kind.OUTGOING, since | {"deliveryReceipt": dlr})
        ]
        lately = {"creationDatetime.from": (now - min(self._reach, _KNOWN)).isoformat(timespec="seconds")}
        return items + [Item(Kind.INCOMING, each) for each in await self._numbers(ask, Kind.INCOMING, lately)]

    async def _numbers(self, ask: Ask, kind: Kind, query: dict[str, str]) -> list[int]:
        listed = _body(await self._reply(ask, f"/{kind}?{urlencode(query)}"))
        try:
            numbers = json.loads(listed or b"[]")
        except ValueError:
            numbers = []
        return [each for each in numbers if isinstance(each, int)] if isinstance(numbers, list) else []

    async def _fetch(self, ask: Ask, items: Sequence[Item]) -> dict[Item, dict[str, Any]]:
        """The first of the items, up to one that cannot be had now; one that is gone is empty, and keeps none back."""
        fetched: dict[Item, dict[str, Any]] = {}
        for each in items:
            reply = await self._reply(ask, f"/{each.kind}/{each.number}")
            found = parsed(_body(reply))
            if not found and not (isinstance(reply, HttpAnswer) and reply.status in _GONE):
                break
            fetched[each] = found
        return fetched

    async def _reply(self, ask: Ask, path: str) -> Reply:
        reply = await ask(self._ovh.keys.signed("GET", f"{self._ovh.url}{path}", b"", self._clock.now()))
        if not _body(reply):
            log.warning("OVH could not be asked for news: %s", getattr(reply, "why", getattr(reply, "status", "")))
        return reply

    def _inbound(self, item: Item, found: dict[str, Any], now: datetime) -> InboundSms:
        text, at = str(found.get("message", "")), instant(found.get("creationDatetime"), now)
        return InboundSms(str(item.number), str(found.get("sender", "")), self._ovh.number, text, at)

    def _remember(self, items: Iterable[Item]) -> None:
        for each in items:
            self._done[each] = None
        while len(self._done) > _MOST_REMEMBERED:
            del self._done[next(iter(self._done))]


def _body(reply: Reply) -> bytes:
    return reply.body if isinstance(reply, HttpAnswer) and reply.status == 200 else b""


def _receipt(item: Item, found: dict[str, Any], now: datetime) -> Receipt:
    return Receipt(
        carrier_ref=str(item.number),
        state=RECEIPTS[item.dlr],
        code=receipt_code(item.dlr, found),
        at=now,
        reference=reference(found.get("tag")),
        recipient=e164(found.get("receiver")),
    )
