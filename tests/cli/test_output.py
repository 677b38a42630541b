"""What a command prints is readable by people, parseable by programs, and harmless to a terminal."""

import json

import pytest

from gateway.cli.output import complain, given, print_one, print_rows, printable

ROWS = [{"slug": "clinic", "units_left": 3, "parent": None}, {"slug": "bank", "units_left": 0, "parent": "clinic"}]


def test_a_list_is_a_table_of_the_chosen_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, ("slug", "parent"), as_json=False)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["slug", "parent"], ["clinic", "-"], ["bank", "clinic"]]


def test_a_list_as_json_is_one_whole_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(iter(ROWS), ("slug",), as_json=True)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == ROWS


def test_one_thing_is_a_line_for_each_value(capsys: pytest.CaptureFixture[str]) -> None:
    print_one({"slug": "clinic", "stop_in_alerts": True, "open": {"BE": None}, "lots": ["a", "b"]}, as_json=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == ["slug clinic", "stop in alerts yes", "open BE: -", "lots a, b"]


def test_sentences_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    print_one({"told": ["There are two.", "Choose one."]}, as_json=False)
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "told There are two.",
        "Choose one.",
    ]


def test_one_thing_as_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    print_one(ROWS[0], as_json=True)
    assert json.loads(capsys.readouterr().out) == ROWS[0]


def test_an_instant_is_shown_in_local_time_with_its_offset(capsys: pytest.CaptureFixture[str]) -> None:
    print_one({"at": "2026-11-23T09:00:00.123456+00:00", "text": "2026-11-23The text of a message"}, as_json=False)
    at, text = capsys.readouterr().out.splitlines()
    assert "2026-11-23" in at
    assert "." not in at
    assert "2026-11-23The text of a message" in text


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x1b]0;title\x07", "\r", "\u202e", "\x9b31m"])
def test_text_from_a_mail_cannot_steer_the_terminal(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"text": f"a{hostile}b"}], ("text",), as_json=False)
    complain(f"a{hostile}b", "cure")
    captured = capsys.readouterr()
    assert hostile not in captured.out + captured.err
    assert printable("a\nb") == "a·b"


def test_an_emoji_of_several_is_shown_as_one() -> None:
    assert printable("👩\u200d👩\u200d👧") == "👩\u200d👩\u200d👧"


def test_a_long_text_is_cut_in_a_list_and_whole_where_it_is_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """One text of ten SMS would hide all the others."""
    thing = {"text": "x" * 1000}
    print_rows([thing], ("text",), as_json=False)
    assert "x" * 159 + "…" in capsys.readouterr().out.replace("\n", "")
    print_one(thing, as_json=False)
    assert capsys.readouterr().out.count("x") >= 1000


def test_a_reason_is_told_in_words_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    print_one({"reason": "no_credit", "units": 0}, as_json=False)
    _, meaning, units = capsys.readouterr().out.splitlines()
    assert meaning.strip().startswith("There are not enough SMS left on the account. Buy a pack")
    assert units.split() == ["units", "0"]


def test_brackets_in_a_text_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"text": "[red]stock[/red] :smile:"}], ("text",), as_json=False)
    assert "[red]stock[/red] :smile:" in capsys.readouterr().out


def test_json_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    """So that no locale can spoil it."""
    print_one({"text": "déjà 🙂"}, as_json=True)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"text": "déjà 🙂"}


def test_a_refusal_goes_to_standard_error_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    complain("No credit.", "Buy a pack.")
    captured = capsys.readouterr()
    assert (captured.out, captured.err.splitlines()) == ("", ["No credit.", "Buy a pack."])


def test_options_that_were_not_given_are_left_to_the_room() -> None:
    assert given(country=None, parts=0, flag=False) == {"parts": 0, "flag": False}


def test_what_holds_a_list_is_printed_as_tables_below(capsys: pytest.CaptureFixture[str]) -> None:
    """An invoice with its lines, also where it is the next one of something else."""
    line = {"kind": "pack", "net": "50.00"}
    paper = {"number": "F1", "lines": [line, line]}
    print_one({"plan": "SOLO", "rates": {"FR": "0.045"}, "papers": [paper], "next": paper}, as_json=False)
    printed = capsys.readouterr().out.splitlines()
    told = [each.rstrip() for each in printed if each.strip()]
    table = ["number  F1", "lines", "kind  net", "pack  50.00", "pack  50.00"]
    assert told == ["plan   SOLO", "rates  FR: 0.045", "papers", *table, "next", *table]
