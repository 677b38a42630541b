"""From the numbers of all fields to one outcome: the number of the best field, none, or a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.calendar.extract.outcome import (
    Ambiguous,
    Field,
    Found,
    Nothing,
    Outcome,
    Remark,
    Told,
    WhyAmbiguous,
    WhyNothing,
)
from gateway.sms.numbers import Number


@dataclass(frozen=True, slots=True)
class Weighed:
    """A number of a field, and what was found about it."""

    field: Field
    e164: str
    told: Told  # TAGGED, CANDIDATE, NOT_THE_CLIENTS, or why it was set aside
    number: Number | None = None  # for those first three
    doubtful: bool = False


#: Why nothing was found, by what was found about the numbers, the nearest to an SMS first.
_WHY = {
    Told.BLOCKED: WhyNothing.BLOCKED,
    Told.OWN: WhyNothing.OWN,
    Told.LANDLINE: WhyNothing.LANDLINE,
    Told.NOT_MOBILE: WhyNothing.NOT_MOBILE,
    Told.CONFERENCE: WhyNothing.CONFERENCE,
}


def decide(weighed: Sequence[Weighed], *, unreadable_tag: bool, says_no_sms: bool) -> Outcome:
    """One outcome for the numbers of an event, which come in the order of its fields."""
    able = [each for each in weighed if each.number]
    if not able:
        return Nothing(_why_nothing(weighed), _remarks(weighed, {}))
    sure = {each.e164 for each in able if not each.doubtful}
    best = _best(able)
    numbers = _numbers(best)
    why = _why_ambiguous(best, numbers, sure, unreadable_tag=unreadable_tag, says_no_sms=says_no_sms)
    if why is WhyAmbiguous.DOUBTFUL:
        numbers = _numbers([each for each in able if each.told is best[0].told])
    if why:
        return Ambiguous(tuple(numbers.values()), why, _remarks(weighed, dict.fromkeys(numbers, Told.CANDIDATE)))
    picked = best[0]
    told = Told.TAGGED if picked.told is Told.TAGGED else Told.PICKED
    number = numbers[picked.e164]
    return Found(number, picked.field, _remarks(weighed, {picked.e164: told}))


def _numbers(weighed: Iterable[Weighed]) -> dict[str, Number]:
    return {each.e164: each.number for each in weighed if each.number}


def _best(able: Sequence[Weighed]) -> list[Weighed]:
    """The tagged numbers, else those of the first field that has a client's, else those that seem somebody else's."""
    for told in (Told.TAGGED, Told.CANDIDATE):
        of_this = [each for each in able if each.told is told]
        if of_this and told is Told.TAGGED:
            return of_this
        if of_this:
            return [each for each in of_this if each.field is of_this[0].field]
    return list(able)


def _why_ambiguous(
    best: Sequence[Weighed], numbers: dict[str, Number], sure: set[str], *, unreadable_tag: bool, says_no_sms: bool
) -> WhyAmbiguous | None:
    if unreadable_tag:
        return WhyAmbiguous.TAG_UNREADABLE
    if best[0].told is not Told.TAGGED and says_no_sms:
        return WhyAmbiguous.SAYS_NO_SMS
    if len(numbers) > 1:
        return WhyAmbiguous.SEVERAL
    if best[0].told is Told.NOT_THE_CLIENTS:
        return WhyAmbiguous.NOT_THE_CLIENTS
    return None if best[0].e164 in sure else WhyAmbiguous.DOUBTFUL


def _why_nothing(weighed: Iterable[Weighed]) -> WhyNothing:
    told = {each.told for each in weighed}
    return next((why for each, why in _WHY.items() if each in told), WhyNothing.NO_NUMBER)


def _remarks(weighed: Iterable[Weighed], chosen: dict[str, Told]) -> tuple[Remark, ...]:
    """What became of every number, each field and fate once."""
    numbers: dict[tuple[Told, Field], dict[str, None]] = {}
    for each in weighed:
        passed_over = each.number and each.told is not Told.NOT_THE_CLIENTS
        told = chosen.get(each.e164) or (Told.PASSED_OVER if passed_over else each.told)
        numbers.setdefault((told, each.field), {})[each.e164] = None
    return tuple(Remark(told, field, tuple(each)) for (told, field), each in numbers.items())
