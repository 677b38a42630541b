"""Settings come from one file and the environment, and every mistake is named."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import (
    GoogleSettings,
    OutlookSettings,
    RelaySettings,
    SellerSettings,
    Settings,
    SettingsError,
    SmtpSettings,
    TlsSettings,
    WebSettings,
    config_file,
    read_config,
    read_settings,
)

EXAMPLE = config_file("gateway.example.toml")


@pytest.fixture
def read_file(tmp_path: Path) -> Any:
    """Read settings out of the text of a configuration file and further variables."""

    def read(text: str, **environment: str) -> Settings:
        path = tmp_path / "gateway.toml"
        path.write_text(text, encoding="utf-8")
        return read_settings({"GATEWAY_CONFIG": str(path), **environment})

    return read


def test_a_fresh_machine_needs_no_settings() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert settings.url == "sqlite:///var/gateway.db"


def test_the_environment_sets_where_it_runs() -> None:
    settings = read_settings(
        {
            "GATEWAY_DATA_DIR": "/srv/gateway",
            "GATEWAY_DATABASE_URL": "postgresql://127.0.0.1/gateway",
            "GATEWAY_DOMAIN": "sms.example",
            "GATEWAY_SMTP_PORT": "25",
            "GATEWAY_WEB_PORT": "0",
        }
    )
    found = (settings.data_dir, settings.url, settings.domain, settings.smtp.port, settings.web.port)
    assert found == (Path("/srv/gateway"), "postgresql://127.0.0.1/gateway", "sms.example", 25, 0)


def test_the_environment_wins_over_the_file(read_file: Any) -> None:
    settings = read_file('domain = "file.example"\n[smtp]\nport = 1\nmax_recipients = 7', GATEWAY_SMTP_PORT="2")
    assert (settings.domain, settings.smtp.port, settings.smtp.max_recipients) == ("file.example", 2, 7)


def test_an_empty_variable_sets_nothing() -> None:
    assert read_settings({"GATEWAY_DOMAIN": ""}) == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1", r"unknown setting colour\. Known here: answers, "),
        ("domian = 1", r"unknown setting domian, did you mean domain\? Known here: "),
        ("[smtp]\ncolour = 1", r"unknown setting smtp\.colour"),
        ('[smtp]\nport = "many"', r"smtp\.port = 'many' is not a whole number"),
        ("[sandbox]\nenabled = 1", r"sandbox\.enabled = 1 is not true or false"),
        ("smtp = 1", r"smtp is a table: write \[smtp\]"),
        ("[relay]\nport = 25", "setting missing in relay: host"),
        ('[smtp.tls]\nkey = "k"', r"setting missing in smtp\.tls: certificate"),
        ("not toml", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(read_file: Any, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_file(text)


def test_a_port_that_is_no_number_is_named() -> None:
    with pytest.raises(SettingsError, match=r"smtp\.port = 'many'"):
        read_settings({"GATEWAY_SMTP_PORT": "many"})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml, which does not exist"):
        read_settings({"GATEWAY_CONFIG": str(tmp_path / "nowhere.toml")})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('domain = "sms exemple"', "is no domain"),
        (f'domain = "{"a." * 120}example"', "is no domain"),
        ('domain = "sms.exämple"', "its other form, with xn--"),
        ('database_url = "mysql://root:secret@host/x"', "database_url names no database"),
        ('database_url = "sqlite://"', "database_url names no database"),
        ('[smtp]\nlmtp_fronts = ["10.0.0.0/99"]', r"smtp\.lmtp_fronts: "),
        ('[web]\ntrusted_proxies = ["10.0.0.1/8"]', r"web\.trusted_proxies: "),
        ("[smtp]\nsubmissions_port = 465", r"smtp\.submissions_port needs a certificate"),
        (
            '[relay]\nhost = "relay.example"\nsecurity = "startls"',
            r"relay\.security = 'startls' is none of none, starttls",
        ),
        ('[notices]\npostmaster = "anna"', r"notices\.postmaster = 'anna' is no mail address"),
        (
            '[notices]\npostmaster = "a@sms.localhost"',
            r"notices\.postmaster = 'a@sms.localhost' is an address of the gateway",
        ),
        ("[smtp]\nmax_mail_bytes = -1", r"smtp\.max_mail_bytes = -1 cannot work; take 65536 or more"),
        (
            "[answers]\nkeep_days = 60",
            r"answers\.keep_days = 60 is below answers\.address_days = 90.*raise keep_days",
        ),
        ("[answers]\nwindow_days = 400", r"keep_days = 365 is below answers\.window_days = 400.*or lower window_days"),
        ("[answers]\nlink_days = 0", r"answers\.link_days = 0 cannot work; take 1 or more"),
        ("[smtp]\ndata_timeout_s = nan", r"smtp\.data_timeout_s = nan cannot work"),
        ("[notices]\ngather_s = inf", r"notices\.gather_s = inf cannot work"),
    ],
)
def test_a_setting_that_cannot_work_is_named_before_anything_starts(read_file: Any, text: str, named: str) -> None:
    """A word misspelt as the relay's security would send mail and password in clear."""
    with pytest.raises(SettingsError, match=named) as refused:
        read_file(text)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"gateway\.toml is not valid TOML"):
        read_settings({"GATEWAY_CONFIG": str(file)})


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="which cannot be read: Is a directory"):
        read_settings({"GATEWAY_CONFIG": str(tmp_path)})


def test_the_example_file_changes_nothing() -> None:
    assert read_settings({"GATEWAY_CONFIG": str(EXAMPLE)}) == Settings()


def test_the_example_file_shows_every_setting(read_file: Any) -> None:
    """With every line in force it reads as settings, and names all there are."""
    text = _in_force(EXAMPLE.read_text(encoding="utf-8"))
    read_file(text)
    named = set(re.findall(r"^(\w+) =", text, re.MULTILINE))
    elsewhere = {"carriers", "routes"}  # in an example of their own, which is read in tests/app/test_carriers.py
    assert named == set(_names(Settings)) - elsewhere


def test_the_example_file_shows_the_defaults(read_file: Any) -> None:
    shown = read_file(_in_force(EXAMPLE.read_text(encoding="utf-8")))
    defaults = Settings(smtp=SmtpSettings(tls=shown.smtp.tls), relay=RelaySettings(host=shown.relay.host))
    without_default = {"database_url", "submissions_port", "lmtp_port", "lmtp_socket", "rate_per_s", "postmaster"}
    without_default |= {"public_url", "google", "outlook", "private_servers"}
    assert set(_different(defaults, shown)) == without_default | {"username", "password_file", "seller"}


def test_pages_are_where_the_port_is_unless_a_proxy_is_in_front() -> None:
    assert WebSettings().base_url == "http://localhost:8025"
    assert WebSettings(public_url="https://sms.example.com/").base_url == "https://sms.example.com"


def _in_force(text: str) -> str:
    """The example with the ``#`` taken away before every setting and table."""
    return re.sub(r"^#(?=\w+ = |\[)", "", text, flags=re.MULTILINE)


def _names(kind: type) -> Iterator[str]:
    """Every setting of ``kind`` that is no table, tables unfolded."""
    tables: Mapping[str, type] = {
        "tls": TlsSettings,
        "relay": RelaySettings,
        "google": GoogleSettings,
        "outlook": OutlookSettings,
        "seller": SellerSettings,
    }
    for each in fields(kind):
        table = tables.get(each.name) or each.default_factory
        if isinstance(table, type) and is_dataclass(table):
            yield from _names(table)
        else:
            yield each.name


def _different(one: Any, other: Any) -> Iterator[str]:
    """The settings whose values differ."""
    for each in fields(one):
        ours, theirs = getattr(one, each.name), getattr(other, each.name)
        if is_dataclass(ours):
            yield from _different(ours, theirs)
        elif ours != theirs:
            yield each.name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[smtp]\nlmtp_fronts = "127.0.0.1"', "smtp.lmtp_fronts = '127.0.0.1' is not a list of texts"),
        ("domain = 5", "domain = 5 is not a text"),
        ("[smtp]\nport = 1.5", "smtp.port = 1.5 is not a whole number"),
        ("[smtp]\nport = true", "smtp.port = True is not a whole number"),
        ("[web]\nport = 70000", "web.port = 70000 is no port"),
        ("smtp = 1", "smtp is a table: write [smtp]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(read_file: Any, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(complaint)):
        read_file(text, GATEWAY_SMTP_PORT="" if "[smtp]" in text else "2525")


def test_an_operators_own_copy_of_a_data_file_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the file that GATEWAY_CONFIG names; of what is no operator's, such as the wording, there is none."""
    monkeypatch.setenv("GATEWAY_CONFIG", str(tmp_path / "gateway.toml"))
    shipped = config_file("keywords.toml")
    for name in ("smpp_status.toml", "wording.en.toml"):
        (tmp_path / name).write_text("retry = [0x99]", encoding="utf-8")
    assert read_config("smpp_status.toml") == {"retry": [0x99]}
    assert config_file("wording.en.toml").parent == shipped.parent
    (tmp_path / "keywords.toml").write_text("retry =", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"keywords\.toml cannot be read as TOML"):
        read_config("keywords.toml")
