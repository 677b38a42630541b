"""Google and Outlook where an application is registered there."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from gateway.app.linked_calendars import calendar_routes, linkable, push_address
from gateway.app.service import running
from gateway.calendar.words import Provider
from gateway.engine.database import Engine
from gateway.settings import GoogleSettings, OutlookSettings, Settings, SettingsError, SmtpSettings, WebSettings
from tests.clock import StoppedClock


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with a secret."""
    path = tmp_path / "secret"
    path.write_text("client-secret\n", encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path, secret: Path) -> Settings:
    """Both are set up, behind a proxy."""
    return Settings(
        data_dir=tmp_path / "var",
        smtp=SmtpSettings(port=0),
        web=WebSettings(port=0, public_url="https://sms.example.com/"),
        google=GoogleSettings("google-client", secret),
        outlook=OutlookSettings("outlook-client", secret),
    )


async def test_what_is_not_set_up_cannot_be_linked(engine: Engine, clock: StoppedClock) -> None:
    async with linkable(Settings(), clock) as found:
        assert (found.feeds, found.doors) == ({}, {})
        assert calendar_routes(engine, Settings(), found) == []


async def test_what_is_set_up_can_be_linked_and_comes_back_to_our_pages(
    engine: Engine, settings: Settings, clock: StoppedClock
) -> None:
    async with linkable(settings, clock) as found:
        assert set(found.feeds) == {Provider.GOOGLE, Provider.OUTLOOK}
        assert {name: doors.redirect_uri for name, doors in found.doors.items()} == {
            Provider.GOOGLE: "https://sms.example.com/calendars/callback/google",
            Provider.OUTLOOK: "https://sms.example.com/calendars/callback/outlook",
        }
        begun = await found.doors[Provider.GOOGLE].consent.begin(found.doors[Provider.GOOGLE].redirect_uri)
        paths = [route.path for route in calendar_routes(engine, settings, found)]
    assert begun.url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert "client-secret" not in begun.url
    assert {"/push/google", "/push/outlook", "/push/outlook/lifecycle"} < set(paths)


@pytest.mark.parametrize("text", [None, "", "\n"])
async def test_a_secret_that_cannot_be_read_is_named(
    settings: Settings, secret: Path, clock: StoppedClock, text: str | None
) -> None:
    _spoil(secret, text)
    with pytest.raises(SettingsError, match=r"google\.client_secret_file names .*secret"):
        async with linkable(settings, clock):
            pass


def _spoil(path: Path, text: str | None) -> None:
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")


def test_providers_push_only_to_https_and_only_those_that_can(settings: Settings) -> None:
    assert push_address(settings, Provider.GOOGLE) == "https://sms.example.com/push/google"
    assert push_address(settings, Provider.OUTLOOK) == "https://sms.example.com/push/outlook"
    assert push_address(settings, Provider.ICS) is None
    assert push_address(replace(settings, web=WebSettings()), Provider.GOOGLE) is None


async def test_the_service_shows_the_pages_and_takes_what_is_pushed(settings: Settings) -> None:
    async with running(settings) as service, httpx.AsyncClient(trust_env=False) as browser:
        ours = f"http://127.0.0.1:{service.web_port}"
        page = await browser.get(f"{ours}/calendars/link/google?ticket=forged")
        pushed = await browser.post(
            f"{ours}/push/google",
            headers={"X-Goog-Resource-State": "exists", "X-Goog-Channel-ID": "c", "X-Goog-Channel-Token": "t"},
        )
        opened = await browser.post(
            f"{ours}/push/google",
            headers={"X-Goog-Resource-State": "sync", "X-Goog-Channel-ID": "c", "X-Goog-Channel-Token": "t"},
        )
        gone = {"subscriptionId": "s", "clientState": "t", "lifecycleEvent": "subscriptionRemoved"}
        lost = await browser.post(f"{ours}/push/outlook/lifecycle", json={"value": [gone]})
    assert (page.status_code, pushed.status_code, opened.status_code, lost.status_code) == (404, 204, 204, 202)
