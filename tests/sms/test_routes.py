"""Which carrier takes a message: a pure choice that explains itself."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.routes import (
    Fit,
    Journey,
    Route,
    SenderType,
    carrier_of,
    choose,
    reaches,
    route_from,
    sender_type,
)
from plans.checked import RuleError, Section
from plans.words import MessageClass

ALERT = Journey("FR", MessageClass.ALERT, SenderType.NONE, "alice", fictional=False)


def fits(*routes: Route, journey: Journey = ALERT, closed: frozenset[str] = frozenset()) -> list[Fit]:
    return [fit for _, fit in choose(routes, journey, closed, 1).findings]


def test_the_lowest_priority_goes_first_then_the_cheapest() -> None:
    routes = (Route("dear", cost=50), Route("cheap", cost=40), Route("last", priority=1))
    assert choose(routes, ALERT, (), 1).carrier == "cheap"
    assert fits(*routes) == [Fit.IN_RESERVE, Fit.CHOSEN, Fit.IN_RESERVE]


def test_a_carrier_that_fails_is_left_out_and_the_next_one_takes_over() -> None:
    routes = (Route("first"), Route("second", priority=1))
    assert choose(routes, ALERT, {"first"}, 1).carrier == "second"
    assert fits(*routes, closed=frozenset({"first"})) == [Fit.CLOSED, Fit.CHOSEN]
    assert choose(routes, ALERT, {"first", "second"}, 1).carrier is None


@pytest.mark.parametrize(
    ("route", "fit"),
    [
        (Route("a", destinations=frozenset({"BE"})), Fit.DESTINATION),
        (Route("a", classes=frozenset({MessageClass.MARKETING})), Fit.MESSAGE_CLASS),
        (Route("a", senders=frozenset({SenderType.ALPHANUMERIC})), Fit.SENDER),
        (Route("a", accounts=frozenset({"bob"})), Fit.ACCOUNT),
        (Route("a", fictional=True), Fit.FICTIONAL),
    ],
)
def test_a_route_that_does_not_take_such_a_message_says_why(route: Route, fit: Fit) -> None:
    assert fits(route) == [fit]
    assert not reaches([route], ALERT)
    assert choose([route], ALERT, (), 1).carrier is None


def test_a_route_takes_what_all_of_its_conditions_let_through() -> None:
    route = Route(
        "a",
        destinations=frozenset({"FR"}),
        classes=frozenset({MessageClass.ALERT}),
        senders=frozenset({SenderType.NONE}),
        accounts=frozenset({"alice"}),
    )
    assert (fits(route), reaches([route], ALERT)) == ([Fit.CHOSEN], True)


def test_equals_share_by_their_weights_and_a_message_keeps_its_carrier() -> None:
    routes = (Route("one", share=1), Route("three", share=3))
    ids = range(250545910579200000, 250545910579204000)
    taken = Counter(choose(routes, ALERT, (), each).carrier for each in ids)
    assert 0.7 < taken["three"] / len(ids) < 0.8
    assert fits(*routes).count(Fit.SHARED) == 1
    assert choose(routes, ALERT, (), ids[0]) == choose(routes, ALERT, (), ids[0])


def test_everything_can_go_to_one_carrier_numbers_of_fiction_too() -> None:
    fiction = Journey("FR", MessageClass.ALERT, SenderType.NONE, "alice", fictional=True)
    assert {choose((Route("a"), Route("a", fictional=True)), each, (), 1).carrier for each in (ALERT, fiction)} == {"a"}


@pytest.mark.parametrize(
    ("display", "kind"),
    [
        (None, SenderType.NONE),
        ("", SenderType.NONE),
        ("+33612345678", SenderType.NUMBER),
        ("36111", SenderType.NUMBER),
        ("ALICE", SenderType.ALPHANUMERIC),
    ],
)
def test_a_sender_id_is_of_a_kind(display: str | None, kind: SenderType) -> None:
    assert sender_type(display) is kind


@given(
    st.lists(st.builds(Route, st.sampled_from("abc"), priority=st.integers(0, 2), share=st.integers(1, 5)), max_size=6),
    st.frozensets(st.sampled_from("abc")),
    st.integers(0, 2**63 - 1),
)
def test_the_carrier_is_open_one_route_at_most_is_chosen_and_every_route_is_explained(
    routes: list[Route], closed: frozenset[str], draw: int
) -> None:
    choice = choose(routes, ALERT, closed, draw)
    chosen = [route for route, fit in choice.findings if fit is Fit.CHOSEN]
    assert [route for route, _ in choice.findings] == routes
    assert [each.carrier for each in chosen] == ([choice.carrier] if choice.carrier else [])
    assert choice.carrier not in closed
    assert choice.carrier == carrier_of(routes, ALERT, closed, draw)
    assert (choice.carrier is None) == all(each.carrier in closed for each in routes)


def test_a_route_is_read_from_its_table() -> None:
    table = {
        "carrier": "north",
        "destinations": ["FR", "RE"],
        "classes": ["alert"],
        "senders": ["number"],
        "accounts": ["alice"],
        "priority": 2,
        "cost": 41_000,
        "share": 3,
    }
    assert route_from(Section(table), ["north"]) == Route(
        "north",
        frozenset({"FR", "RE"}),
        frozenset({MessageClass.ALERT}),
        frozenset({SenderType.NUMBER}),
        frozenset({"alice"}),
        2,
        41_000,
        3,
    )
    assert route_from(Section({"carrier": "north"}), ["north"]) == Route("north")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"carrier": "south"}, "no carrier is called 'south'; known: north"),
        ({"carrier": "north", "clases": []}, "clases is unknown"),
        ({"carrier": "north", "classes": ["spam"]}, "classes takes alert, marketing"),
        ({"carrier": "north", "share": 0}, "share must be a whole number of at least 1"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_by_the_name_of_its_key(table: dict[str, object], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        route_from(Section(table), ["north"])
