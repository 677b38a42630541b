"""The doctor names what is well, what to watch and what must be mended, and hides nothing."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from gateway.app import opening
from gateway.app.doctor import Finding, Health, examine
from gateway.engine.vault import open_vault
from gateway.settings import (
    GoogleSettings,
    OutlookSettings,
    RelaySettings,
    SandboxSettings,
    Settings,
    SmtpSettings,
    TlsSettings,
    WebSettings,
)
from tests.clock import StoppedClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A gateway that was set up and is not running, on ports that are free."""
    settings = Settings(data_dir=tmp_path / "var", smtp=SmtpSettings(port=0), web=WebSettings(port=0))
    opening.migrate(settings)
    return settings


def findings(settings: Settings, clock: StoppedClock | None = None) -> dict[str, Finding]:
    """What was found, by name."""
    return {each.name: each for each in examine(settings, clock or StoppedClock())}


def test_a_gateway_that_was_set_up_needs_no_mending(settings: Settings) -> None:
    found = findings(settings)
    assert {name for name, each in found.items() if each.health is Health.MEND} == set()
    assert set(found) >= {"python", "sqlite", "data directory", "disk", "database", "vault key", "clock"}


def test_a_fresh_machine_needs_no_mending(tmp_path: Path) -> None:
    found = findings(Settings(data_dir=tmp_path / "a" / "b"))
    assert found["data directory"].text.endswith("will be made")
    assert found["database"].health is Health.WATCH


def test_everything_that_is_not_well_has_a_cure(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    for each in findings(Settings(data_dir=blocked)).values():
        assert each.health is Health.WELL or each.cure


def test_a_data_directory_that_is_a_file_must_be_mended(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert findings(Settings(data_dir=blocked))["data directory"].health is Health.MEND


def test_a_data_directory_open_to_others_is_watched(settings: Settings) -> None:
    settings.data_dir.chmod(0o750)
    assert findings(settings)["data directory"].health is Health.WATCH


@pytest.mark.parametrize(("mode", "health"), [(0o600, Health.WELL), (0o640, Health.MEND), (0o604, Health.MEND)])
def test_only_its_owner_may_read_the_vault_key(settings: Settings, mode: int, health: Health) -> None:
    open_vault(settings.data_dir)
    (settings.data_dir / "vault.key").chmod(mode)
    assert findings(settings)["vault key"].health is health


def test_a_database_that_is_none_must_be_mended(settings: Settings) -> None:
    (settings.data_dir / "gateway.db").write_bytes(b"no database" * 1000)
    assert findings(settings)["database"].health is Health.MEND


def test_a_database_without_tables_must_be_brought_up_to_date(settings: Settings) -> None:
    (settings.data_dir / "gateway.db").write_bytes(b"")
    found = findings(settings)["database"]
    assert (found.health, found.cure) == (Health.MEND, "Run `gateway migrate`.")


def test_a_server_that_cannot_be_reached_must_be_mended(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = findings(Settings(data_dir=tmp_path, database_url=f"postgresql://gateway:secret@127.0.0.1:{port}/gateway"))
    assert found["database"].health is Health.MEND
    assert "refused" in found["database"].text
    assert "secret" not in found["database"].text
    assert "sqlite" not in found


def test_a_port_that_another_program_holds_must_be_freed(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        held = Settings(data_dir=settings.data_dir, web=WebSettings(port=port), smtp=SmtpSettings(port=0))
        assert findings(held)["web port"].health is Health.MEND
    assert findings(held)["web port"].health is Health.WELL


def test_on_postgresql_a_port_in_use_may_be_that_of_the_service(tmp_path: Path) -> None:
    """It has no control socket to ask, and where all is well the doctor must not exit with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        away = "postgresql://gateway@127.0.0.1:1/gateway"
        held = Settings(data_dir=tmp_path, database_url=away, web=WebSettings(port=port), smtp=SmtpSettings(port=0))
        found = findings(held)["web port"]
    assert (found.health, "a service of yours" in (found.cure or "")) == (Health.WATCH, True)


def test_a_certificate_that_cannot_be_used_must_be_mended(settings: Settings, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("sms.localhost")
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    for path, health in ((key, Health.WELL), (certificate, Health.MEND), (tmp_path / "nowhere", Health.MEND)):
        smtp = SmtpSettings(port=0, tls=TlsSettings(certificate, path))
        assert findings(Settings(data_dir=settings.data_dir, smtp=smtp))["tls"].health is health


def test_files_with_secrets_must_be_there_and_hold_something(settings: Settings, tmp_path: Path) -> None:
    """Or the service does not start."""
    path = tmp_path / "secret"
    told = replace(
        settings,
        relay=RelaySettings("smtp.example.com", username="gateway", password_file=path),
        google=GoogleSettings("client", path),
        outlook=OutlookSettings("client", path),
    )
    for content, health in ((None, Health.MEND), ("\n", Health.MEND), ("secret\n", Health.WELL)):
        if content:
            path.write_text(content, encoding="utf-8")
        found = findings(told)
        assert {found[each].health for each in ("relay password", "google secret", "outlook secret")} == {health}


def test_a_socket_for_lmtp_needs_a_folder(settings: Settings, tmp_path: Path) -> None:
    for folder, health in ((tmp_path, Health.WELL), (tmp_path / "nowhere", Health.MEND)):
        smtp = SmtpSettings(port=0, lmtp_socket=folder / "lmtp.sock")
        assert findings(replace(settings, smtp=smtp))["lmtp socket"].health is health


def test_a_clock_that_lost_the_time_must_be_set(settings: Settings) -> None:
    found = findings(settings, StoppedClock(datetime(1970, 1, 1, tzinfo=UTC)))
    assert found["clock"].health is Health.MEND


def test_a_vault_key_that_is_none_must_be_put_back(settings: Settings) -> None:
    key = settings.data_dir / "vault.key"
    key.write_text("no key\n", encoding="utf-8")
    key.chmod(0o600)
    found = findings(settings)["vault key"]
    assert (found.health, "no key: a key is 32 bytes" in found.text) == (Health.MEND, True)


@pytest.mark.parametrize(
    ("carriers", "sandbox", "health"),
    [({}, True, Health.WATCH), ({}, False, Health.MEND), ({"main": {"kind": "smpp"}}, True, Health.MEND)],
)
def test_a_gateway_without_a_carrier_is_told_that_nothing_leaves_it(
    tmp_path: Path, carriers: dict[str, object], sandbox: bool, health: Health
) -> None:
    """What its phones in the database got is shown as delivered."""
    settings = Settings(data_dir=tmp_path, carriers=carriers, sandbox=SandboxSettings(enabled=sandbox))
    assert findings(settings)["carriers"].health is health


def test_a_carrier_whose_table_makes_sense_is_well(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password", encoding="utf-8")
    table = {"kind": "smpp", "host": "127.0.0.1", "port": 2775, "system_id": "us", "password_file": str(secret)}
    found = findings(Settings(data_dir=tmp_path, carriers={"main": table}))["carriers"]
    assert (found.health, found.text) == (Health.WELL, "main")


def test_an_operators_own_rules_that_cannot_be_read_must_be_mended(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_CONFIG", str(tmp_path / "gateway.toml"))
    (tmp_path / "rates.toml").write_text("FR =")
    found = findings(settings)["rules"]
    assert (found.health, "rates.toml cannot be read" in found.text) == (Health.MEND, True)


def test_rules_that_make_no_sense_must_be_mended(settings: Settings) -> None:
    """Or the service does not start."""
    assert findings(settings)["rules"].health is Health.WELL
    astray = findings(replace(settings, routes=({"carrier": "nobody"},)))["rules"]
    assert (astray.health, "nobody" in astray.text) == (Health.MEND, True)
    (settings.data_dir / "catalogue.toml").write_text("tear = 1", encoding="utf-8")
    assert "tear is unknown" in findings(settings)["rules"].text
