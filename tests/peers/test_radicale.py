"""Radicale as tests hold it: publishing a calendar as a file, and forgetting the states that its sync tokens name."""

import re
from datetime import UTC, datetime

import httpx
from icalendar import Calendar

from tests.peers.caldav_server import CalDavServer
from tests.peers.radicale import PASSWORD, USER

FIRST = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)

_REPORT = (
    '<D:sync-collection xmlns:D="DAV:"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>'
    "<D:prop><D:getetag/></D:prop></D:sync-collection>"
)


def report(server: CalDavServer, token: str = "") -> httpx.Response:
    body = _REPORT.format(token=token)
    return httpx.request("REPORT", server.url, content=body, auth=(USER, PASSWORD), trust_env=False)


def published(server: CalDavServer) -> httpx.Response:
    return httpx.get(server.url, auth=(USER, PASSWORD), trust_env=False)


async def test_a_published_file_keeps_its_etag_until_something_changes(caldav_server: CalDavServer) -> None:
    await caldav_server.create("Martin", FIRST)
    before, again = published(caldav_server), published(caldav_server)
    await caldav_server.create("Dupont", FIRST)
    after = published(caldav_server)
    assert [len(Calendar.from_ical(each.text).events) for each in (before, after)] == [1, 2]
    assert before.headers["ETag"] == again.headers["ETag"] != after.headers["ETag"]


def test_nobody_reads_a_calendar_without_the_password(caldav_server: CalDavServer) -> None:
    assert httpx.get(caldav_server.url, trust_env=False).status_code == 401


async def test_a_sync_token_brings_what_changed_until_it_expires(caldav_server: CalDavServer) -> None:
    handle = await caldav_server.create("Martin", FIRST)
    (token,) = re.findall("<sync-token>([^<]+)<", report(caldav_server).text)
    await caldav_server.delete(handle)
    news = report(caldav_server, token)
    assert (news.status_code, "404" in news.text) == (207, True)
    await caldav_server.expire_cursors()
    assert report(caldav_server, token).status_code == 403


def test_a_gate_counts_who_comes(caldav_server: CalDavServer) -> None:
    report(caldav_server)
    assert caldav_server.gate.requests == [f"REPORT /{USER}/{caldav_server.name}/"]
