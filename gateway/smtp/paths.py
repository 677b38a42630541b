"""The grammar of what follows MAIL FROM: and RCPT TO: (RFC 5321, 4.1.2), read strictly."""

import re
from functools import lru_cache
from typing import NamedTuple

#: Longest address; RFC 5321, 4.5.3.1.3 asks for 256, long bounce addresses need a little more.
ADDRESS_LENGTH = 320

# No comments, no source routes, nothing outside the brackets but parameters: each alternative starts with a character
# that the other cannot start with, so the time is linear.
_PATH = re.compile(
    r"""<(?:
            (?P<local>[^\s@<>"(),:;\\\[\]\x00-\x1f\x7f]+ | "(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*")
            @
            (?P<domain>[^\s@<>"(),:;\\\[\]\x00-\x1f\x7f]+ | \[[0-9A-Za-z:.-]+\])
        )?>
        (?:[ ]+(?P<parameters>[^\s].*))?\Z""",
    re.VERBOSE,
)
_BARE_POSTMASTER = re.compile(r"<(?P<local>postmaster)>\Z", re.IGNORECASE)
_QUOTED_PAIR = re.compile(r"\\(.)")


class Path(NamedTuple):
    """An address between angle brackets."""

    raw: str  # as given, without the brackets; empty for the null path
    local: str  # unquoted
    domain: str  # lower case; empty for the null path and for the bare postmaster
    parameters: str  # what follows the brackets, unread


@lru_cache(maxsize=4096)  # the same few senders and recipients come again and again
def read_path(argument: str, keyword: str) -> Path | None:
    """Read ``FROM:<a@b> SIZE=1`` or ``TO:<a@b>``; None for anything that the grammar does not know."""
    if argument[: len(keyword)].upper() != keyword:
        return None
    text = argument[len(keyword) :].strip(" ")
    found = _PATH.match(text) or _BARE_POSTMASTER.match(text)
    if found is None:
        return None
    local, domain, parameters = (*found.groups(""), "", "")[:3]  # the bare postmaster has but one group
    raw = f"{local}@{domain}" if domain else local
    if len(raw) > ADDRESS_LENGTH:
        return None
    return Path(raw, _unquoted(local), domain.lower(), parameters)


def _unquoted(local: str) -> str:
    return _QUOTED_PAIR.sub(r"\1", local[1:-1]) if local.startswith('"') else local
