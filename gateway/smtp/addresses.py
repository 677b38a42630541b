"""What a recipient address says: a phone number with its wishes, or one of the roles that every domain has.

``0612345678@sms.example`` names a number, ``0612345678+marketing@…`` its class, ``0612345678@<account>.sms.example``
the account that pays. Whether the number exists is decided elsewhere. ``re-<tag>@sms.example`` answers an SMS that
came in (``gateway.smtp.reply_addresses``).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from gateway.smtp.paths import Path
from plans.words import MessageClass, Reason

LOCAL_PART_LENGTH = 64  # RFC 5321, 4.5.3.1.1

#: How addresses that answer an SMS begin.
REPLY_PREFIX = "re-"

# ASCII on purpose: \d would take the digits of every script, and two scripts are two texts for one number.
_NUMBER = re.compile(r"\+?[0-9(][0-9 ().\-/]*\Z")
_REPLY = re.compile(rf"{REPLY_PREFIX}([A-Za-z2-7]{{1,61}})\Z", re.IGNORECASE)
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")

UNKNOWN_TAG = "After the number only +marketing or +alert is understood; write the number alone or with one of these."


class Role(StrEnum):
    """An address that each mail domain has to answer (RFC 5321, 4.5.1; RFC 2142)."""

    POSTMASTER = "postmaster"
    ABUSE = "abuse"


class NumberAddress(NamedTuple):
    """A phone number written as an address."""

    raw: str  # as given between the brackets
    number_text: str  # digits, an international prefix, separators; not yet known to be a number
    message_class: MessageClass | None  # None leaves it to the sender's setting
    account_slug: str | None  # None leaves it to the sender
    account_id: int | None = None  # the account whose conversation a reply address stands for


class RoleAddress(NamedTuple):
    """An address for the people who run the gateway."""

    raw: str
    role: Role


class ReplyAddress(NamedTuple):
    """An address of ours that stands for a conversation; not yet known to be genuine."""

    raw: str
    tag: str


RecipientAddress = NumberAddress | RoleAddress | ReplyAddress


@dataclass(frozen=True, slots=True)
class Misaddressed:
    """Why an address cannot be served."""

    reason: Reason
    hint: str = ""  # says it more exactly than the words of the reason do


@lru_cache(maxsize=4096)
def read_recipient(path: Path, our_domain: str) -> RecipientAddress | Misaddressed:
    """Read the address of a recipient of ``our_domain`` (lower case) or of an account below it."""
    slug = _account_of(path.domain or our_domain, our_domain)
    if isinstance(slug, Misaddressed):
        return slug
    role = path.local.lower()
    if role in _ROLES:
        return RoleAddress(path.raw, _ROLES[role])
    if reply := _REPLY.match(path.local):
        return ReplyAddress(path.raw, reply[1])
    return _read_number(path, slug)


_ROLES = {role.value: role for role in Role}


def _account_of(domain: str, our_domain: str) -> str | Misaddressed | None:
    if domain == our_domain:
        return None
    if not domain.endswith(f".{our_domain}"):
        return Misaddressed(Reason.RELAYING)
    slug = domain.removesuffix(f".{our_domain}")
    return slug if _ACCOUNT.match(slug) else Misaddressed(Reason.ACCOUNT_UNKNOWN)


def _read_number(path: Path, slug: str | None) -> NumberAddress | Misaddressed:
    # The first plus may open an international number; the next one opens the tag.
    number, plus, tag = _split_tag(path.local)
    if len(path.local) > LOCAL_PART_LENGTH or not _NUMBER.match(number):
        return Misaddressed(Reason.NUMBER_INVALID)
    if not plus:
        return NumberAddress(path.raw, number, None, slug)
    if tag.lower() not in _CLASSES:
        return Misaddressed(Reason.NUMBER_INVALID, UNKNOWN_TAG)
    return NumberAddress(path.raw, number, _CLASSES[tag.lower()], slug)


_CLASSES = {each.value: each for each in MessageClass}


def _split_tag(local: str) -> tuple[str, str, str]:
    head, plus, tag = local[1:].partition("+")
    return local[:1] + head, plus, tag
