"""What a practitioner writes into an event for us: ``#nosms``, ``#skip``, ``sms:``, and "pas de SMS" in words."""

import re

_NOT_TO = re.compile(r"(?<![\w/])#(?:nosms|skip)\b", re.IGNORECASE)
_TAG = re.compile(r"(?<!\w)sms ?[:=] ?\(?\+?\d(?:[ .()/-]{0,3}\d){5}", re.IGNORECASE)
_IN_WORDS = re.compile(
    r"\b(?:(?:pas|plus|jamais) de |sans |aucun |no |stop )(?:sms|textos?|rappel sms)\b"
    r"|\bne (?:pas|plus) (?:lui )?envoyer (?:de |d')?(?:sms|texto)"
    r"|\b(?:don't|do not) (?:text|send (?:a |any )?(?:sms|texts?))\b|\bno texts?\b",
    re.IGNORECASE,
)


def tells_not_to(text: str) -> bool:
    """Whether ``#nosms`` or ``#skip`` stands in the text, normalised or not."""
    return _NOT_TO.search(text) is not None


def sms_tags(text: str) -> int:
    """How many times ``sms:`` stands before digits."""
    return len(_TAG.findall(text))


def says_no_sms(text: str) -> bool:
    """Whether the words ask for no SMS, as a person would write it to a person."""
    return _IN_WORDS.search(text) is not None
