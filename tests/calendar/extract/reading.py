"""How the tests of extraction read an event: in France, where the fictional mobiles count as mobile."""

from dataclasses import replace

from gateway.calendar.extract import (
    Ambiguous,
    EventText,
    ExtractionSettings,
    Found,
    Nothing,
    Outcome,
    WhyAmbiguous,
    WhyNothing,
    extract,
    usual_extra_regions,
)

FRANCE = ExtractionSettings("FR", usual_extra_regions("FR"), sandbox=True)
ANNE, BEN, CARL = "+33639981234", "+33639985678", "+33639980001"


def read(title: str = "", location: str = "", description: str = "", **settings: object) -> Outcome:
    """The outcome for an event; ``settings`` differ from those of France."""
    return extract(EventText(title, location, description), replace(FRANCE, **settings))  # type: ignore[arg-type] # named by tests


def found(outcome: Outcome) -> str | None:
    """The number that was found; None where there is none, or a question."""
    return outcome.number.e164 if isinstance(outcome, Found) else None


def why(outcome: Outcome) -> WhyNothing | WhyAmbiguous | None:
    """Why no number was found."""
    return outcome.reason if isinstance(outcome, Nothing | Ambiguous) else None
