"""What ``gateway serve`` does around the service."""

import resource
from collections.abc import Iterator

import pytest

from gateway.cli.service import letting_in, take_files
from gateway.settings import CalendarsSettings, Settings


@pytest.fixture
def few_files() -> Iterator[int]:
    """A low limit, which may be raised; the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1_000), hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_service_takes_the_open_files_that_the_system_grants(few_files: int) -> None:
    """A thousand clients would exhaust the limit that a shell starts with, and no mail could be read any more."""
    take_files()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert (soft, hard) == (65_536 if few_files == resource.RLIM_INFINITY else min(few_files, 65_536), few_files)
    take_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


def test_the_demo_takes_nothing_from_the_calendar_servers_that_are_let_in() -> None:
    settings = Settings(calendars=CalendarsSettings(private_servers=("127.0.0.1:5232",)))
    assert letting_in(settings, "127.0.0.1:8026").calendars.private_servers == ("127.0.0.1:5232", "127.0.0.1:8026")
