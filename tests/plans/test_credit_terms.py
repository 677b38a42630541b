"""The laws of the durations of credit."""

from datetime import timedelta

import pytest

from plans.checked import RuleError
from plans.terms import CreditTerms, credit_terms_from


def test_durations_are_read_in_the_units_of_the_terms() -> None:
    document = {"pack": {"months": 12}, "refund": {"days": 30, "when_carrier_is_silent": True}}
    assert credit_terms_from(document) == CreditTerms(12, timedelta(days=30), silence_refunded=True)


def test_a_pack_without_a_life_is_refused() -> None:
    document = {"pack": {"months": 0}, "refund": {"days": 30, "when_carrier_is_silent": True}}
    with pytest.raises(RuleError, match=r"pack\.months must be a whole number of at least 1"):
        credit_terms_from(document)
