"""What a practitioner writes into an event for us: ``#nosms``, ``#skip``, ``sms:``, and "pas de SMS" in words."""

import re

_NOT_TO = re.compile(r"#(?<![\w/].)(?:nosms|skip)\b", re.IGNORECASE)
_TAG = re.compile(r"[Ss][Mm][Ss](?<!\w...) ?[:=] ?\(?\+?\d(?:[ .()/-]{0,3}\d){7}")
_NEAR = ("sms", "SMS", "Sms", "text", "Text", "TEXT")  # to fold the case of everything would take longer
_IN_WORDS = re.compile(
    r"\bno-?sms\b|(?:(?:pas|plus|jamais) de |sans |aucun |no |stop )(?:sms|textos?|rappel sms)\b"
    r"|\bne (?:pas|plus) (?:lui )?envoyer (?:de |d')?(?:sms|texto)"
    r"|\b(?:don['\u2019]t|do not) (?:text|send (?:a |any )?(?:sms|texts?))\b|\bno texts?\b"
)


def tells_not_to(text: str) -> bool:
    """Whether ``#nosms`` or ``#skip`` stands in the text, normalised or not."""
    return "#" in text and _NOT_TO.search(text) is not None


def sms_tags(text: str) -> int:
    """How many times ``sms:`` stands before what may be meant as a number, in a normalised text."""
    return len(_TAG.findall(text)) if ":" in text or "=" in text else 0


def says_no_sms(text: str) -> bool:
    """Whether the words ask for no SMS, as a person would write it to a person."""
    return any(word in text for word in _NEAR) and _IN_WORDS.search(text.lower()) is not None
