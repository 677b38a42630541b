"""What a delivery receipt says, out of its TLVs where it has them, else out of its text."""

import re
from functools import lru_cache
from typing import NamedTuple

from gateway.sms.carriers.names import code, name
from gateway.sms.carriers.smpp.pdus import ShortMessage
from gateway.sms.carriers.smpp.settings import MessageIds
from gateway.sms.carriers.smpp.words import INTERMEDIATE, MESSAGE_TYPE, RECEIPT, Tag
from gateway.sms.words import MessageState

#: message_state (SMPP 3.4, 5.2.28).
_BY_NUMBER = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}

#: What is final; ENROUTE, ACCEPTD, BUFFERED and whatever else carriers invent is not.
_FINAL = {
    "DELIVRD": MessageState.DELIVERED,
    "DELIVER": MessageState.DELIVERED,  # written out
    "EXPIRED": MessageState.EXPIRED,
    "DELETED": MessageState.FAILED,
    "UNDELIV": MessageState.FAILED,
    "UNKNOWN": MessageState.FAILED,  # the network has lost it
    "REJECTD": MessageState.FAILED,
    "REJECTE": MessageState.FAILED,
    "FAILED": MessageState.FAILED,
}

#: The text is only an example in the specification (appendix B), so every carrier writes it in a way of its own. Dates
#: are not read: they come with 10, 12 or 14 digits, in the time of a place that nobody names.
_FIELD = re.compile(r"\b(id|stat|err)\s*:\s*([^\s;,]*)", re.IGNORECASE)
_QUOTED = re.compile(r"\btext\s*:", re.IGNORECASE)

#: That example to the letter, as most write it: found in a tenth of the time.
_EXAMPLE = re.compile(
    rb"id:([\w-]+) sub:\d* dlvrd:\d* submit date:\d* done date:\d* stat:(\w+) err:(\w+) text:", re.IGNORECASE
)

_Fields = tuple[str, str, str]  # id, stat, err; empty where it does not say


class Report(NamedTuple):
    """What a receipt says about one part."""

    message_id: str  # in the words of the answer to its submit_sm; empty where no message can be called so
    state: MessageState | None  # None: not final, nothing to do
    code: str  # state and error, as the carrier wrote them
    echo: int | None  # of ``echo_of``, where the carrier gives it back


def is_receipt(message: ShortMessage) -> bool:
    """Whether this is news about what was sent, and no SMS of somebody."""
    kind = message.esm_class & MESSAGE_TYPE
    return kind in {RECEIPT, INTERMEDIATE} or Tag.RECEIPTED_MESSAGE_ID in message.tlvs


def read_report(message: ShortMessage, ids: MessageIds) -> Report:
    """Read a receipt; what it does not say is empty."""
    said, state, error = _fields(message.content)
    tlvs = message.tlvs
    named = tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1") or said if tlvs else said
    number = tlvs.get(Tag.MESSAGE_STATE, b"")
    word = _BY_NUMBER.get(number[0], "") if number else state.upper()
    final = None if message.esm_class & MESSAGE_TYPE == INTERMEDIATE else _FINAL.get(word[:7])
    return Report(
        name(as_answered(named, ids)) or "", final, _code(word, error or _network_error(message)), _echo(message)
    )


_code = lru_cache(maxsize=1_000)(code)  # most say the same


def as_answered(receipted: str, ids: MessageIds) -> str:
    """The message_id of a receipt in the words of the answer, brought to its normal form."""
    try:
        match ids:
            case MessageIds.HEX_TO_DECIMAL:
                return str(int(receipted, 16))
            case MessageIds.DECIMAL_TO_HEX:
                return f"{int(receipted):x}"
            case _:
                return normal(receipted, ids)
    except ValueError:
        return receipted


def normal(message_id: str, ids: MessageIds) -> str:
    """The normal form of what an answer names: the same number is one name, however many zeros lead it."""
    return message_id if ids is MessageIds.AS_IS else message_id.lower().lstrip("0") or message_id[-1:]


def _fields(content: bytes) -> _Fields:
    if example := _EXAMPLE.match(content):
        named, state, error = example.groups()
        return named.decode("ascii"), state.decode("ascii"), error.decode("ascii")
    found = _searched(content.decode("latin-1"))
    return found.get("id", ""), found.get("stat", ""), found.get("err", "")


def _searched(text: str) -> dict[str, str]:
    """The fields before the quoted text, then those after it: what a person wrote there must not win."""
    quoted = _QUOTED.search(text)
    before, after = (text[: quoted.start()], text[quoted.end() :]) if quoted else (text, "")
    found: dict[str, str] = {}
    for piece in (before, after):
        for key, value in _FIELD.findall(piece):
            found.setdefault(key.lower(), value)
    return found


def _network_error(message: ShortMessage) -> str:
    """The code of the network (5.3.2.31), which is the kind of network and a number."""
    code = message.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    return f"{code[0]}:{int.from_bytes(code[1:], 'big')}" if len(code) == 3 else ""


def _echo(message: ShortMessage) -> int | None:
    echoed = message.tlvs.get(Tag.USER_MESSAGE_REFERENCE)
    return None if echoed is None or len(echoed) != 2 else int.from_bytes(echoed, "big")
