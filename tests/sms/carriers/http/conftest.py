"""Tables of accounts at the peers."""

from pathlib import Path

import pytest

from tests.sms.carriers.http.steps import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """The table of each kind."""
    return Tables(tmp_path)
