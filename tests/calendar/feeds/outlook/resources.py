"""Resources as Microsoft Graph gives them, by its documents, and what msal keeps of a sign-in."""

import base64
import json
from typing import Any

from msal import SerializableTokenCache

from gateway.calendar.feeds.outlook.app import OutlookApp

Json = dict[str, Any]

GLOBAL_ID = "040000008200E00074C5B7101A82E00800000000{made}0000000000000000100000003E9EF82FC4F68B47AA38749DEC560C23"
SERIES_UID = GLOBAL_ID.format(made="9063E97D5E57D901")

_FOREVER = 10**10  # seconds: the library looks at the clock of the machine


def timed(instant: str, zone: str = "UTC") -> Json:
    """A dateTimeTimeZone."""
    return {"dateTime": f"{instant}.0000000", "timeZone": zone}


def event(**changes: Any) -> Json:
    """An event as it stands in a delta."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": 'W/"TOKyZMcf20SwxQO/5Vw7WAAC1HM="',
        "id": "AAMkADI2=",
        "createdDateTime": "2026-11-02T08:15:00.3104494Z",
        "lastModifiedDateTime": "2026-11-02T08:15:00.696Z",
        "changeKey": "TOKyZMcf20SwxQO/5Vw7WAAC1HM=",
        "originalStartTimeZone": "Romance Standard Time",
        "originalEndTimeZone": "Romance Standard Time",
        "iCalUId": GLOBAL_ID.format(made="1111E97D5E57D901"),
        "subject": "Mme Lefort",
        "bodyPreview": "06 12 34",
        "isAllDay": False,
        "isCancelled": False,
        "type": "singleInstance",
        "seriesMasterId": None,
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "body": {"contentType": "text", "content": "06 12 34 56 78"},
        "start": timed("2026-11-27T09:00:00"),
        "end": timed("2026-11-27T09:30:00"),
        "location": {"displayName": "Cabinet", "locationType": "default"},
        "locations": [{"displayName": "Cabinet", "locationType": "default"}],
        **changes,
    }


def series(**changes: Any) -> Json:
    """A series, whose own times are those of its first occurrence."""
    return event(**{"id": "weekly", "type": "seriesMaster", "iCalUId": SERIES_UID, **changes})


def occurrence(day: str, **changes: Any) -> Json:
    """An occurrence in full, as it is told outside of a delta."""
    made = f"0{int(day[:4]):03X}{int(day[5:7]):02X}{int(day[8:]):02X}"
    return event(
        **{
            "id": f"weekly-{day}",
            "type": "occurrence",
            "seriesMasterId": "weekly",
            "iCalUId": SERIES_UID[:32] + made + SERIES_UID[40:],
            "originalStart": f"{day}T09:00:00Z",
            "start": timed(f"{day}T09:00:00"),
            "end": timed(f"{day}T09:30:00"),
            **changes,
        }
    )


def thin(day: str) -> Json:
    """All that a delta tells of an occurrence."""
    full = occurrence(day)
    return {name: full[name] for name in ("@odata.type", "@odata.etag", "seriesMasterId", "type", "start", "end", "id")}


def removed(event_id: str) -> Json:
    """Something that is gone."""
    return {"@odata.type": "#microsoft.graph.event", "id": event_id, "@removed": {"reason": "deleted"}}


def refusal(code: str) -> Json:
    """An error as Graph words it."""
    return {"error": {"code": code, "message": "…", "innerError": {"request-id": "1"}}}


def id_token(app: OutlookApp, **claims: Any) -> str:
    """Who signed in; msal trusts the line that it came by, and looks at no signature."""
    told = {
        "iss": f"{app.authority}/v2.0",
        "aud": app.client_id,
        "exp": _FOREVER,
        "iat": 1,
        "sub": "sub-1",
        "oid": "uid-1",
        "tid": "tenant-1",
        "preferred_username": "camille@example.com",
        **claims,
    }
    return ".".join(_encoded(part) for part in ({"alg": "none"}, told)) + ".none"


def token(app: OutlookApp, access: str = "access-1", refresh: str = "refresh-1", **changes: Any) -> Json:
    """An answer of the token endpoint."""
    return {
        "token_type": "Bearer",
        "scope": "Calendars.Read openid profile",
        "expires_in": 3600,
        "access_token": access,
        "refresh_token": refresh,
        "id_token": id_token(app),
        "client_info": _encoded({"uid": "uid-1", "utid": "tenant-1"}),
        **changes,
    }


def token_cache(app: OutlookApp, expires_in: int = _FOREVER) -> bytes:
    """The secret of a connection."""
    cache = SerializableTokenCache()
    cache.add(
        {
            "client_id": app.client_id,
            "scope": ["Calendars.Read"],
            "token_endpoint": f"{app.authority}/oauth2/v2.0/token",
            "response": token(app, expires_in=expires_in),
        }
    )
    return json.dumps({"account": "uid-1.tenant-1", "cache": cache.serialize()}).encode()


def _encoded(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
