"""The laws of rendered reminders: the right day and hour on the right clock, and nothing unprintable."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.calendar.wording import (
    Kind,
    Practice,
    Style,
    Variable,
    Visit,
    lacking,
    parse_template,
    read_texts,
    render,
    sample,
    signed,
)
from gateway.sms.gsm import outside
from gateway.wording import Language
from tests.calendar.schedule.test_rules import INSTANTS, ZONES, local

PARIS = ZoneInfo("Europe/Paris")
FRENCH, ENGLISH = Style(Language.FR), Style(Language.EN)
PRACTICE = Practice("Cabinet Martin", "01 99 00 12 34")
MONDAY = local("2026-11-30 10:00")
VISIT = Visit(local("2026-12-02 14:00"), PARIS)


def said(
    source: str, *visits: Visit, style: Style = FRENCH, now: datetime = MONDAY, practice: Practice = PRACTICE
) -> str:
    return render(parse_template(source), visits or [VISIT], practice, style, now)


@pytest.mark.parametrize(
    ("source", "french", "english"),
    [
        ("{name}", "Cabinet Martin", "Cabinet Martin"),
        ("{contact}", "01 99 00 12 34", "01 99 00 12 34"),
        ("{date}", "2 décembre", "2 December"),
        ("{weekday}", "mercredi", "Wednesday"),
        ("{day}", "mercredi 2 décembre", "on Wednesday 2 December"),
        ("{time}", "14h00", "14:00"),
        ("{appointments}", "à 14h00", "at 14:00"),
        ("{{x}} [[y]]", "{x} [y]", "{x} [y]"),
        ("{place}", "", ""),
    ],
)
def test_a_variable_is_written_in_the_language(source: str, french: str, english: str) -> None:
    assert said(source, style=FRENCH) == french
    assert said(source, style=ENGLISH) == english


@pytest.mark.parametrize(
    ("now", "relative", "french", "english"),
    [
        ("2026-12-01 00:00", True, "demain mercredi 2 décembre", "tomorrow, Wednesday 2 December"),
        ("2026-12-02 09:00", True, "aujourd'hui mercredi 2 décembre", "today, Wednesday 2 December"),
        ("2026-11-30 23:59", True, "mercredi 2 décembre", "on Wednesday 2 December"),
        ("2026-12-01 09:00", False, "mercredi 2 décembre", "on Wednesday 2 December"),
        ("2026-12-03 09:00", True, "mercredi 2 décembre", "on Wednesday 2 December"),
    ],
)
def test_tomorrow_is_said_beside_the_date_never_instead_of_it(
    now: str, *, relative: bool, french: str, english: str
) -> None:
    for style, expected in ((FRENCH, french), (ENGLISH, english)):
        assert said("{day}", style=replace(style, relative=relative), now=local(now)) == expected


def test_hours_may_be_counted_to_twelve() -> None:
    assert said("{time}", style=Style(Language.EN, hours_24=False)) == "2:00 pm"
    assert outside(said("{time}", style=Style(Language.FR, hours_24=False))) == ""


def test_the_clock_is_that_of_the_appointment() -> None:
    reunion = ZoneInfo("Indian/Reunion")
    late = Visit(datetime(2026, 12, 1, 21, 30, tzinfo=UTC), reunion)
    assert said("{day} {time}", late) == "mercredi 2 décembre 01h30"
    assert said("{day}", late, now=datetime(2026, 12, 1, 21, 0, tzinfo=UTC)) == "aujourd'hui mercredi 2 décembre"


def test_french_dates_are_written_as_one_says_them_and_stay_in_the_alphabet() -> None:
    assert said("{date}", Visit(local("2027-08-01 09:00"), PARIS)) == "1er aout"
    assert said("{date}", Visit(local("2027-08-11 09:00"), PARIS)) == "11 aout"


def test_several_appointments_are_listed() -> None:
    visits = [Visit(local(f"2026-12-02 {hour:02}:00"), PARIS) for hour in range(8, 18)]
    assert said("{rendez_vous}", *visits[:2]) == "à 08h00 et à 09h00"
    assert said("{rendez_vous}", *visits[:3]) == "à 08h00, à 09h00 et à 10h00"
    assert said("{rendez_vous}", *visits).endswith(", à 15h00 et 2 autres")
    assert said("{appointments}", VISIT._replace(all_day=True), VISIT, style=ENGLISH) == "during the day and at 14:00"


def test_an_all_day_event_has_no_time() -> None:
    assert said("{day}[ at {time}]", VISIT._replace(all_day=True), style=ENGLISH) == "on Wednesday 2 December"


def test_what_is_optional_goes_where_a_value_is_missing() -> None:
    assert said("Rendez-vous[ à {lieu}][ : {titre}].") == "Rendez-vous."
    assert said("Rendez-vous[ à {lieu}].", VISIT._replace(location="Lyon")) == "Rendez-vous à Lyon."


@pytest.mark.parametrize("name", ["Cabinet Martin", "100 % {vélo} %s"])
@pytest.mark.parametrize("contact", ["", "01 99 00 12 34"])
@pytest.mark.parametrize(
    "source",
    [
        *(each.source for language in Language for each in read_texts(language).templates.values()),
        "{nom} 5 % %s%%[ ou {contact} {titre}][ au {contact}][ : {titre}] {heure}",
    ],
)
def test_a_template_that_its_practice_has_signed_says_the_same(source: str, name: str, contact: str) -> None:
    practice, template = Practice(name, contact), parse_template(source)
    for title in (None, "Bilan"):
        visits = [VISIT._replace(title=title)]
        written = render(signed(template, practice), visits, practice, FRENCH, MONDAY)
        assert written == render(template, visits, practice, FRENCH, MONDAY)


def test_a_gap_is_told_beforehand() -> None:
    template = parse_template("{nom} {lieu} {titre}[ {description}]")
    assert lacking(template, [VISIT._replace(title="x")], PRACTICE, FRENCH) == {Variable.PLACE}


def test_what_somebody_typed_into_an_event_comes_out_as_one_short_printable_line() -> None:
    typed = VISIT._replace(title="  Mme\tDupont\r\n\x00\u202e(couleur)\u2028 ", description="très " * 1000)
    assert said("{titre}", typed) == "Mme Dupont (couleur)"
    assert said("{description}", typed).endswith("très tr...")
    assert len(said("{description}", typed)) <= 200


def test_a_value_is_not_read_as_a_template() -> None:
    assert said("{titre}", VISIT._replace(title="{nom} [{lieu}] }}")) == "{nom} [{lieu}] }}"


def test_a_family_is_not_cut_apart() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    shown = said("{titre}", VISIT._replace(title=family * 30))
    assert shown == family * (97 // len(family)) + "..."


def test_a_practice_without_a_name_is_refused() -> None:
    with pytest.raises(Refused):
        Practice(" \x00 ")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_a_preview_shows_an_invented_appointment_tomorrow(kind: Kind, language: Language) -> None:
    text = sample(read_texts(language).templates[kind], Style(language), PARIS, MONDAY)
    assert {Language.FR: "demain mardi 1er décembre", Language.EN: "tomorrow, Tuesday 1 December"}[language] in text
    assert "01 99 00 12 34" in text
    assert outside(text) == ""


def test_a_preview_is_about_the_practice_that_asks() -> None:
    assert sample(parse_template("{name}"), ENGLISH, PARIS, MONDAY, Practice("Dr Lee")) == "Dr Lee"


VISITS = st.builds(
    lambda instant, zone, all_day, title, location: Visit(instant, zone, all_day, title, location, title),
    INSTANTS,
    ZONES,
    st.booleans(),
    st.none() | st.text(max_size=200),
    st.none() | st.text(max_size=200),
)


@given(visit=VISITS, now=INSTANTS, style=st.builds(Style, st.sampled_from(Language), st.booleans(), st.booleans()))
def test_whatever_an_event_holds_the_text_prints_and_is_bounded(visit: Visit, now: datetime, style: Style) -> None:
    source = "{name} {contact} {day} {date} {weekday} {time} {appointments} {place}[ {title}][ {description}]"
    text = render(parse_template(source), [visit], PRACTICE, style, now)
    local_start = visit.start.astimezone(visit.zone)
    assert len(text) < 800
    assert all(each == "\u200d" or not unicodedata.category(each).startswith("C") for each in text)
    assert str(local_start.day) in text
    assert visit.all_day or f"{local_start:%M}" in text


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), days=st.integers(0, 800))
def test_the_hour_that_is_written_is_the_hour(hour: int, minute: int, days: int) -> None:
    at = (datetime(2026, 1, 1, hour, minute, tzinfo=PARIS) + timedelta(days=days)).replace(fold=0)
    shown = at.astimezone(UTC).astimezone(PARIS)
    assert said("{time}", Visit(at.astimezone(UTC), PARIS)) == f"{shown:%Hh%M}"
