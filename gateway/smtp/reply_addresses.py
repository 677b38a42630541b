"""The address that a mail with somebody's SMS is answered at: it names client and phone, and nobody can make it up.

``re-<tag>@domain``: account, phone, last day and a keyed tag over them. It is proof of nothing but the conversation:
who writes there must be a sender of that account, proven as everywhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.engine.seals import Seals
from gateway.smtp.addresses import REPLY_PREFIX

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ACCOUNT_BYTES, _PHONE_BYTES, _DAY_BYTES = 8, 7, 2  # an E.164 number has 15 digits at most


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Between whom a conversation is."""

    account_id: int
    phone: str  # E.164


class ReplyAddresses:
    """Makes the addresses and reads them."""

    def __init__(self, seals: Seals, lasting: timedelta) -> None:
        """``lasting``: how long an address can be written to."""
        self._seals = seals
        self._lasting = lasting

    def local_part(self, of: Correspondent, now: datetime) -> str:
        """What stands before the @; the same all day."""
        last_day = (now + self._lasting - _EPOCH).days
        numbers = ((of.account_id, _ACCOUNT_BYTES), (int(of.phone.lstrip("+")), _PHONE_BYTES), (last_day, _DAY_BYTES))
        return REPLY_PREFIX + self._seals.seal(b"".join(number.to_bytes(size, "big") for number, size in numbers))

    def read(self, tag: str, now: datetime) -> Correspondent | None:
        """Whom a tag stands for; None where it is not of our making, or its last day is over."""
        octets = self._seals.unseal(tag)
        if octets is None or len(octets) != _ACCOUNT_BYTES + _PHONE_BYTES + _DAY_BYTES:
            return None
        account_id, phone, last_day = (int.from_bytes(each, "big") for each in (octets[:8], octets[8:15], octets[15:]))
        return Correspondent(account_id, f"+{phone}") if (now - _EPOCH).days <= last_day else None
