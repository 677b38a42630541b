"""Long lists, read page by page so that none has to fit in memory; and the identifiers that people type."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from gateway.accounts.refusals import Refused


class _Line(Protocol):
    @property
    def id(self) -> int: ...


L = TypeVar("L", bound=_Line)


def newest_first(pages: Callable[..., Sequence[L]], page_size: int, limit: int | None) -> Iterator[L]:
    """The lines of a report, at most ``limit`` of them; all there are where it is None.

    ``pages`` is a report that gives the newest first: at most ``limit`` lines below ``before_id``.
    """
    before_id: int | None = None
    left = limit
    while left is None or left > 0:
        size = page_size if left is None else min(left, page_size)
        page = pages(limit=size, before_id=before_id)
        yield from page
        if len(page) < size:
            return
        before_id = page[-1].id
        left = None if left is None else left - size


def identifier(text: str) -> int:
    """The 63-bit number that ``text`` is; ``Refused`` where it is none."""
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63:
        return int(text)
    raise Refused(f"{text!r} is no id.", "Give the number that the list shows.")
