"""Resources as Google's API gives them; ``check`` holds them to the API's own description, which its library brings."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache as described
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

Json = dict[str, Any]


def timed(start: str, zone: str | None = "Europe/Paris") -> Json:
    """An EventDateTime with an instant."""
    return {"dateTime": start, "timeZone": zone} if zone else {"dateTime": start}


def event(**changes: Any) -> Json:
    """An event as it stands in a list; None takes a field away."""
    item = {
        "kind": "calendar#event",
        "etag": '"3541234567890000"',
        "id": "6hgm2pj1",
        "status": "confirmed",
        "htmlLink": "https://www.google.com/calendar/event?eid=NmhnbTJwajE",
        "created": "2026-11-02T08:15:00.000Z",
        "updated": "2026-11-02T08:15:00.123Z",
        "summary": "Mme Lefort 06 12 34 56 78",
        "creator": {"email": "cabinet@example.com", "self": True},
        "organizer": {"email": "cabinet@example.com", "self": True},
        "start": timed("2026-11-27T10:00:00+01:00"),
        "end": timed("2026-11-27T10:30:00+01:00"),
        "iCalUID": "6hgm2pj1@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
        **changes,
    }
    return check("Event", {name: value for name, value in item.items() if value is not None})


def occurrence(day: str, **changes: Any) -> Json:
    """The occurrence of a weekly series at ten on ``day``."""
    name = f"{day.replace('-', '')}T090000Z"
    return event(
        **{
            "id": f"weekly_{name}",
            "recurringEventId": "weekly",
            "iCalUID": "weekly@google.com",
            "originalStartTime": timed(f"{day}T10:00:00+01:00"),
            "start": timed(f"{day}T10:00:00+01:00"),
            "end": timed(f"{day}T10:30:00+01:00"),
            **changes,
        }
    )


def cancelled_exception(day: str) -> Json:
    """All that is promised of a cancelled occurrence."""
    full = occurrence(day)
    kept = {name: full[name] for name in ("kind", "etag", "id", "recurringEventId", "originalStartTime")}
    return check("Event", {**kept, "status": "cancelled"})


def page(*items: Json, **changes: Any) -> Json:
    """A page of a list of events, by default the last one."""
    return check(
        "Events",
        {
            "kind": "calendar#events",
            "timeZone": "Europe/Paris",
            "nextSyncToken": "sync-1",
            "items": list(items),
            **changes,
        },
    )


def refusal(reason: str, code: int = 403) -> Json:
    """An error as the API words it."""
    named = {"domain": "usageLimits", "reason": reason, "message": "…"}
    return {"error": {"errors": [named], "code": code, "message": "…"}}


def check(schema: str, value: Json) -> Json:
    """``value``, once it is found to be what the API's description says."""
    Draft4Validator({"$ref": f"urn:google:{schema}"}, registry=_schemas()).validate(value)
    return value


@cache
def _schemas() -> Registry[Any]:
    document = Path(described.__file__).parent / "documents" / "calendar.v3.json"
    schemas: Mapping[str, Any] = json.loads(document.read_text(encoding="utf-8"))["schemas"]
    resources = [
        (f"urn:google:{name}", Resource.from_contents(_standard(schema), DRAFT4)) for name, schema in schemas.items()
    ]
    return Registry().with_resources(resources)


def _standard(schema: Any) -> Any:
    """A schema of the description as a standard one: references are plain names there, and nothing is forbidden."""
    if isinstance(schema, list):
        return [_standard(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _standard(each) for name, each in schema.items() if name not in ("required", "annotations", "format")}
    if isinstance(schema.get("$ref"), str):
        kept["$ref"] = f"urn:google:{schema['$ref']}"
    kept.pop("id", None) if isinstance(schema.get("id"), str) else None
    if isinstance(kept.get("properties"), dict) and "additionalProperties" not in kept:
        kept["additionalProperties"] = False  # an invented field is a mistake of ours
    return kept
