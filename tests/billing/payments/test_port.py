"""What cannot be asked of any gateway, and what no text of ours shows."""

import pytest

from gateway.billing.payments.outcomes import ClientStep
from gateway.billing.payments.port import ChargeRequest, Payer, PaymentMisuse
from plans.money import Money


def request(key: str = "invoice 1", cents: int = 4799, description: str = "BUSINESS") -> ChargeRequest:
    return ChargeRequest(key, "customer", "method", Money(cents), description)


@pytest.mark.parametrize("cents", [0, -1, -4799])
def test_only_an_amount_above_zero_can_be_charged(cents: int) -> None:
    with pytest.raises(PaymentMisuse, match="above zero"):
        request(cents=cents)


@pytest.mark.parametrize("key", ["", "k" * 201, "clé", "a\nb"])
def test_a_key_is_short_and_plain(key: str) -> None:
    with pytest.raises(PaymentMisuse, match="a key has 1 to 200"):
        request(key=key)


def test_a_description_is_bounded() -> None:
    with pytest.raises(PaymentMisuse, match="at most 500"):
        request(description="d" * 501)


def test_a_log_of_these_values_gives_nobody_away() -> None:
    shown = f"{Payer('17', 'Alice', 'alice@client.example')} {ClientStep('si_1', 'https://x.example', 'secret')}"
    assert [word for word in ("Alice", "alice@", "https", "secret'") if word in shown] == []
