"""What an SMS that somebody sent means and changes: STOP and START are obeyed, the rest goes to whoever it is for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from gateway.accounts import inbound_numbers
from gateway.accounts.inbound_numbers import spelling
from gateway.accounts.tables import account
from gateway.accounts.words import StopScope
from gateway.engine.database import Stamp
from gateway.sms import optouts
from gateway.sms.answers import enter_answer
from gateway.sms.arrivals import Arrival
from gateway.sms.conversations import Came, Memory, Place, anybody, phone_of, place, sent_to
from gateway.sms.inbound_tables import inbound_sms
from gateway.sms.keywords import Keywords, meaning_of
from gateway.sms.policy import Rules
from gateway.sms.verdicts import Verdict, verdicts
from gateway.sms.words import Meaning, Source
from gateway.wording import Language, Wording
from plans.words import Origin


@dataclass(frozen=True, slots=True)
class Hearing:
    """By what people are understood."""

    rules: Rules
    keywords: Keywords
    wording: Wording
    memory: Memory = field(default_factory=Memory)
    patience: timedelta = timedelta(minutes=30)  # for parts that have not come


@dataclass(frozen=True, slots=True)
class _Heard:
    """An SMS, the phone that it came from, whose it is and what it says."""

    arrival: Arrival
    phone: str  # E.164, or as the carrier writes it where it is no mobile: nobody can answer that
    place: Place | None
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the clients concerned have chosen."""

    scopes: Mapping[int, StopScope]
    languages: Mapping[int, Language]


def understand(connection: Connection, stamp: Stamp, hearing: Hearing, arrivals: Sequence[Arrival]) -> None:
    """Record each SMS, act upon it, and leave it for the rooms that must know."""
    heard = _hear(connection, hearing, arrivals)
    silenced = {each.phone: optouts.silenced(connection, each.phone) for each in heard if each.meaning is Meaning.START}
    concerned = {account_id for each in heard for account_id in _meant(each.place)}
    settings = _settings(connection, concerned.union(*silenced.values()))
    for each in heard:
        for verdict in verdicts(each.meaning, each.place, silenced.get(each.phone, ()), settings.scopes):
            language = settings.languages.get(verdict.account_id, Language.EN)
            _act(connection, stamp, each, verdict, _text(hearing.wording, each.arrival, language))


def _hear(connection: Connection, hearing: Hearing, arrivals: Sequence[Arrival]) -> list[_Heard]:
    rules = hearing.rules
    numbers = {each.inbound_id: phone_of(each.sender, sandbox=rules.sandbox) for each in arrivals}
    sent = sent_to(connection, {number.e164 for number in numbers.values() if number})
    owners = inbound_numbers.owners(connection, {spelling(each.recipient) for each in arrivals})
    heard = []
    for each in arrivals:
        number, ours = numbers[each.inbound_id], spelling(each.recipient)
        if number is None:
            heard.append(_Heard(each, each.sender, None, Meaning.TEXT))
            continue
        came = Came(each.carrier, number.e164, ours, each.received_at)
        whose = place(came, sent[number.e164], owners.get(ours), rules.stop.short_code, hearing.memory)
        meaning = _meaning(each, number.destination, whose, hearing.keywords)
        if meaning is Meaning.STOP and whose is None:
            whose = anybody(came, sent[number.e164], hearing.memory)
        heard.append(_Heard(each, number.e164, whose, meaning))
    return heard


def _meaning(arrival: Arrival, destination: str, whose: Place | None, keywords: Keywords) -> Meaning:
    """An SMS of which a part is missing is no keyword: what else it said is not known."""
    if arrival.joined.missing:
        return Meaning.TEXT
    about = whose.about if whose else None
    to_reminder = about is not None and about.origin is Origin.CALENDAR
    return meaning_of(arrival.joined.text(str), destination, keywords, to_reminder=to_reminder)


def _meant(whose: Place | None) -> list[int]:
    return [whose.account_id, *(each.account_id for each in whose.others)] if whose else []


def _settings(connection: Connection, account_ids: Collection[int]) -> _Settings:
    row = account.c
    rows = connection.execute(
        select(row.account_id, row.stop_scope, row.language).where(row.account_id.in_(account_ids))
    ).all()
    return _Settings(
        {each.account_id: each.stop_scope for each in rows}, {each.account_id: each.language for each in rows}
    )


def _text(wording: Wording, arrival: Arrival, language: Language) -> str:
    return arrival.joined.text(lambda number: wording.phrase("part_missing", language, number=number))


def _act(connection: Connection, stamp: Stamp, heard: _Heard, verdict: Verdict, text: str) -> None:
    """Change what the verdict changes, write the SMS down, and tell its readers."""
    if verdict.silences is not None:
        optouts.stop(connection, stamp, verdict.account_id, heard.phone, voice=verdict.silences, source=Source.SMS)
    if verdict.lifts:
        optouts.lift(connection, stamp, verdict.account_id, heard.phone)
    _keep(connection, heard, verdict, text)
    for reader in verdict.readers:
        enter_answer(connection, stamp, verdict.account_id, heard.arrival.inbound_id, reader)


def _keep(connection: Connection, heard: _Heard, verdict: Verdict, text: str) -> None:
    arrival = heard.arrival
    connection.execute(
        insert(inbound_sms).values(
            account_id=verdict.account_id,
            inbound_id=arrival.inbound_id,
            carrier=arrival.carrier,
            sender=heard.phone,
            recipient=spelling(arrival.recipient),
            body=text,
            missing_parts=len(arrival.joined.missing),
            meaning=verdict.meaning,
            message_id=verdict.about.message_id if verdict.about else 0,
            ambiguous=verdict.ambiguous,
            sent_at=arrival.sent_at,
            received_at=arrival.received_at,
        )
    )
