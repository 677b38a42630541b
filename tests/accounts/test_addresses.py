"""What is registered is found again, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts import addresses


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("IT@Clinic.Example", "it@clinic.example"),
        ("it+phone@clinic.example", "it+phone@clinic.example"),
        ("café@bücher.example", "café@xn--bcher-kva.example"),
        ("it@clinic.example.", "it@clinic.example"),
    ],
)
def test_an_address_has_one_spelling(written: str, stored: str) -> None:
    assert addresses.address(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "clinic.example",
        "@clinic.example",
        "it@",
        "it@localhost",
        "it@192.0.2.7",
        "it@[192.0.2.7]",
        "a b@clinic.example",
        "a@b@clinic.example",
        "<it@clinic.example>",
        "it@clinic..example",
        "it@-clinic.example",
        "a" * 65 + "@clinic.example",
        "it@\u2024.fr",
        "\x00@clinic.example",
        "\ud800@clinic.example",
    ],
)
def test_what_is_no_address_is_none(written: str) -> None:
    assert addresses.address(written) is None


def test_a_domain_that_is_too_long_is_none() -> None:
    assert addresses.domain("a." * 127 + "fr") is None


@given(st.text(max_size=80))
def test_a_spelling_is_stable(written: str) -> None:
    """Normalising twice changes nothing more, and no input raises."""
    for normal in (addresses.address, addresses.domain):
        spelled = normal(written)
        assert spelled is None or normal(spelled) == spelled


@pytest.mark.parametrize(
    ("network", "peer", "covered"),
    [
        ("192.0.2.0/24", "192.0.2.77", True),
        ("192.0.2.0/24", "192.0.3.1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("2001:db8::/64", "2001:db8::7", True),
        ("2001:db8::/64", "192.0.2.7", False),
        ("192.0.2.0/24", "2001:db8::7", False),
        ("fe80::/64", "fe80::1%eth0", True),
    ],
)
def test_a_network_covers_the_peers_within(network: str, peer: str, covered: bool) -> None:
    registered, other_side = addresses.network(network), addresses.host(peer)
    assert registered is not None
    assert other_side is not None
    assert addresses.covers(registered, other_side) is covered


@pytest.mark.parametrize("peer", ["", "localhost", "192.0.2.256", "/run/gateway.sock"])
def test_what_is_no_ip_address_is_no_host(peer: str) -> None:
    assert addresses.host(peer) is None
