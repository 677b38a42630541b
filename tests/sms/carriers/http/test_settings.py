"""What every carrier over HTTP can be told."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.sms.carriers.http.deliveries import Guard
from gateway.sms.carriers.http.kinds import callback
from gateway.sms.carriers.http.settings import Terms, Timing, address, terms_from
from plans.checked import RuleError, Section


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with a secret."""
    path = tmp_path / "secret"
    path.write_text("path-secret-1234\n", encoding="utf-8")
    return path


def test_nothing_has_to_be_said() -> None:
    assert terms_from("one", Section({})) == Terms("one")
    assert callback("https://sms.example.com", Terms("o ne")) == "https://sms.example.com/webhooks/sms/o%20ne"


def test_everything_can_be_said(secret: Path) -> None:
    said = {
        "timing": {"window": 3, "connect_s": 1, "response_s": 2.5, "queue_s": 3, "drain_s": 4},
        "tries_for_h": 12,
        "path_secret_file": str(secret),
        "addresses": ["192.0.2.0/24", "2001:db8::1"],
    }
    terms = terms_from("one", Section(said))
    networks = (ip_network("192.0.2.0/24"), ip_network("2001:db8::1"))
    assert terms == Terms("one", Timing(3, 1, 2.5, 3, 4), timedelta(hours=12), Guard("path-secret-1234", networks))
    assert callback("https://sms.example.com", terms) == "https://sms.example.com/webhooks/sms/one/path-secret-1234"
    assert "path-secret-1234" not in repr(terms)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"timing": {"windw": 1}}, "timing.windw is unknown"),
        ({"timing": {"window": 0}}, "window must be a whole number of at least 1"),
        ({"timing": {"queue_s": 0}}, "queue_s must be a number above 0"),
        ({"timing": {"queue_s": True}}, "queue_s must be a number above 0"),
        (
            {"timing": {"response_s": 30}},
            "timing: queue_s 10 . 2 x connect_s 10 . response_s 30 are 50 s, and after 45 s .* lower one of them",
        ),
        ({"addresses": ["example.com"]}, "example.com is no IP address"),
        ({"path_secret_file": "/nowhere"}, "cannot be read: No such file"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_key(said: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        terms_from("one", Section(said))


@pytest.mark.parametrize("text", ["short", "0123456789/abcdef", "0123456789 abcdef"])
def test_a_secret_in_a_path_is_long_and_stands_there_as_it_is(secret: Path, text: str) -> None:
    secret.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="path_secret_file must hold at least 16"):
        terms_from("one", Section({"path_secret_file": str(secret)}))


@pytest.mark.parametrize("text", [b"", b"\n", b"two\nlines", b"caf\xc3\xa9", b"\xff\xfe"])
def test_a_secret_is_one_line_of_ascii(secret: Path, text: bytes) -> None:
    secret.write_bytes(text)
    with pytest.raises(RuleError, match="path_secret_file names a file"):
        terms_from("one", Section({"path_secret_file": str(secret)}))


@pytest.mark.parametrize(
    "url",
    ["api.example.com", "ftp://api.example.com", "https://", "https://a:port", "https://[", "https://exämple.com"],
)
def test_an_address_is_one(url: str) -> None:
    with pytest.raises(RuleError, match="api"):
        address(Section({"api": url}), "api")


def test_an_address_ends_without_a_slash_and_may_have_a_default() -> None:
    assert address(Section({"api": "https://a.example/v1/"}), "api", "https://b") == "https://a.example/v1"
    assert address(Section({}), "api", "https://b.example") == "https://b.example"
