"""Every answer has the shape that Microsoft documents: properties, types and enumerations, and nothing else.

Sources, read in microsoftgraph/microsoft-graph-docs-contrib: api-reference/v1.0/resources/event.md, calendar.md,
datetimetimezone.md, itembody.md, location.md, recurrencepattern.md, recurrencerange.md, subscription.md,
changenotification.md; and for the rows of a delta, concepts/delta-query-events.md.
"""

from collections.abc import Callable
from typing import Any

import httpx
import jsonschema
import pytest

from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import appointment, at, weekly

Json = dict[str, Any]

TEXT, FLAG, COUNT = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
MAYBE = {"type": ["string", "null"]}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$"}


def shape(needed: tuple[str, ...] = (), **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def one_of(*words: str) -> Json:
    return {"enum": list(words)}


def many(items: Json) -> Json:
    return {"type": "array", "items": items}


MOMENT = shape(
    ("dateTime", "timeZone"),
    dateTime={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}$"},
    timeZone=TEXT,
)
PERSON = shape(emailAddress=shape(name=TEXT, address=TEXT))
LOCATION = shape(displayName=TEXT, locationType=TEXT, uniqueIdType=TEXT, address={"type": "object"})
PATTERN = shape(
    ("type", "interval"),
    type=one_of("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"),
    interval=COUNT,
    month=COUNT,
    dayOfMonth=COUNT,
    daysOfWeek=many(TEXT),
    firstDayOfWeek=TEXT,
    index=one_of("first", "second", "third", "fourth", "last"),
)
RANGE = shape(
    ("type", "startDate"),
    type=one_of("endDate", "noEnd", "numbered"),
    startDate=TEXT,
    endDate=TEXT,
    recurrenceTimeZone=TEXT,
    numberOfOccurrences=COUNT,
)
ROW = {"@odata.type": TEXT, "@odata.etag": TEXT, "id": TEXT}
EVENT = shape(
    ("id", "subject", "start", "end", "iCalUId", "type", "body"),
    **ROW,
    allowNewTimeProposals=FLAG,
    attendees=many({"type": "object"}),
    body=shape(("contentType", "content"), contentType=one_of("text", "html"), content=TEXT),
    bodyPreview={"type": "string", "maxLength": 255},
    categories=many(TEXT),
    changeKey=TEXT,
    createdDateTime=INSTANT,
    end=MOMENT,
    hasAttachments=FLAG,
    hideAttendees=FLAG,
    iCalUId={"type": "string", "pattern": "^040000008200E00074C5B7101A82E008[0-9A-F]+$"},
    importance=one_of("low", "normal", "high"),
    isAllDay=FLAG,
    isCancelled=FLAG,
    isDraft=FLAG,
    isOnlineMeeting=FLAG,
    isOrganizer=FLAG,
    isReminderOn=FLAG,
    lastModifiedDateTime=INSTANT,
    location=LOCATION,
    locations=many(LOCATION),
    onlineMeeting={"type": ["object", "null"]},
    onlineMeetingProvider=one_of("unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"),
    onlineMeetingUrl=MAYBE,
    organizer=PERSON,
    originalEndTimeZone=TEXT,
    originalStart=INSTANT,
    originalStartTimeZone=TEXT,
    recurrence={"anyOf": [{"type": "null"}, shape(("pattern", "range"), pattern=PATTERN, range=RANGE)]},
    reminderMinutesBeforeStart=COUNT,
    responseRequested=FLAG,
    responseStatus=shape(response=TEXT, time=TEXT),
    sensitivity=one_of("normal", "personal", "private", "confidential"),
    seriesMasterId=MAYBE,
    showAs=one_of("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    start=MOMENT,
    subject=TEXT,
    transactionId=MAYBE,
    type=one_of("singleInstance", "occurrence", "exception", "seriesMaster"),
    webLink=TEXT,
)
THIN = shape(
    ("id", "seriesMasterId", "start", "end"),
    **ROW,
    seriesMasterId=TEXT,
    type={"const": "occurrence"},
    start=MOMENT,
    end=MOMENT,
)
REMOVED = shape(("id", "@removed"), **ROW, **{"@removed": shape(("reason",), reason=one_of("deleted", "changed"))})
CALENDAR = shape(
    ("id", "name"),
    id=TEXT,
    name=TEXT,
    color=TEXT,
    hexColor=TEXT,
    isDefaultCalendar=FLAG,
    changeKey=TEXT,
    canShare=FLAG,
    canViewPrivateItems=FLAG,
    canEdit=FLAG,
    isTallyingResponses=FLAG,
    isRemovable=FLAG,
    owner=shape(name=TEXT, address=TEXT),
)
CONTEXT = {"@odata.context": TEXT, "@odata.nextLink": TEXT, "@odata.deltaLink": TEXT}
DELTA = shape(("@odata.context", "value"), **CONTEXT, value=many({"anyOf": [EVENT, THIN, REMOVED]}))
VIEW = shape(("@odata.context", "value"), **CONTEXT, value=many(EVENT))
CALENDARS = shape(("@odata.context", "value"), **CONTEXT, value=many(CALENDAR))

WINDOW = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z", "$top": "50"}


def check(shape: Json, answer: httpx.Response) -> Json:
    body: Json = answer.raise_for_status().json()
    jsonschema.validate(body, shape)
    return body


@pytest.mark.parametrize("prefer", ['IdType="ImmutableId"', 'outlook.body-content-type="text", odata.maxpagesize=1'])
def test_every_list_fits(graph_peer: GraphPeer, clients: Callable[..., httpx.Client], prefer: str) -> None:
    client = clients(prefer=prefer)
    graph_peer.manners(tell_deleted_occurrences=True)
    graph_peer.create(weekly(location={"displayName": "12 rue Haute"}))
    single = graph_peer.create(appointment(body={"contentType": "html", "content": "<p>06 12 34 56 78</p>"}))
    rows = check(VIEW, client.get("me/calendarView", params=WINDOW))["value"]
    query = {name: WINDOW[name] for name in ("startDateTime", "endDateTime")}
    page = check(DELTA, client.get("me/calendarView/delta", params=query))
    while "@odata.nextLink" in page:
        page = check(DELTA, client.get(page["@odata.nextLink"]))
    graph_peer.delete(rows[0]["id"])
    graph_peer.change(rows[1]["id"], {"start": at("2026-10-29"), "end": at("2026-10-29", "10:00")})
    graph_peer.delete(single["id"])
    check(DELTA, client.get(page["@odata.deltaLink"]))
    check(VIEW, client.get("me/calendarView", params=WINDOW))
    check(CALENDARS, client.get("me/calendars"))
    check(CALENDAR, client.get("me/calendar"))


def test_every_event_fits(graph_peer: GraphPeer, client: httpx.Client) -> None:
    made = [graph_peer.create(weekly()), graph_peer.create(appointment())]
    rows = graph_peer.occurrences(WINDOW["startDateTime"], WINDOW["endDateTime"])
    for each in (*made, *rows):
        check(EVENT, client.get(f"me/events/{each['id']}"))
