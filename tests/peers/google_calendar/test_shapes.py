"""Every answer fits the schemas that Google publishes: the discovery document inside the client library's wheel."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import httpx
import jsonschema
import pytest

from tests.peers.google_calendar.peer import GooglePeer
from tests.peers.google_calendar.samples import appointment, at, weekly

DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "calendar.v3.json"

Json = dict[str, Any]


@cache
def schemas() -> Json:
    """The schemas in today's JSON Schema; a field that none of them names is an error."""
    document = json.loads(DOCUMENT.read_text())
    modern: Json = {"$defs": {name: _modern(schema) for name, schema in document["schemas"].items()}}
    return modern


def _modern(schema: Any) -> Any:
    """From the draft of 2010 that discovery documents are written in."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kept = {name: schema[name] for name in ("type", "enum", "items") if name in schema and schema[name] != "any"}
    if "items" in kept:
        kept["items"] = _modern(kept["items"])
    if "properties" in schema:
        kept["properties"] = {name: _modern(each) for name, each in schema["properties"].items()}
        kept["additionalProperties"] = False
    return kept


def check(name: str, answer: httpx.Response) -> Json:
    answer.raise_for_status()
    body: Json = answer.json()
    jsonschema.validate(body, schemas() | {"$ref": f"#/$defs/{name}"})
    return body


@pytest.fixture
def http(google_peer: GooglePeer) -> Any:
    """The API without a library in between."""
    grant = google_peer.grant("camille@example.com", "https://www.googleapis.com/auth/calendar")
    tokens = httpx.post(
        google_peer.token_uri, data={"grant_type": "refresh_token", **grant, "scopes": ""}, trust_env=False
    ).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    with httpx.Client(base_url=google_peer.api, headers=bearer, trust_env=False) as client:
        yield client


def test_every_list_fits(google_peer: GooglePeer, http: httpx.Client) -> None:
    series, event = google_peer.create(weekly(location="12 rue Haute")), google_peer.create(appointment())
    single = {"singleEvents": "true"}
    before = [check("Events", http.get("calendars/primary/events", params=query)) for query in ({}, single)]
    google_peer.delete(f"{series['id']}_20261027T080000Z")
    moved = {"start": at("2026-11-04"), "end": at("2026-11-04", "10:00")}
    google_peer.change(f"{series['id']}_20261103T080000Z", moved)
    google_peer.delete(event["id"])
    check("CalendarList", http.get("users/me/calendarList"))
    for told, query in zip(before, ({}, single), strict=True):
        check("Events", http.get("calendars/primary/events", params=query))
        news = {"syncToken": told["nextSyncToken"], **query}
        assert len(check("Events", http.get("calendars/primary/events", params=news))["items"]) == 3
    assert "nextPageToken" in check("Events", http.get("calendars/primary/events", params={"maxResults": "1"}))


def test_every_event_fits(http: httpx.Client) -> None:
    made = check("Event", http.post("calendars/primary/events", json=weekly()))
    check("Event", http.get(f"calendars/primary/events/{made['id']}"))
    check("Event", http.get(f"calendars/primary/events/{made['id']}_20261027T080000Z"))
    check("Event", http.patch(f"calendars/primary/events/{made['id']}", json={"summary": "Dupont"}))


def test_every_channel_fits(http: httpx.Client) -> None:
    body = {"id": "one", "type": "web_hook", "address": "https://gateway.example/", "token": "secret"}
    check("Channel", http.post("calendars/primary/events/watch", json=body))
