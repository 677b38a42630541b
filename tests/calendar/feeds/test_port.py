"""Every feed and every consent is what the port says, and a session can be had without a word to its provider."""

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.consent import GoogleConsent
from gateway.calendar.feeds.google.feed import GoogleFeed
from gateway.calendar.feeds.google.tokens import Tokens, write_tokens
from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.consent import OutlookConsent
from gateway.calendar.feeds.outlook.feed import OutlookFeed
from gateway.calendar.feeds.outlook.graph import Graph
from gateway.calendar.feeds.port import CalendarFeed, Consent
from gateway.calendar.words import Provider
from tests.clock import StoppedClock


async def test_google_and_outlook_are_feeds(clock: StoppedClock) -> None:
    google_app = GoogleApp("client", "secret")
    google, graph = GoogleClient(google_app), Graph(OutlookApp("client", "secret"))
    feeds: list[CalendarFeed] = [GoogleFeed(google, clock), OutlookFeed(graph, clock)]
    consents: list[Consent] = [GoogleConsent(google_app, google), OutlookConsent(graph.entra)]
    secrets = [write_tokens(Tokens("refresh")), b"{}"]
    sessions = [feed.open(secret) for feed, secret in zip(feeds, secrets, strict=True)]
    assert [session.secret for session in sessions] == secrets
    assert (
        [each.provider for each in feeds] == [each.provider for each in consents] == [Provider.GOOGLE, Provider.OUTLOOK]
    )
    for session in sessions:
        await session.close()
    await google.close()
    await graph.close()
