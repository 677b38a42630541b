"""Values cross the socket as JSON and keep their meaning."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.accounts.refusals import Refused
from gateway.accounts.words import Notify
from gateway.app.plain import arguments_for, plain


@dataclass(frozen=True, slots=True)
class Parcel:
    """One value of each kind."""

    parcel_id: int
    parts: int
    fragile: bool
    notify: Notify
    sent_at: datetime
    returned_at: datetime | None
    labels: tuple[str, ...]


PARCEL = Parcel(250522881098776576, 2, True, Notify.ALL, datetime(2026, 11, 23, 9, tzinfo=UTC), None, ("a", "b"))


def test_a_value_is_told_in_the_words_of_json() -> None:
    """An identifier is text: it has more bits than jq and JavaScript keep of a number."""
    told = plain(PARCEL)
    assert told == {
        "parcel_id": "250522881098776576",
        "parts": 2,
        "fragile": True,
        "notify": "all",
        "sent_at": "2026-11-23T09:00:00+00:00",
        "returned_at": None,
        "labels": ["a", "b"],
    }
    assert json.loads(json.dumps(told)) == told


def test_many_things_are_a_list() -> None:
    def two() -> Iterator[Notify]:
        yield from (Notify.ALL, Notify.NONE)

    assert plain(two()) == ["all", "none"]


def command(connection: object, *, name: str, parts: int = 1, notify: Notify | None = None, yes: bool = False) -> None:
    """A command with an argument of each kind."""


@pytest.mark.parametrize(
    "given",
    [
        {"name": "a"},
        {"name": "a", "parts": 2, "notify": None, "yes": True},
        {"name": "a", "notify": Notify.ALL},
    ],
)
def test_arguments_that_fit_are_taken_as_they_are(given: dict[str, Any]) -> None:
    assert arguments_for(command, given) == given


def test_a_word_becomes_the_member_of_its_list() -> None:
    assert arguments_for(command, {"name": "a", "notify": "all"})["notify"] is Notify.ALL


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "Missing: name"),
        ({"name": "a", "colour": 1}, "no argument colour"),
        ({"name": "a", "connection": 1}, "no argument connection"),
        ({"name": 1}, "name = 1 does not fit. It takes str"),
        ({"name": None}, "name = None does not fit"),
        ({"name": "a", "parts": True}, "parts = True does not fit. It takes int"),
        ({"name": "a", "parts": "2"}, "parts = '2' does not fit"),
        ({"name": "a", "yes": 1}, "yes = 1 does not fit"),
        ({"name": "a", "notify": "some"}, "Choose one of all, failures, none"),
        ({"name": "a", "notify": 3}, "It takes Notify"),
    ],
)
def test_arguments_that_do_not_fit_are_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused, match=named):
        arguments_for(command, given)
