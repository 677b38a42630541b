"""The few requests of CalDAV (RFC 4791) and WebDAV (RFC 4918, 3744) that are needed, written and read as XML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from xml.sax.saxutils import escape

from lxml import etree

from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault

_D, _C, _CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
_XML = '<?xml version="1.0" encoding="utf-8"?>'

PRINCIPAL = f"{_XML}<D:propfind {_NAMESPACES}><D:prop><D:current-user-principal/></D:prop></D:propfind>".encode()
HOME = f"{_XML}<D:propfind {_NAMESPACES}><D:prop><C:calendar-home-set/></D:prop></D:propfind>".encode()
LISTING = (
    f"{_XML}<D:propfind {_NAMESPACES}><D:prop><D:resourcetype/><D:displayname/>"
    "<C:supported-calendar-component-set/><D:current-user-privilege-set/></D:prop></D:propfind>"
).encode()
#: Privileges of which any lets a user change what is in a calendar (RFC 3744, 3).
_WRITES = frozenset({f"{_D}{each}" for each in ("all", "write", "write-content")})

STATE = f"{_XML}<D:propfind {_NAMESPACES}><D:prop><D:sync-token/><CS:getctag/></D:prop></D:propfind>".encode()


def events_between(window: Window) -> bytes:
    """A calendar-query for what lies in a window, series included (RFC 4791, 7.8.1)."""
    start, end = (each.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for each in (window.start, window.end))
    return _query(f'<C:time-range start="{start}" end="{end}"/>')


def events_named(uid: str) -> bytes:
    """A calendar-query for the one resource that holds a UID (RFC 4791, 7.8.6)."""
    match = f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
    return _query(f'<C:prop-filter name="UID">{match}</C:prop-filter>')


def _query(wanted: str) -> bytes:
    return (
        f"{_XML}<C:calendar-query {_NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{wanted}</C:comp-filter></C:comp-filter>'
        "</C:filter></C:calendar-query>"
    ).encode()


@dataclass(frozen=True, slots=True)
class Collection:
    """A resource of a listing."""

    href: str
    name: str
    is_calendar: bool  # of events, not of tasks alone
    writable: bool  # by this user, as far as the server tells


@dataclass(frozen=True, slots=True)
class Resource:
    """A calendar object with what it says."""

    href: str
    etag: str
    text: str


class MultiStatus:
    """An answer that tells of many resources (RFC 4918, 13)."""

    def __init__(self, body: bytes) -> None:
        """Raises ``FeedError`` for what is no such answer; entities and documents outside are never loaded."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
        try:
            self._root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError:
            raise FeedError(FeedFault.UNREADABLE, "xml") from None
        if self._root.tag != f"{_D}multistatus":
            raise FeedError(FeedFault.UNREADABLE, "no multistatus")

    def principal(self) -> str | None:
        """Where the user is described."""
        return self._text(f".//{_D}current-user-principal/{_D}href")

    def home(self) -> str | None:
        """Where the user's calendars are."""
        return self._text(f".//{_C}calendar-home-set/{_D}href")

    def state(self) -> str | None:
        """What changes whenever the calendar does."""
        return self._text(f".//{_D}sync-token") or self._text(f".//{_CS}getctag")

    def texts(self) -> Sequence[bytes]:
        """The iCalendar texts."""
        return [each.text.encode() for each in self._root.iter(f"{_C}calendar-data") if each.text]

    def resources(self) -> Iterator[Resource]:
        """The calendar objects."""
        for each in self._root.iter(f"{_D}response"):
            if text := each.findtext(f".//{_C}calendar-data"):
                yield Resource(each.findtext(f"{_D}href") or "", each.findtext(f".//{_D}getetag") or "", text)

    def collections(self) -> Iterator[Collection]:
        """The resources listed."""
        for each in self._root.iter(f"{_D}response"):
            parts = {part.get("name") for part in each.iter(f"{_C}comp")}
            told = {one.tag for privilege in each.iter(f"{_D}privilege") for one in privilege}
            is_calendar = each.find(f".//{_D}resourcetype/{_C}calendar") is not None
            yield Collection(
                each.findtext(f"{_D}href") or "",
                each.findtext(f".//{_D}displayname") or "",
                is_calendar and (not parts or "VEVENT" in parts),
                not told or not _WRITES.isdisjoint(told),
            )

    def _text(self, path: str) -> str | None:
        return (self._root.findtext(path) or "").strip() or None
