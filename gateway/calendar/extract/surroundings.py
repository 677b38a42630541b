"""What the words beside a number say about it: an identifier, a price, somebody else's number."""

import re
from enum import Enum, auto

from gateway.calendar.extract.matching import Sighting

#: Characters of a line that are read before and after a number.
_BEFORE, _AFTER = 80, 40


class Hint(Enum):
    """What a number seems to be besides a client's."""

    TAGGED = auto()  # ``sms:`` stands before it
    DIAL_IN = auto()  # a code to key in stands after it
    LOOK_ALIKE = auto()
    DOUBTFUL = auto()  # named as an identifier, typed as a number; or with digits too many
    NOT_THE_CLIENTS = auto()


_TAG = re.compile(r"(?<!\w)sms ?[:=] ?\(?\Z")
_KEYED = re.compile(r" ?(?:,,|#(?!\w)|\*\d)|[ ,;(|-]{0,3}(?:pin|code|passcode|access|conf)\b[^|\d]{0,20}\d")
_KEYS_BEFORE = re.compile(r",,\Z")

_IDENTIFIERS = re.compile(
    r"(?<!\w)(?:r[ée]f(?:[ée]rences?)?|dossiers?|commandes?|cmd|bc|bl|devis|factures?|avoir|tickets?|colis|suivi|tracking"
    r"|contrat|police|sinistre|matricule|badge|compte|adh[ée]rent|id|identifiant|code(?: [a-zé']+){0,2}|digicode"
    r"|interphone|portail|alarme|coffre|cl[ée]s?|pin|mot de passe|mdp|password|passcode|siret|siren|rcs|tva|naf"
    r"|rpps|adeli|finess|amo|nir|nss|s[ée]cu(?:rit[ée] sociale)?|iban|bic|rib|neph|permis|vin|immat(?:riculation)?"
    r"|s[ée]rie|serial|s/n|imei|lot|ean|isbn|passeport|cni|order|invoice|booking|r[ée]servation|case|account|policy"
    r"|pedido|expediente|ordine|pratica|fattura|codice|bestellung|auftrag|rechnung|aktenzeichen|kundennummer"
    r"|vol|puce|tatouage|icad|meeting id|id de r[ée]union|conf[ée]rence)"
    r"(?:[ .:=#(-]|n[°ºo]|num(?:[ée]ro)?|nr|no|number|client|patient)*\Z"
)
_MONEY_AFTER = re.compile(r" ?(?:€|\$|£|eur(?:os?)?\b|chf\b|dhs?\b|km\b|kg\b)")
_MONEY_BEFORE = re.compile(r"[€$£] ?\Z")
_GLUED_CODE = re.compile(r"(?<![^\W_])[A-Z]{1,4}\Z")
_HYPHENED_CODE = re.compile(r"(?<![^\W_])[A-Z]{1,4}-\Z")
_GLUED_LETTER = re.compile(r"[^\W\d_](?![^\W\d_])")

#: Where what was said about another number, or in another sentence, ends.
_BREAKS = re.compile(r"\d\d[ .-]?\d\d|[|;!?]|\. ")

_TO_THE_READER = re.compile(
    r"(?<!\w)(?:appelez|contactez|t[ée]l[ée]phonez|pr[ée]venez|composez|joignez"
    r"|nous (?:appeler|contacter|joindre|pr[ée]venir|t[ée]l[ée]phoner|rappeler)"
    r"|pour (?:annuler|d[ée]placer|modifier|reporter|d[ée]commander)"
    r"|en cas d[' ](?:emp[êe]chement|annulation|absence|urgence|impr[ée]vu)"
    r"|si vous|notre|mon (?:num[ée]ro|portable|tel)|call us|contact us|reach us|text us|our|to (?:cancel|reschedule)"
    r"|if you|my (?:number|mobile|cell)"
    r"|ancien(?:ne)?s?|ne (?:plus|pas) (?:appeler|utiliser|contacter|rappeler|joindre)"
    r"|(?:faux|mauvais) (?:num[ée]ro|n°)"
    r"|old (?:number|mobile|phone)|wrong number|do not (?:call|use|text)|don't (?:call|use|text))(?!\w)"
)
_OF_A_DESK = re.compile(
    r"(?<!\w)(?:cabinet|secr[ée]tariat|standard|accueil|salon|garage|agence|bureau|hotline|support|fax)"
    r"(?:[ .:=(-]|au|t[ée]l(?:[ée]phone)?)*\Z"
)
_DESK_AFTER = re.compile(
    r" ?[(-]? ?(?:ancien|old|plus valable|ne fonctionne plus|hors service|secr[ée]tariat|cabinet\)|standard)"
)


def hint(text: str, seen: Sighting) -> Hint | None:
    """The weightiest thing that the line says about the number; None where it says nothing."""
    before, after = _line_before(text, seen.start), text[seen.end : seen.end + _AFTER].partition("\n")[0]
    low_before, low_after = before.lower(), after.lower()
    if _KEYED.match(low_after) or _KEYS_BEFORE.search(before):
        return Hint.DIAL_IN
    if _TAG.search(low_before):
        return Hint.TAGGED
    if _MONEY_AFTER.match(low_after) or _MONEY_BEFORE.search(before) or _GLUED_CODE.search(before):
        return Hint.LOOK_ALIKE
    if _IDENTIFIERS.search(low_before):
        return Hint.DOUBTFUL if seen.grouped else Hint.LOOK_ALIKE
    said = _BREAKS.split(low_before)[-1]
    if _TO_THE_READER.search(said) or _OF_A_DESK.search(said) or _DESK_AFTER.match(low_after):
        return Hint.NOT_THE_CLIENTS
    return Hint.DOUBTFUL if seen.crowded or _HYPHENED_CODE.search(before) or _GLUED_LETTER.match(after) else None


def _line_before(text: str, position: int) -> str:
    return text[max(position - _BEFORE, 0) : position].rpartition("\n")[2]
