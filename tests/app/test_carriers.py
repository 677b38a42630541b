"""Carriers and routes out of the configuration."""

import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
import trustme

from gateway.app.carrier_webhooks import ears_of
from gateway.app.carriers import KINDS, carriers_of, routes_of
from gateway.app.rules import read_rules
from gateway.engine.database import Engine
from gateway.settings import SandboxSettings, Settings, SettingsError, config_file, read_settings
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from gateway.sms.routes import Route
from plans.checked import RuleError
from plans.words import MessageClass

CONFIG = """
[carriers.north]
kind = "smpp"
host = "127.0.0.1"
port = 2775
system_id = "me"
password_file = "{password}"
mode = "separate"
sessions = 2
source = "36111"
tries_for_h = 24
timing = {{ window = 50, rate_per_s = 20.5 }}
codings = {{ default = "latin1" }}
tls = {{ server_name = "smsc.example" }}

[carriers.south]
kind = "smpp"
host = "smsc.example"
port = 2776
system_id = "me"
password_file = "{password}"

[[routes]]
carrier = "north"
destinations = ["FR"]

[in_doubt]
resend = ["alert", "marketing"]
grace_s = 30
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    password = tmp_path / "password"
    password.write_text("secret\n")
    config = tmp_path / "gateway.toml"
    config.write_text(CONFIG.format(password=password))
    return read_settings({"GATEWAY_CONFIG": str(config), "GATEWAY_DATA_DIR": str(tmp_path)})


def test_routes_are_read_and_fiction_goes_to_the_sandbox(settings: Settings) -> None:
    fiction = Route("sandbox", fictional=True)
    assert routes_of(settings) == (Route("north", destinations=frozenset({"FR"})), fiction)
    assert read_rules(settings).doubt.resend == frozenset(MessageClass)


def test_without_routes_every_carrier_takes_everything_in_the_order_of_the_file(settings: Settings) -> None:
    alone = Settings(carriers=settings.carriers, sandbox=SandboxSettings(enabled=False))
    assert routes_of(alone) == (Route("north", priority=0), Route("south", priority=1))


def test_without_carriers_the_sandbox_takes_everything_or_nothing_goes() -> None:
    assert routes_of(Settings()) == (Route("sandbox", fictional=True), Route("sandbox"))
    assert routes_of(Settings(sandbox=SandboxSettings(enabled=False))) == ()


async def test_the_example_of_carriers_is_one(tmp_path: Path, engine: Engine) -> None:
    """Every kind that there is, with every key that it has."""
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-some-length")
    example = tmp_path / "carriers.toml"
    shown = config_file("carriers.example.toml").read_text(encoding="utf-8")
    shown = re.sub(r'(_file|secret) = "/.*?"', rf'\1 = "{secret}"', shown)
    authority = trustme.CA()
    ours = authority.issue_cert("gateway.example")
    for name, pem in (
        ("north-ca", authority.cert_pem),
        ("north-key", ours.private_key_pem),
        ("north", ours.cert_chain_pems[0]),
    ):
        pem.write_to_path(tmp_path / f"{name}.pem")
    example.write_text(shown.replace("/etc/gateway/north", f"{tmp_path}/north"))
    settings = read_settings({"GATEWAY_CONFIG": str(example)})
    kinds = {each["kind"] for each in settings.carriers.values()}
    carriers = carriers_of(settings, engine)
    assert len(carriers) == len(settings.carriers) + 1
    assert (kinds, len(routes_of(settings))) == (set(KINDS), 3)
    assert ears_of(settings, engine).keys() == settings.carriers.keys() - {"north"}
    for each in carriers:
        await each.close()


async def test_every_carrier_is_built_as_its_table_says(settings: Settings, engine: Engine) -> None:
    north, south, sandbox = carriers_of(settings, engine)
    assert [each.name for each in (north, south, sandbox)] == ["north", "south", "sandbox"]
    assert isinstance(north, SmppCarrier)
    assert north.validity.total_seconds() == 24 * 3600


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"kind": "pigeon"}, "carriers.north.kind takes smpp"),
        ({"kind": "smpp"}, "host is missing"),
        ({"kind": "smpp", "host": "h", "port": 1, "system_id": "s"}, "password_file is missing"),
        ({"kind": "smpp", "host": "h", "port": 1, "system_id": "s", "password_file": "/nowhere"}, "cannot be read"),
        ({"kind": "smpp", "hots": "h"}, "hots is unknown"),
        ({"kind": "smpp", "mode": "loud"}, "mode takes transceiver"),
        ({"kind": "smpp", "sessions": 0}, "sessions must be a whole number of at least 1"),
        ({}, "kind is missing"),
    ],
)
async def test_a_table_that_makes_no_sense_is_refused_by_the_name_of_its_key(
    engine: Engine, table: dict[str, Any], told: str
) -> None:
    with pytest.raises(RuleError, match=told):
        carriers_of(Settings(carriers={"north": table}), engine)


@pytest.mark.parametrize("name", ["sandbox", "a" * 21, "a:b"])
async def test_a_name_that_cannot_be_told_apart_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(RuleError, match="has a name"):
        carriers_of(Settings(carriers={name: {"kind": "smpp"}}), engine)


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuleError, match=r"in_doubt\.resend takes alert, marketing"):
        read_rules(read_settings_of("[in_doubt]\nresend = ['spam']"))


@pytest.mark.parametrize("text", ["carriers = 3", "routes = ['north']", "routes = {}"])
def test_carriers_and_routes_are_tables(text: str) -> None:
    with pytest.raises(SettingsError):
        read_settings_of(text)


def read_settings_of(text: str) -> Settings:
    with NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return read_settings({"GATEWAY_CONFIG": file.name})
