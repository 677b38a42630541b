"""Clients are opened, found, suspended, resumed and closed, and each change is on record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.accounts.words import AccountState, Action, ForeignPolicy, StopScope
from gateway.engine.database import Engine
from gateway.wording import Language
from plans.words import Reason
from tests.accounts.steps import add_client, change


async def test_a_client_has_the_defaults_of_metropolitan_france(engine: Engine) -> None:
    client = await add_client(engine, name="Clinique du Parc")
    assert client == clients.Client(
        account_id=client.account_id,
        parent_id=None,
        slug="clinique-du-parc",
        name="Clinique du Parc",
        country="FR",
        holiday_region=None,
        time_zone="Europe/Paris",
        language=Language.FR,
        state=AccountState.ACTIVE,
        foreign_policy=ForeignPolicy.BLOCK,
        stop_in_alerts=False,
        stop_scope=StopScope.CLIENT,
        low_credit_units=20,
        created_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )


async def test_a_client_is_found_by_slug_and_by_id(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    for name in ("clinic", "CLINIC", str(client.account_id)):
        assert await engine.read(lambda connection, name=name: clients.find(connection, name)) == client  # type: ignore[misc]  # mypy infers no type for one that binds


@pytest.mark.parametrize("name", ["nobody", "12", "9" * 19, "9" * 4000, "", "\x00", "\ud800"])
async def test_an_unknown_name_is_refused_with_the_reason_and_a_cure(engine: Engine, name: str) -> None:
    with pytest.raises(Refused) as refused:
        await engine.read(lambda connection: clients.find(connection, name))
    assert refused.value.reason is Reason.ACCOUNT_UNKNOWN
    assert "account list" in refused.value.cure


async def test_clients_are_listed_by_slug(engine: Engine) -> None:
    for name in ("Zoo", "Bank", "Mill"):
        await add_client(engine, name=name)
    listed = await engine.read(lambda connection: [each.slug for each in clients.listing(connection)])
    assert listed == ["bank", "mill", "zoo"]


async def test_two_clients_never_share_a_slug(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused, match="taken"):
        await add_client(engine, name="clinic!")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": ""}, "name an account"),
        ({"name": "12"}, "name an account"),
        ({"name": "日本"}, "name an account"),
        ({"name": " ", "slug": "a"}, "no name"),
        ({"name": "Two\nlines"}, "no name"),
        ({"name": "n" * 201}, "no name"),
        ({"name": "Clinic", "slug": "Not a label"}, "Not a label"),
        ({"name": "Clinic", "slug": "-a-"}, "-a-"),
        ({"name": "Clinic", "slug": "a" * 41}, "a" * 41),
        ({"name": "Clinic", "country": "ZZ"}, "ZZ"),
        ({"name": "Clinic", "country": "France"}, "France"),
        ({"name": "Clinic", "time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"name": "Clinic", "time_zone": "../etc/passwd"}, "passwd"),
        ({"name": "Clinic", "holiday_region": "Bavaria"}, "Bavaria"),
        ({"name": "Clinic", "holiday_region": "Guadeloupe"}, "Guadeloupe"),
        ({"name": "Clinic", "low_credit_units": -1}, "-1"),
        ({"name": "Clinic", "parent": "nobody"}, "nobody"),
    ],
)
async def test_bad_input_is_refused_and_named(engine: Engine, wrong: dict[str, object], named: str) -> None:
    with pytest.raises(Refused, match=named):
        await add_client(engine, **wrong)
    assert await engine.read(lambda connection: list(clients.listing(connection))) == []


async def test_what_is_changed_is_checked_and_on_record_and_the_rest_stays(engine: Engine) -> None:
    before = await add_client(engine, name="Clinic", holiday_region="Alsace")
    after = await change(engine, clients.change, account="clinic", name=" Clinique ", stop_scope=StopScope.SENDER)
    assert after == replace(before, name="Clinique", stop_scope=StopScope.SENDER)
    assert (await change(engine, clients.change, account="clinic", holiday_region="")).holiday_region is None
    newest, before_it, *_ = await engine.read(lambda connection: list(clients.history(connection, account="clinic")))
    assert (newest.action, newest.detail) == (Action.ACCOUNT_CHANGED, {"holiday_region": ""})
    assert before_it.detail == {"name": "Clinique", "stop_scope": "sender"}


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"holiday_region": "Mars"}, {"time_zone": "Mars"}, {"low_credit_units": -1}]
)
async def test_no_change_lets_in_what_an_account_cannot_be_opened_with(
    engine: Engine, wrong: dict[str, object]
) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused):
        await change(engine, clients.change, account="clinic", **wrong)


async def test_the_holidays_of_alsace_can_be_chosen(engine: Engine) -> None:
    assert (await add_client(engine, name="Clinic", holiday_region="Alsace")).holiday_region == "Alsace"


async def test_a_sub_account_spends_its_parents_credit(engine: Engine) -> None:
    parent = await add_client(engine, name="Group")
    child = await add_client(engine, name="Clinic", parent="group")
    assert (child.parent_id, child.payer_id, parent.payer_id) == (parent.account_id,) * 3


async def test_a_sub_account_has_no_sub_accounts(engine: Engine) -> None:
    await add_client(engine, name="Group")
    await add_client(engine, name="Clinic", parent="group")
    with pytest.raises(Refused, match="sub-account itself"):
        await add_client(engine, name="Ward", parent="clinic")


async def test_a_suspended_client_can_be_resumed(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    assert (await change(engine, clients.suspend, account="clinic")).state is AccountState.SUSPENDED
    assert (await change(engine, clients.resume, account="clinic")).state is AccountState.ACTIVE


async def test_a_closed_client_stays_closed(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    assert (await change(engine, clients.close, account="clinic")).state is AccountState.CLOSED
    for late in (clients.suspend, clients.resume, clients.close):
        with pytest.raises(Refused, match="closed for good") as refused:
            await change(engine, late, account="clinic")
        assert refused.value.reason is Reason.ACCOUNT_CLOSED


async def test_every_change_is_on_record_with_who_made_it(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    await change(engine, clients.suspend, account="clinic")
    recorded = await engine.read(lambda connection: list(audit_trail.entries(connection, client.account_id)))
    assert [(entry.actor, entry.action, entry.detail) for entry in recorded] == [
        ("tests", Action.ACCOUNT_SUSPENDED, {}),
        ("tests", Action.ACCOUNT_ADDED, {"slug": "clinic", "country": "FR", "parent": None}),
    ]


def test_a_client_has_the_columns_of_its_table_in_their_order() -> None:
    """Rows become clients by position."""
    assert [*clients.Client.__dataclass_fields__] == [column.name for column in account.c]
