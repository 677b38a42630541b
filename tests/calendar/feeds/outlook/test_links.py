"""Where the access token goes."""

import pytest

from gateway.calendar.feeds.outlook.links import checked
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

GRAPH = "https://graph.microsoft.com/v1.0"


@pytest.mark.parametrize("link", [f"{GRAPH}/me/calendars", f"{GRAPH}/me/calendarView/delta?$deltatoken=a/b=="])
def test_a_link_to_graph_is_followed(link: str) -> None:
    assert checked(link, GRAPH) == link


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me",
        "http://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com:8443/v1.0/me",
        "https://graph.microsoft.com:port/v1.0/me",
        "https://graph.microsoft.com@evil.example/v1.0/me",
        "https://user@graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com.evil.example/v1.0/me",
        "https://graph.microsoft.com/beta/me",
        "https://graph.microsoft.com/v1.0/../beta/me",
        "//graph.microsoft.com/v1.0/me",
        "",
    ],
)
def test_a_link_to_anywhere_else_counts_as_expired(link: str) -> None:
    with pytest.raises(FeedError) as refused:
        checked(link, GRAPH)
    assert (refused.value.fault, refused.value.detail) == (FeedFault.CURSOR_EXPIRED, "link_elsewhere")
