"""When a message must say how to stop more of its kind, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from plans.checked import RuleError, Section
from plans.words import MessageClass

_CODE = "{short_code}"
_LINK = "{link}"


class StopMention(StrEnum):
    """How a message tells its reader to unsubscribe."""

    NONE = "none"
    ANSWER = "answer"  # by answering STOP to a short code
    LINK = "link"  # by a web link: where the networks carry no answer


@dataclass(frozen=True, slots=True)
class StopRules:
    """The words of the STOP mention and where an answer reaches us."""

    text: str  # appended to the message as it stands, so it begins with its own space
    link_text: str  # the same with a link, where that takes the place of an answer
    short_code: str  # what is answered to, where the message shows a name
    answerable: frozenset[str]  # destinations (ISO 3166) whose networks carry an answer back


def stop_mention(message_class: MessageClass, destination: str, rules: StopRules, *, in_alerts: bool) -> StopMention:
    """Which mention a message carries: forced in marketing, in alerts by the account's own option ``in_alerts``.

    Outside metropolitan France, where answering is not possible, a link takes its place (terms, special term 4).
    """
    if message_class is MessageClass.ALERT and not in_alerts:
        return StopMention.NONE
    return StopMention.ANSWER if destination in rules.answerable else StopMention.LINK


def stop_rules_from(document: Mapping[str, object]) -> StopRules:
    """Read ``[stop]`` of windows.toml; ``RuleError`` names a key that is missing or wrong."""
    section = Section(document).section("stop")
    section.only({"text", "link_text", "short_code", "answerable"})
    text, link_text, short_code = (section.text(each) for each in ("text", "link_text", "short_code"))
    if _CODE not in text:
        raise RuleError(f"{section.name('text')} must hold {_CODE}")
    if _LINK not in link_text:
        raise RuleError(f"{section.name('link_text')} must hold {_LINK}")
    if not (short_code.isascii() and short_code.isdigit()):
        raise RuleError(f"{section.name('short_code')} must be digits")
    return StopRules(text.replace(_CODE, short_code), link_text, short_code, frozenset(section.texts("answerable")))


def stop_text(mention: StopMention, rules: StopRules, link: str | None) -> str:
    """What is appended to a message; ``link`` is its STOP link, None where none is served.

    Without one the code is named all the same: no way out at all would be worse.
    """
    if mention is StopMention.NONE:
        return ""
    return rules.link_text.replace(_LINK, link) if mention is StopMention.LINK and link else rules.text
