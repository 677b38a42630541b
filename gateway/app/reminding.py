"""The commands about reminders: their ledger, why one was or was not sent, what the next will say, and the rules."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Encoding
from gateway.app.calendar_settings import put
from gateway.app.calendars import find
from gateway.app.paging import newest_first
from gateway.billing.rules import BillingRules
from gateway.calendar import calendars, changing, ledger
from gateway.calendar.ledger import Line, Story
from gateway.calendar.marks import MARKS
from gateway.calendar.polling import AHEAD
from gateway.calendar.schedule import describe, parse_rule
from gateway.calendar.texts import voice_of
from gateway.calendar.upcoming import Coming, upcoming
from gateway.calendar.wording import cautions
from gateway.calendar.words import MarkState, ReminderState
from gateway.engine.database import Stamp
from gateway.sms.policy import Rules
from gateway.wording import Language, read_wording


def listing(
    connection: Connection,
    *,
    account: str,
    calendar: str | None = None,
    state: ReminderState | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """The reminders of an account, those that were planned last first."""
    account_id = clients.find(connection, account).account_id
    calendar_id = find(connection, account, calendar).calendar_id if calendar else None
    pages = partial(ledger.listing, connection, account_id, state=state, calendar_id=calendar_id)
    return map(line, newest_first(pages, ledger.MOST, limit))


def why(connection: Connection, *, account: str, event: str) -> Iterator[dict[str, Any]]:
    """What became of each reminder of an event, and how its number was found; one answer for each occurrence."""
    account_id = clients.find(connection, account).account_id
    found = ledger.stories(connection, account_id, event)
    if not found:
        raise Refused(
            f"No event {event!r} is known.",
            "Name it by the id that `gateway reminder list` shows, by its UID, or by the id of its provider; "
            f"one whose reminders lie more than {AHEAD.days} days ahead is not read yet.",
        )
    return map(story, found)


def preview(
    connection: Connection,
    now: datetime,
    rules: Rules,
    billing: BillingRules,
    *,
    account: str,
    calendar: str | None = None,
) -> Iterator[Any]:
    """What the next reminders of a calendar, or of all, will say and cost, and when they leave; nothing is changed."""
    of_all = calendars.of_account(connection, clients.find(connection, account).account_id)
    chosen = [find(connection, account, calendar)] if calendar else [each for each in of_all if each.enabled_at]
    return (_coming(each) for one in chosen for each in upcoming(connection, now, rules, billing, one))


def add_rule(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, calendar: str, rule: str
) -> dict[str, Any]:
    """Have one more reminder sent for each event, from now on."""
    found = find(connection, account, calendar)
    return put(connection, stamp, actor, (found, changing.add_rule(found.settings, stamp, rule)))


def remove_rule(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, calendar: str, rule: str
) -> dict[str, Any]:
    """Have one reminder less sent."""
    found = find(connection, account, calendar)
    return put(connection, stamp, actor, (found, changing.remove_rule(found.settings, rule)))


def list_rules(connection: Connection, *, account: str, calendar: str) -> Iterator[dict[str, Any]]:
    """The rules of a calendar, in words."""
    for each in find(connection, account, calendar).settings.rules:
        told = describe(parse_rule(each.word), read_wording(), Language.EN)
        yield {"rule": each.word, "since": each.since, "means": told}


def show_template(connection: Connection, *, account: str, calendar: str) -> dict[str, Any]:
    """What the reminders of a calendar say, and what should be known of it."""
    found = find(connection, account, calendar)
    voice = voice_of(found)
    warned = cautions(voice.usual, voice.practice, voice.style, Encoding.SMART)
    return {
        "template": voice.usual.source,
        "own": found.settings.template is not None,
        "language": voice.style.language,
        "warnings": [each.words(read_wording(), Language.EN) for each in warned],
    }


def set_template(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    calendar: str,
    text: str | None = None,
) -> dict[str, Any]:
    """Have the reminders of a calendar say something else; without ``text``, what ships."""
    found = find(connection, account, calendar)
    put(connection, stamp, actor, (found, replace(found.settings, template=text)))
    return show_template(connection, account=account, calendar=calendar)


def line(each: Line) -> dict[str, Any]:
    """A reminder under the names that programs rely on, with its reason in words."""
    told = {"event_id" if name == "event" else name: value for name, value in asdict(each).items()}
    return {**told, "because": _because(each)}


def story(each: Story) -> dict[str, Any]:
    """An event with all its reminders."""
    told = asdict(each)
    told["reminders"] = [line(one) for one in each.lines]
    del told["lines"], told["mark"], told["mark_state"]
    remarks = told.pop("explanation")
    return {**told, "extraction": explained(remarks), "in_calendar": _in_calendar(each)}


def _in_calendar(each: Story) -> str | None:
    """Whether the answer stands in the calendar itself, and why not; None where nobody answered."""
    words = read_wording()
    if each.mark_state in {MarkState.WAITING, MarkState.MARKED} and each.mark is not None:
        return words.phrase(f"mark_{each.mark_state}", Language.EN, mark=MARKS[each.mark])
    if each.mark_state is not None:
        return words.phrase(f"mark_{each.mark_state}", Language.EN, mark="")
    answered = any(line.answer in MARKS for line in each.lines)
    return words.phrase("mark_off", Language.EN) if answered else None


def explained(explanation: dict[str, Any]) -> list[str]:
    """How a number was found, in words, a line for each fact."""
    words = read_wording()
    lines = [words.phrase(f"extracted_{explanation['outcome']}", Language.EN)]
    if explanation["reason"]:
        lines.append(words.phrase(f"extracted_because_{explanation['reason']}", Language.EN))
    for each in explanation["remarks"]:
        where = words.phrase(f"extracted_field_{each['field']}", Language.EN)
        told = words.phrase(f"extracted_{each['told']}", Language.EN, numbers=", ".join(each["numbers"]), field=where)
        lines.append(told)
    return lines


def _because(each: Line) -> str | None:
    if each.reason is None:
        return None
    words = read_wording().reason(each.reason, Language.EN)
    return f"{words.text} {words.cure}"


def _coming(each: Coming) -> dict[str, Any]:
    seen = each.preview
    encoded = seen.composed.encoded if seen.composed else None
    return {
        "event_id": each.event_id,
        "rule": each.rule,
        "start_at": each.start_at,
        "leaves_at": each.leaves_at,
        "to": seen.number.e164 if seen.number else None,
        "text": each.text,
        "encoding": encoded.alphabet if encoded else None,
        "parts": len(encoded.parts) if encoded else 0,
        "units": seen.composed.units if seen.composed else 0,
        "state": seen.answer.state,
        "reason": seen.answer.reason or each.waits_for,
    }
