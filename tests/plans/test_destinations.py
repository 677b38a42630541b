"""The laws of the rate table; who may send where is under tests/terms."""

import pytest

from plans.checked import RuleError
from plans.destinations import Rates, rates_from

WRITTEN: dict[str, object] = {"default": 3, "surcharge": 1, "units_per_part": {"FR": 1}}


def test_a_destination_without_a_price_takes_the_default() -> None:
    rates = rates_from(WRITTEN)
    assert rates == Rates({"FR": 1}, default=3, surcharge=1)
    assert (rates.published("FR"), rates.published("BE")) == (1, 3)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"default": 0}, "default must be a whole number of at least 1"),
        ({"surcharge": True}, "surcharge must be a whole number"),
        ({"units_per_part": {"BE": 0}}, r"units_per_part\.BE must be a whole number of at least 1"),
        ({"discount": 1}, "discount is unknown; known here: default, surcharge, units_per_part"),
    ],
)
def test_an_error_names_its_key(changes: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        rates_from(WRITTEN | changes)
