"""What extraction is asked and what it answers: one number, none, or a question for the practitioner."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.sms.numbers import Number

#: Overseas territories whose numbers mainland France writes in national form.
FRENCH_OVERSEAS = ("RE", "GP", "MQ", "GF", "YT")


class Field(StrEnum):
    """Where in an event a number stands."""

    TITLE = "title"
    LOCATION = "location"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class EventText:
    """The text of an event as its calendar gives it; the description may be HTML."""

    title: str | None = None
    location: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """How an account reads its events."""

    default_region: str = "FR"  # ISO 3166: numbers in national form are read there first
    extra_regions: tuple[str, ...] = ()  # tried, in order, where the default region finds no number
    field_order: tuple[Field, ...] = (Field.TITLE, Field.LOCATION, Field.DESCRIPTION)  # one left out is not read
    own: frozenset[str] = frozenset()  # the practice's own numbers, E.164
    blocked: frozenset[str] = frozenset()  # numbers never to text, E.164 or the beginnings of such
    sandbox: bool = False  # the fictional French mobiles count as mobile


def usual_extra_regions(default_region: str) -> tuple[str, ...]:
    """The extra regions of an account that has chosen none."""
    return FRENCH_OVERSEAS if default_region == "FR" else ()


class Told(StrEnum):
    """What became of the numbers of a remark."""

    PICKED = "picked"
    TAGGED = "tagged"  # picked because ``sms:`` stands before it
    CANDIDATE = "candidate"  # one of several, or a doubtful one
    PASSED_OVER = "passed_over"  # a good number, but a better field or a tag names another
    NOT_THE_CLIENTS = "not_the_clients"  # the words before it say so: "to cancel, please call"
    LANDLINE = "landline"
    NOT_MOBILE = "not_mobile"  # toll-free, shared cost, Internet telephony, satellite
    CONFERENCE = "conference"  # the dial-in of a conference
    LOOK_ALIKE = "look_alike"  # an order number, an identifier or a price with the digits of a number
    OWN = "own"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Remark:
    """One fact about one field, for the explanation of an event; it holds no text but numbers."""

    told: Told
    field: Field
    numbers: tuple[str, ...]  # E.164, each once, in the order of the text


class WhyNothing(StrEnum):
    """Why there is no number to text: the obstacle of the number that came nearest."""

    NO_NUMBER = "no_number"
    TOLD_NOT_TO = "told_not_to"  # #nosms or #skip
    CANCELLED = "cancelled"  # in the words of its title
    BLOCKED = "blocked"
    OWN = "own"
    LANDLINE = "landline"
    NOT_MOBILE = "not_mobile"
    CONFERENCE = "conference"


class WhyAmbiguous(StrEnum):
    """Why a person has to say which number is right."""

    SEVERAL = "several"  # several numbers, none better than the others
    DOUBTFUL = "doubtful"  # it may be a number mistyped, or an identifier
    NOT_THE_CLIENTS = "not_the_clients"  # the only number seems to be somebody else's
    TAG_UNREADABLE = "tag_unreadable"  # ``sms:`` without a number that can be read
    SAYS_NO_SMS = "says_no_sms"  # "pas de SMS", in words


@dataclass(frozen=True, slots=True)
class Found:
    """The one number to text."""

    number: Number
    field: Field
    explained: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No number to text."""

    reason: WhyNothing
    explained: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Numbers among which nothing but a person may choose; none is texted until one did."""

    candidates: tuple[Number, ...]
    reason: WhyAmbiguous
    explained: tuple[Remark, ...]


Outcome = Found | Nothing | Ambiguous
