"""A client authorises addresses, domains and hosts, and nothing that would let strangers in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.accounts import audit_trail, senders
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import sender
from gateway.accounts.words import Action, Content, Encoding, Notify, SenderKind
from gateway.engine.database import Engine
from plans.words import MessageClass, Reason
from tests.accounts.steps import add_client, add_sender, change


@pytest.mark.parametrize(
    ("written", "kind", "stored"),
    [
        ("IT@Clinic.Example", SenderKind.ADDRESS, "it@clinic.example"),
        ("someone@gmail.com", SenderKind.ADDRESS, "someone@gmail.com"),
        ("Clinic.Example", SenderKind.DOMAIN, "clinic.example"),
        ("192.0.2.7", SenderKind.HOST, "192.0.2.7/32"),
        ("192.0.2.7/24", SenderKind.HOST, "192.0.2.0/24"),
        ("2001:db8::7", SenderKind.HOST, "2001:db8::7/128"),
        ("2001:db8::/64", SenderKind.HOST, "2001:db8::/64"),
    ],
)
def test_a_sender_is_an_address_a_domain_or_a_host(written: str, kind: SenderKind, stored: str) -> None:
    assert senders.recognisable(written) == (kind, stored)


@pytest.mark.parametrize("domain", ["gmail.com", "GMail.com", "outlook.com", "orange.fr", "free.fr", "laposte.net"])
def test_a_domain_where_anybody_can_open_a_mailbox_is_refused(domain: str) -> None:
    with pytest.raises(Refused, match="single addresses") as refused:
        senders.recognisable(domain)
    assert refused.value.reason is Reason.SENDER_NOT_ALLOWED


@pytest.mark.parametrize("network", ["192.0.2.0/23", "0.0.0.0/0", "2001:db8::/63", "::/0"])
def test_a_network_wider_than_an_office_is_refused(network: str) -> None:
    with pytest.raises(Refused, match="too wide"):
        senders.recognisable(network)


@pytest.mark.parametrize("value", ["", "localhost", "a@b@c", "192.0.2.0/33", "192.0.2.1-9", "clinic example.fr"])
def test_what_cannot_be_recognised_is_refused(value: str) -> None:
    with pytest.raises(Refused):
        senders.recognisable(value)


async def test_a_sender_keeps_its_settings(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    settings = {
        "display": "ClinicPark",
        "content": Content.SUBJECT,
        "encoding": Encoding.SMART,
        "max_parts": 2,
        "notify": Notify.ALL,
        "default_class": MessageClass.MARKETING,
        "daily_cap": 50,
        "end_marker": "***",
        "repeat_min": 10,
    }
    added = await add_sender(engine, "clinic", "it@clinic.example", **settings)
    listed = await engine.read(lambda connection: list(senders.listing(connection, account="clinic")))
    assert listed == [added]
    assert {name: getattr(added, name) for name in settings} == settings


async def test_senders_are_listed_account_by_account(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
        await add_sender(engine, name, f"{name}.example")
    listed = await engine.read(lambda connection: [each.value for each in senders.listing(connection, account="bank")])
    assert listed == ["bank.example"]


async def test_a_sender_is_registered_once_in_an_account(engine: Engine) -> None:
    await add_client(engine, name="Clinic")
    await add_sender(engine, "clinic", "it@clinic.example")
    with pytest.raises(Refused, match="already"):
        await add_sender(engine, "clinic", "IT@clinic.example")


async def test_two_accounts_may_register_the_same_sender(engine: Engine) -> None:
    for name in ("Clinic", "Bank"):
        await add_client(engine, name=name)
        assert (await add_sender(engine, name, "it@group.example")).value == "it@group.example"


async def test_a_removed_sender_is_gone_and_both_changes_are_on_record(engine: Engine) -> None:
    client = await add_client(engine, name="Clinic")
    added = await add_sender(engine, "clinic", "clinic.example")
    await change(engine, senders.remove, account="clinic", value="Clinic.example")
    assert await engine.read(lambda connection: list(senders.listing(connection, account="clinic"))) == []
    recorded = await engine.read(lambda connection: list(audit_trail.entries(connection, client.account_id)))
    assert [(entry.action, entry.detail) for entry in recorded[:2]] == [
        (Action.SENDER_REMOVED, {"value": "clinic.example", "sender_id": added.sender_id}),
        (Action.SENDER_ADDED, {"value": "clinic.example"}),
    ]


async def test_a_sender_that_comes_back_is_the_one_that_it_was(engine: Engine) -> None:
    """Or who said STOP to it would hear of it again."""
    await add_client(engine, name="Clinic")
    before = await add_sender(engine, "clinic", "clinic.example")
    await change(engine, senders.remove, account="clinic", value="clinic.example")
    other = await add_sender(engine, "clinic", "other.example")
    after = await add_sender(engine, "clinic", "Clinic.example", max_parts=2)
    assert (after.sender_id, after.max_parts) == (before.sender_id, 2)
    assert other.sender_id != before.sender_id


@pytest.mark.parametrize("what", [senders.remove, senders.alter])
async def test_a_sender_that_is_not_there_cannot_be_removed_or_changed(
    engine: Engine, what: Callable[..., senders.Sender]
) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused) as refused:
        await change(engine, what, account="clinic", value="clinic.example")
    assert refused.value.reason is Reason.SENDER_UNKNOWN


async def test_settings_change_and_the_sender_stays_the_same(engine: Engine) -> None:
    """A STOP to this sender, and its count of the day, hang on its id: it is not removed and added anew."""
    client = await add_client(engine, name="Clinic")
    added = await add_sender(engine, "clinic", "clinic.example", display="ClinicPark", daily_cap=5, end_marker="***")
    wanted = {"content": Content.BOTH, "max_parts": 2, "display": "", "daily_cap": 0, "end_marker": ""}
    changed = await change(engine, senders.alter, account="clinic", value="Clinic.example", **wanted)
    without = replace(added, display=None, daily_cap=None, end_marker=None)
    assert changed == replace(without, content=Content.BOTH, max_parts=2)
    shown = await engine.read(lambda connection: senders.show(connection, account="clinic", value="clinic.example"))
    assert shown == changed == await change(engine, senders.alter, account="clinic", value="clinic.example")
    recorded = await engine.read(lambda connection: list(audit_trail.entries(connection, client.account_id)))
    assert [each.action for each in recorded[:2]] == [Action.SENDER_CHANGED, Action.SENDER_ADDED]


@pytest.mark.parametrize("wrong", [{"display": "INFO"}, {"max_parts": 0}, {"daily_cap": -1}, {"end_marker": " "}])
async def test_impossible_changes_are_refused(engine: Engine, wrong: dict[str, object]) -> None:
    await add_client(engine, name="Clinic")
    added = await add_sender(engine, "clinic", "clinic.example")
    with pytest.raises(Refused):
        await change(engine, senders.alter, account="clinic", value="clinic.example", **wrong)
    assert await engine.read(lambda connection: list(senders.listing(connection, account="clinic"))) == [added]


@pytest.mark.parametrize(
    "wrong",
    [
        {"display": "INFO"},
        {"display": "RDV"},
        {"display": "12345"},
        {"display": "Two words"},
        {"max_parts": 0},
        {"max_parts": 11},
        {"daily_cap": 0},
        {"end_marker": "  "},
        {"end_marker": "two\nlines"},
        {"end_marker": "*" * 41},
        {"repeat_min": 0},
        {"repeat_min": 10_081},
    ],
)
async def test_impossible_settings_are_refused(engine: Engine, wrong: dict[str, object]) -> None:
    await add_client(engine, name="Clinic")
    with pytest.raises(Refused):
        await add_sender(engine, "clinic", "clinic.example", **wrong)
    assert await engine.read(lambda connection: list(senders.listing(connection, account="clinic"))) == []


async def test_an_account_has_a_bounded_number_of_hosts(engine: Engine) -> None:
    """Every mail without AUTH is compared with all of them."""
    await add_client(engine, name="Clinic")
    for number in range(senders.MAX_HOSTS):
        await add_sender(engine, "clinic", f"192.0.2.{number}")
    with pytest.raises(Refused, match="100 hosts"):
        await add_sender(engine, "clinic", "198.51.100.1")


def test_a_sender_has_the_columns_of_its_table_in_their_order() -> None:
    """Rows become senders by position."""
    assert [*senders.Sender.__dataclass_fields__] == [column.name for column in sender.c]
