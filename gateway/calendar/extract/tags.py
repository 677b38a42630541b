"""What stands in an event for us: ``#nosms``, ``#skip``, ``sms:``, "pas de SMS" and "annulé" in words."""

import re

_NOT_TO = re.compile(r"#(?<![\w/].)(?:nosms|skip)\b", re.IGNORECASE)
_TAG = re.compile(r"[Ss][Mm][Ss](?<!\w...) ?[:=] ?\(?\+?\d(?:[ .()/-]{0,3}\d){7}")
_NEAR = ("sms", "SMS", "Sms", "text", "Text", "TEXT")  # to fold the case of everything would take longer
_IN_WORDS = re.compile(
    r"\bno-?sms\b|(?:(?:pas|plus|jamais) de |sans |aucun |no |stop )(?:sms|textos?|rappel sms)\b"
    r"|\bne (?:pas|plus) (?:lui )?envoyer (?:de |d')?(?:sms|texto)"
    r"|\b(?:don['\u2019]t|do not) (?:text|send (?:a |any )?(?:sms|texts?))\b|\bno texts?\b"
)

_OFF = (
    r"(?<!non )(?<!pas )(?<!not )\b"
    r"(?:annul(?:é|e\u0301?)e?s?|cancell?ed|abgesagt|geannuleerd|annullat[oa]|cancelad[oa])(?!\w)"
)
_CANCELLED = re.compile(rf"^\W*{_OFF}(?! et remplace)|{_OFF}\s?:|[(\[]\s?{_OFF}\s?[)\]]|{_OFF}\W*$")


def tells_not_to(text: str) -> bool:
    """Whether ``#nosms`` or ``#skip`` stands in the text, normalised or not."""
    return "#" in text and _NOT_TO.search(text) is not None


def sms_tags(text: str) -> int:
    """How many times ``sms:`` stands before what may be meant as a number, in a normalised text."""
    return len(_TAG.findall(text)) if ":" in text or "=" in text else 0


def says_no_sms(text: str) -> bool:
    """Whether the words ask for no SMS, as a person would write it to a person."""
    return any(word in text for word in _NEAR) and _IN_WORDS.search(text.lower()) is not None


def says_cancelled(title: str) -> bool:
    """Whether a title says that its event does not take place, at its beginning or end, in brackets or before a colon.

    Outlook puts "Canceled: " before the title of what its organiser called off, and publishes it as confirmed
    (github.com/derekantrican/GAS-ICS-Sync, issue 218); people write it there, too.
    """
    low = title.lower()
    may = "nnul" in low or "ancel" in low or "gesagt" in low  # looking for the words takes far longer
    return may and _CANCELLED.search(low) is not None
