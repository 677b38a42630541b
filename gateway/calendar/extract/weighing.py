"""What each number of a field is worth: the client's, somebody else's, or none to text."""

from collections.abc import Iterable, Iterator

from gateway.calendar.extract.conference import Span, blocks
from gateway.calendar.extract.matching import Sighting, sightings
from gateway.calendar.extract.outcome import ExtractionSettings, Field, Told
from gateway.calendar.extract.scoring import Weighed
from gateway.calendar.extract.surroundings import Hint, hint
from gateway.sms.numbers import NumberProblem
from plans.words import Reason


def weigh(field: Field, text: str, settings: ExtractionSettings) -> Iterator[Weighed]:
    """The numbers of a normalised text, in order, each with what was found about it."""
    seen = sightings(text, (settings.default_region, *settings.extra_regions), sandbox=settings.sandbox)
    dialled: list[Span] | None = None
    for each in seen:
        hinted = hint(text, each)
        if dialled is None and field is not Field.TITLE and _may_be_dialled(text, each):
            dialled = blocks(text)
        told = _set_aside(each, hinted, dialled or (), settings)
        if told:
            yield Weighed(field, each.e164, told)
        elif isinstance(each.judged, NumberProblem):
            yield Weighed(field, each.e164, _fault(each.judged))
        else:
            yield Weighed(field, each.e164, _standing(hinted), each.judged, doubtful=hinted is Hint.DOUBTFUL)


def _may_be_dialled(text: str, seen: Sighting) -> bool:
    """Whether an invitation may have written the number: they give bridges, and those in international form."""
    return not seen.plainly_mobile and (text[seen.start] == "+" or not isinstance(seen.judged, NumberProblem))


def _set_aside(
    seen: Sighting, hinted: Hint | None, dialled: Iterable[Span], settings: ExtractionSettings
) -> Told | None:
    if hinted is Hint.DIAL_IN:
        return Told.CONFERENCE
    if hinted is Hint.LOOK_ALIKE:
        return Told.LOOK_ALIKE
    if settings.blocked and seen.e164.startswith(tuple(settings.blocked)):
        return Told.BLOCKED
    if hinted is not Hint.TAGGED and seen.e164 in settings.own:
        return Told.OWN
    if not seen.plainly_mobile and any(start <= seen.start < end for start, end in dialled):
        return Told.CONFERENCE
    return None


def _standing(hinted: Hint | None) -> Told:
    if hinted is Hint.TAGGED:
        return Told.TAGGED
    return Told.NOT_THE_CLIENTS if hinted is Hint.NOT_THE_CLIENTS else Told.CANDIDATE


def _fault(problem: NumberProblem) -> Told:
    return Told.LANDLINE if problem.reason is Reason.NUMBER_LANDLINE else Told.NOT_MOBILE
