"""From the numbers of all fields to one outcome: the number of the best field, none, or a question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gateway.calendar.extract.outcome import (
    Ambiguous,
    Field,
    Found,
    Nothing,
    Remark,
    Told,
    WhyAmbiguous,
    WhyNothing,
)
from gateway.sms.numbers import Number


class Weighed(NamedTuple):
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


def nothing(weighed: Sequence[Weighed]) -> Nothing:
    """The outcome for an event without a number to text."""
    told = {each.told for each in weighed}
    why = next((why for each, why in _WHY.items() if each in told), WhyNothing.NO_NUMBER)
    return Nothing(why, _remarks(weighed, {}))


def decide(weighed: Sequence[Weighed], *, unreadable_tag: bool, says_no_sms: bool) -> Found | Ambiguous:
    """The outcome for an event with such numbers; all its numbers come in the order of its fields."""
    able = [each for each in weighed if each.number]
    sure = {each.e164 for each in able if not each.doubtful}
    best = _best(able)
    numbers = _numbers(best)
    why = _why_ambiguous(best, numbers, sure, unreadable_tag=unreadable_tag, says_no_sms=says_no_sms)
    if why is WhyAmbiguous.DOUBTFUL:
        numbers = _numbers([each for each in able if each.told is not Told.NOT_THE_CLIENTS])
    if why:
        return Ambiguous(tuple(numbers.values()), why, _remarks(weighed, dict.fromkeys(numbers, Told.CANDIDATE)))
    picked = best[0]
    told = Told.TAGGED if picked.told is Told.TAGGED else Told.PICKED
    number = numbers[picked.e164]
    return Found(number, picked.field, _remarks(weighed, {picked.e164: told}))


def _numbers(weighed: Iterable[Weighed]) -> dict[str, Number]:
    return {each.e164: each.number for each in weighed if each.number}


def _best(able: Sequence[Weighed]) -> list[Weighed]:
    """The tagged numbers, else all of the first field that has a client's, else those that seem somebody else's."""
    tagged = [each for each in able if each.told is Told.TAGGED]
    clients = [each for each in able if each.told is Told.CANDIDATE]
    if tagged or not clients:
        return tagged or list(able)
    return [each for each in able if each.field is clients[0].field]


def _why_ambiguous(
    best: Sequence[Weighed], numbers: dict[str, Number], sure: set[str], *, unreadable_tag: bool, says_no_sms: bool
) -> WhyAmbiguous | None:
    if unreadable_tag:
        return WhyAmbiguous.TAG_UNREADABLE
    if best[0].told is not Told.TAGGED and says_no_sms:
        return WhyAmbiguous.SAYS_NO_SMS
    if len(numbers) > 1:
        return WhyAmbiguous.SEVERAL
    if all(each.told is Told.NOT_THE_CLIENTS for each in best):
        return WhyAmbiguous.NOT_THE_CLIENTS
    return None if best[0].e164 in sure else WhyAmbiguous.DOUBTFUL


def _remarks(weighed: Iterable[Weighed], chosen: Mapping[str, Told]) -> tuple[Remark, ...]:
    """What became of every number, each field and fate once."""
    remarks: list[Remark] = []
    for each in weighed:
        passed_over = each.number and each.told is not Told.NOT_THE_CLIENTS
        told = chosen.get(each.e164) or (Told.PASSED_OVER if passed_over else each.told)
        same = next((index for index, it in enumerate(remarks) if it.told is told and it.field is each.field), None)
        if same is None:
            remarks.append(Remark(told, each.field, (each.e164,)))
        elif each.e164 not in remarks[same].numbers:
            remarks[same] = replace(remarks[same], numbers=(*remarks[same].numbers, each.e164))
    return tuple(remarks)
