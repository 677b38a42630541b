"""What counts towards coverage: of a test that runs on both databases, SQLite, for measuring doubles what it takes.

Only the engine knows which database it works on, so its own tests count on both.
"""

import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from coverage import Coverage

_ENGINE = Path(__file__).parent / "engine"
_counted_elsewhere = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Find the tests whose like runs on SQLite."""
    names = {item.nodeid for item in items}
    for item in items:
        like = item.nodeid.replace("postgres", "sqlite")
        item.stash[_counted_elsewhere] = like != item.nodeid and like in names and _ENGINE not in item.path.parents


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Do not measure while such a test runs."""
    measuring = Coverage.current()
    if not measuring or not item.stash[_counted_elsewhere]:
        return (yield)
    measuring.stop()
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)  # nor the processes that it starts; ``start`` sets it again
    try:
        return (yield)
    finally:
        measuring.start()
