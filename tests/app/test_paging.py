"""Long lists come page by page, whole and in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.app.paging import identifier, newest_first


@dataclass(frozen=True)
class Line:
    """A line of a report."""

    id: int


@given(lines=st.integers(0, 30), page_size=st.integers(1, 10), limit=st.none() | st.integers(0, 40))
def test_pages_together_are_the_list(lines: int, page_size: int, limit: int | None) -> None:
    report = [Line(number) for number in range(lines, 0, -1)]

    def pages(*, limit: int, before_id: int | None) -> Sequence[Line]:
        assert 0 < limit <= page_size
        return [line for line in report if before_id is None or line.id < before_id][:limit]

    assert list(newest_first(pages, page_size, limit)) == report[:limit]


def test_an_id_is_a_number_of_63_bits() -> None:
    assert identifier("9223372036854775807") == 2**63 - 1


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "\uff19", "9223372036854775808", "1" * 5000])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(Refused, match="is no id"):
        identifier(text)
