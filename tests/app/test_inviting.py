"""Inviting the owner of calendars."""

from pathlib import Path

import pytest

from gateway.accounts.refusals import Refused
from gateway.app.inviting import invite
from gateway.app.linked_calendars import linkable
from gateway.calendar.linking import Linking
from gateway.calendar.words import Provider
from gateway.engine.database import Engine
from gateway.engine.vault import open_vault
from gateway.settings import GoogleSettings, Settings, WebSettings
from tests.cast import alice
from tests.clock import StoppedClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Google is set up, behind a proxy."""
    secret = tmp_path / "secret"
    secret.write_text("client-secret", encoding="utf-8")
    web = WebSettings(public_url="https://sms.example.com/")
    return Settings(data_dir=tmp_path / "var", web=web, google=GoogleSettings("google-client", secret))


async def test_an_invitation_is_an_address_of_our_pages_that_names_the_account(
    engine: Engine, settings: Settings, clock: StoppedClock
) -> None:
    member = await alice(engine)
    made = await engine.write(
        lambda connection: invite(
            connection, engine.stamp(), settings, account=member.client.slug, provider=Provider.GOOGLE
        )
    )
    base, _, ticket = made["link"].partition("?ticket=")
    assert base == "https://sms.example.com/calendars/link/google"
    async with linkable(settings, clock) as found:
        linking = Linking(engine, open_vault(settings.data_dir), found.doors)
        assert (await linking.invited(Provider.GOOGLE, ticket)).account_id == member.account_id


@pytest.mark.parametrize("provider", [Provider.OUTLOOK, Provider.ICS])
async def test_nobody_is_invited_to_what_is_not_set_up(engine: Engine, settings: Settings, provider: Provider) -> None:
    member = await alice(engine)
    with pytest.raises(Refused, match="Nothing is registered"):
        await engine.write(
            lambda connection: invite(
                connection, engine.stamp(), settings, account=member.client.slug, provider=provider
            )
        )
