"""Whether a link that Graph sent leads to Graph: the access token goes nowhere else."""

from urllib.parse import urlsplit

from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault


def checked(link: str, graph: str) -> str:
    """``link``, where it leads below ``graph``; ``FeedError`` where it does not, as if it had expired.

    A cursor is a link in our database: whoever could alter it must not have the token sent to himself.
    """
    wanted, given = urlsplit(graph), urlsplit(link)
    try:
        there = (given.scheme, given.hostname, given.port) == (wanted.scheme, wanted.hostname, wanted.port)
    except ValueError:  # no port at all
        there = False
    if there and given.path.startswith(f"{wanted.path.rstrip('/')}/") and not given.username and ".." not in given.path:
        return link
    raise FeedError(FeedFault.CURSOR_EXPIRED, "link_elsewhere")
