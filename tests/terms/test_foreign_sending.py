"""The terms on sending outside the client's country (special term 2)."""

from plans.destinations import Rates, part_price

RATES = Rates({"FR": 1, "RE": 2}, default=3, surcharge=1)


def test_home_is_open_at_its_published_price() -> None:
    """R67, special term 2: the service is limited to the client's country of registration."""
    assert part_price("FR", "FR", {}, RATES, surcharges=False) == 1


def test_every_other_country_is_blocked_by_default() -> None:
    """R67, special term 2: SMS abroad is blocked as a matter of principle."""
    assert part_price("BE", "FR", {}, RATES, surcharges=False) is None


def test_overseas_territories_are_destinations_apart() -> None:
    """R70, special term 2: Réunion is blocked for a client of the mainland, and the mainland for one of Réunion."""
    assert part_price("RE", "FR", {}, RATES, surcharges=False) is None
    assert part_price("FR", "RE", {}, RATES, surcharges=False) is None
    assert part_price("RE", "RE", {}, RATES, surcharges=False) == 2


def test_an_authorisation_opens_one_destination_at_its_price() -> None:
    """R68, special term 2: opening needs an authorisation; without a price of its own the published one applies."""
    opened = {"BE": 2, "RE": None, "DE": None}
    assert part_price("BE", "FR", opened, RATES, surcharges=False) == 2
    assert part_price("RE", "FR", opened, RATES, surcharges=False) == 2
    assert part_price("DE", "FR", opened, RATES, surcharges=False) == 3
    assert part_price("ES", "FR", opened, RATES, surcharges=False) is None


def test_sending_without_authorisation_costs_more() -> None:
    """R69, special term 2: an account that is not blocked pays an additional price, and only where it has not asked."""
    assert part_price("BE", "FR", {}, RATES, surcharges=True) == 4
    assert part_price("BE", "FR", {"BE": None}, RATES, surcharges=True) == 3
    assert part_price("FR", "FR", {}, RATES, surcharges=True) == 1
