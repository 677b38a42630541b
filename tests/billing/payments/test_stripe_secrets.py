"""Where Stripe's secrets come from, and that each missing piece is named."""

from pathlib import Path

import pytest

from gateway.billing.payments.stripe_secrets import API_KEY, WEBHOOK_SECRET, StripeSecrets, read_secrets
from gateway.settings import SettingsError


def test_without_an_api_key_there_is_no_stripe() -> None:
    assert read_secrets({WEBHOOK_SECRET: "whsec"}) is None


def test_secrets_come_from_the_environment_or_from_files(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("whsec\n")
    found = read_secrets({API_KEY: "sk", f"{WEBHOOK_SECRET}_FILE": str(tmp_path / "hook")})
    assert found == StripeSecrets("sk", "whsec")


def test_one_secret_without_the_other_is_named() -> None:
    with pytest.raises(SettingsError, match="set GATEWAY_STRIPE_WEBHOOK_SECRET too"):
        read_secrets({API_KEY: "sk"})


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(SettingsError, match="GATEWAY_STRIPE_API_KEY_FILE names"):
        read_secrets({f"{API_KEY}_FILE": str(tmp_path / "key")})


def test_a_secret_is_never_shown() -> None:
    assert repr(StripeSecrets("sk_live_1", "whsec_1")) == "StripeSecrets()"
