"""The laws of invitations to conferences: a number to dial in is no client's, and a client's is none to dial in."""

import pytest

from gateway.calendar.extract import Remark, Told, WhyNothing
from gateway.calendar.extract.conference import blocks
from gateway.calendar.extract.outcome import Field
from tests.calendar.extract.reading import ANNE, found, read, why

RULE = "_" * 60
MEET = """Rejoindre avec Google Meet : https://meet.google.com/abc-defg-hij
Ou composez le : \u202a(FR) +33 1 87 40 12 34\u202c Code : 123 456 789#
Autres numéros de téléphone : https://tel.meet/abc-defg-hij?pin=123"""
ZOOM = """Join Zoom Meeting
https://zoom.us/j/93312345678

Meeting ID: 933 1234 5678
One tap mobile
+16465588656,,93312345678#,,,,*417055# US (New York)

Dial by your location
        +1 646 558 8656 US (New York)
        +44 203 481 5237 United Kingdom
        +852 5803 3730 Hong Kong SAR
        France: +33 1 87 40 12 34
Find your local number: https://zoom.us/u/abcd"""
TEAMS = f"""{RULE}
Réunion Microsoft Teams
Cliquez ici pour participer à la réunion<https://teams.microsoft.com/l/meetup-join/19>
Ou composer le numéro (audio uniquement)
+33 1 70 99 52 05,,612345678#<tel:+33170995205,,612345678#>   France, Paris
ID de conférence téléphonique : 612 345 678#
Rechercher un numéro local<https://dialin.teams.microsoft.com/a> | Réinitialiser le code PIN<https://aka.ms/b>
{RULE}"""
INVITATIONS = pytest.mark.parametrize("invitation", [MEET, ZOOM, TEAMS], ids=["Meet", "Zoom", "Teams"])


@INVITATIONS
def test_an_invitation_alone_has_no_number(invitation: str) -> None:
    assert why(read("Visio", "", invitation)) is WhyNothing.CONFERENCE


@INVITATIONS
@pytest.mark.parametrize("client", ["06 39 98 12 34", "Anne : +33 6 39 98 12 34", "0639981234 (Anne)"])
def test_a_number_typed_above_or_below_is_the_clients(invitation: str, client: str) -> None:
    for text in (f"{client}\n{invitation}", f"{invitation}\n{client}", f"{invitation}\n\n{client}\n\n{invitation}"):
        assert found(read("Visio", "", text)) == ANNE


@INVITATIONS
@pytest.mark.parametrize("client", ["Jane Smith +1 212 555 0143", "cell: (212) 555-0143"])
def test_so_it_is_where_mobiles_look_like_landlines(invitation: str, client: str) -> None:
    for text in (f"{client}\n\n{invitation}", f"{invitation}\n\n{client}"):
        assert found(read("Call", "", text, default_region="US")) == "+12125550143"


def test_a_mobile_within_the_rules_of_an_invitation_is_the_clients() -> None:
    assert found(read("Visio", "", TEAMS.replace("Réunion M", "Anne 06 39 98 12 34\nRéunion M"))) == ANNE


def test_what_stands_between_rules_without_the_words_of_a_conference_counts() -> None:
    assert found(read("", "", f"{RULE}\n+1 212 555 0143\n{RULE}\n{MEET}", default_region="US")) == "+12125550143"
    assert why(read("", "", f"{RULE}\n+1 212 555 0143\n{MEET}\n{RULE}", default_region="US")) is WhyNothing.CONFERENCE


def test_a_bare_number_right_below_the_words_of_a_conference_is_theirs() -> None:
    assert why(read("", "", "Join by phone\n+1 415-555-0143", default_region="US")) is WhyNothing.CONFERENCE
    assert found(read("", "", "Join by phone\n\n+1 415-555-0143", default_region="US")) == "+14155550143"


def test_a_title_that_names_a_conference_is_the_clients() -> None:
    assert found(read("Zoom meeting Jane 212-555-0143", default_region="US")) == "+12125550143"
    assert found(read("Réunion Zoom Anne 06 39 98 12 34")) == ANNE


@pytest.mark.parametrize("keys", [",,123456#", "#", " PIN: 123 456#", ", code 123456", " ,,1"])
def test_a_number_with_keys_to_dial_after_it_is_a_conferences(keys: str) -> None:
    assert why(read(f"Audio +1 415 555 2671{keys}")) is WhyNothing.CONFERENCE


def test_a_door_code_after_a_mobile_is_none_to_dial() -> None:
    assert found(read("", "12 rue Haute, 06 39 98 12 34, code 4512")) == ANNE


def test_the_explanation_tells_how_many_numbers_were_cut() -> None:
    outcome = read("Anne 06 39 98 12 34", "", MEET)
    assert outcome.explained[1:] == (Remark(Told.CONFERENCE, Field.DESCRIPTION, ("+33187401234",)),)


def test_text_without_the_words_of_a_conference_has_no_blocks() -> None:
    assert blocks("Anne\n+1 646 558 8656 US (New York)\n" + RULE) == []


def test_blocks_begin_and_end_with_the_words_of_a_conference() -> None:
    text = f"Anne\n\n{ZOOM}\n\nBilan"
    assert text[blocks(text)[0][0] : blocks(text)[-1][1]] == ZOOM


def test_dial_in_numbers_above_the_words_of_a_conference_are_theirs() -> None:
    lines = "+1 646 558 8656 US (New York)\n\nFind your local number: x"
    assert len(blocks(lines)) == 2
    assert len(blocks("+1 646 558 8656\n\nFind your local number: x")) == 1
    assert len(blocks("+1 646 558 8656 US\n\n\n\nFind your local number: x")) == 1
