"""Foreign destinations are opened and closed one by one, each at its price."""

import pytest

from gateway.accounts import audit_trail, authorisations
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Engine
from tests.accounts.steps import add_client, change


async def opened(engine: Engine, account: str) -> dict[str, int | None]:
    """The open destinations of an account, with their agreed prices."""
    listed = await engine.read(lambda connection: list(authorisations.listing(connection, account=account)))
    return {each.destination: each.units_per_part for each in listed}


async def test_a_country_opens_at_the_published_or_an_agreed_price(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    await change(engine, authorisations.open_country, account="clinic", country="be")
    await change(engine, authorisations.open_country, account="clinic", country="RE", units_per_part=2)
    assert await opened(engine, "clinic") == {"BE": None, "RE": 2}


async def test_opening_again_changes_the_price(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    for price in (3, 2):
        await change(engine, authorisations.open_country, account="clinic", country="BE", units_per_part=price)
    assert await opened(engine, "clinic") == {"BE": 2}


async def test_a_closed_country_is_blocked_again(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    await change(engine, authorisations.open_country, account="clinic", country="BE")
    await change(engine, authorisations.close_country, account="clinic", country="BE")
    assert await opened(engine, "clinic") == {}
    recorded = await engine.read(lambda connection: list(audit_trail.entries(connection, client.account_id)))
    assert [(entry.action, entry.detail) for entry in recorded[:2]] == [
        (Action.COUNTRY_CLOSED, {"country": "BE"}),
        (Action.COUNTRY_OPENED, {"country": "BE", "units_per_part": None}),
    ]


async def test_only_what_is_open_can_be_closed(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused, match="not open"):
        await change(engine, authorisations.close_country, account="clinic", country="BE")


@pytest.mark.parametrize(("country", "price"), [("FR", None), ("XX", None), ("BE", 0), ("BE", 1001)])
async def test_home_no_country_and_no_price_are_refused(engine: Engine, country: str, price: int | None) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused):
        await change(engine, authorisations.open_country, account="clinic", country=country, units_per_part=price)


async def test_a_sub_account_reaches_what_its_parent_has_opened(engine: Engine) -> None:
    group = await add_client(engine, name="Group")
    clinic = await add_client(engine, name="Clinic", parent="group")
    other = await add_client(engine, name="Other")
    await change(engine, authorisations.open_country, account="group", country="BE", units_per_part=3)
    await change(engine, authorisations.open_country, account="group", country="CH", units_per_part=4)
    await change(engine, authorisations.open_country, account="clinic", country="BE", units_per_part=2)
    found = await engine.read(lambda connection: authorisations.opened_for(connection, [group, clinic, other]))
    assert found == {
        group.account_id: {"BE": 3, "CH": 4},
        clinic.account_id: {"BE": 2, "CH": 4},
        other.account_id: {},
    }
