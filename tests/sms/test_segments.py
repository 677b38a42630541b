"""The laws of segments: which alphabet, how many parts, and what is never cut."""

import time
import timeit

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.words import Encoding
from gateway.sms.graphemes import graphemes
from gateway.sms.gsm import CHARACTERS, septets
from gateway.sms.segments import Encoded, cut, encode
from gateway.sms.transliteration import Replacement
from gateway.sms.words import Alphabet

GRIN = "\U0001f600"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # 8 units


def units(part: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        written = septets(part)
        assert written is not None
        return len(written)
    return len(part.encode("utf-16-be")) // 2


def shape(text: str) -> tuple[Alphabet, list[int]]:
    """The alphabet, and the units in each part."""
    encoded = encode(text, Encoding.AUTO)
    return encoded.alphabet, [units(part, encoded.alphabet) for part in encoded.parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 306, [153, 153]),
        ("a" * 307, [153, 153, 1]),
        ("€" * 80, [160]),
        ("€" * 81, [152, 10]),
        ("a" * 152 + "€" + "b" * 10, [152, 12]),
        ("a" * 152 + "€" * 10, [152, 20]),
        ("", [0]),
    ],
)
def test_gsm_text_fills_160_or_153_and_never_cuts_an_extension_pair(text: str, expected: list[int]) -> None:
    assert shape(text) == (Alphabet.GSM, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中" * 70, [70]),
        ("中" * 71, [67, 4]),
        ("中" * 66 + GRIN + "中" * 10, [66, 12]),
        (GRIN * 35, [70]),
        (GRIN * 36, [66, 6]),
        ("ç", [1]),
        ("`", [1]),
        ("ç" + "a" * 99, [67, 33]),
    ],
)
def test_other_text_fills_70_or_67_and_never_cuts_a_surrogate_pair(text: str, expected: list[int]) -> None:
    assert shape(text) == (Alphabet.UCS2, expected)


@pytest.mark.parametrize("whole", [FAMILY, "\U0001f44d\U0001f3fd", "\U0001f1eb\U0001f1f7", "q\u0303"])
@pytest.mark.parametrize("before", range(58, 68))
def test_what_looks_like_one_character_is_not_cut(whole: str, before: int) -> None:
    parts = encode("中" * before + whole + "中" * 20, Encoding.AUTO).parts
    assert sum(whole in part for part in parts) == 1


def test_what_no_part_can_hold_is_cut_between_characters() -> None:
    tower = "q" + "\u0303" * 150
    encoded = encode(tower, Encoding.AUTO)
    assert [len(part) for part in encoded.parts] == [67, 67, 17]


def test_text_is_composed_first() -> None:
    """E and a combining accent are é, which GSM has."""
    assert encode("cafe\u0301", Encoding.AUTO) == Encoded("café", Alphabet.GSM, ("café",))


def test_smart_replaces_typography_and_tells_what() -> None:
    encoded = encode("\u201cHi\u201d \u2014 it\u2019s 5\u2026 it\u2019s", Encoding.SMART)
    assert encoded.text == "\"Hi\" - it's 5... it's"
    assert (encoded.alphabet, len(encoded.parts)) == (Alphabet.GSM, 1)
    assert encoded.replacements == (
        Replacement("\u201c", '"', 1),
        Replacement("\u201d", '"', 1),
        Replacement("\u2014", "-", 1),
        Replacement("\u2019", "'", 2),
        Replacement("\u2026", "...", 1),
    )


def test_smart_knows_the_spaces_of_french_typography() -> None:
    assert encode("Prêt\u202f? «\u00a0oui\u00a0»\u200b", Encoding.GSM).text == 'Pret ? " oui "'
    assert encode("Venez\u202f! «\u00a0oui\u00a0»\u200b", Encoding.SMART).text == 'Venez ! " oui "'


@pytest.mark.parametrize("text", ["L\u2019été à Noël", "L\u2019ç", f"it\u2019s {GRIN}"])
def test_smart_leaves_all_as_it_is_unless_the_whole_becomes_gsm(text: str) -> None:
    """Poorer typography that saves nothing is no gain."""
    encoded = encode(text, Encoding.SMART)
    assert (encoded.text, encoded.alphabet, encoded.replacements) == (text, Alphabet.UCS2, ())


def test_smart_never_makes_a_message_longer() -> None:
    """70 ellipses are one part; spelt out they are 210 full stops in two."""
    encoded = encode("\u2026" * 70, Encoding.SMART)
    assert (encoded.text, len(encoded.parts)) == ("\u2026" * 70, 1)


def test_gsm_also_takes_accents_off() -> None:
    encoded = encode("Ça, c\u2019est l\u2019œuvre d\u2019un garçon âgé : Œdipe, Łódź, q\u0303", Encoding.GSM)
    assert encoded.text == "Ça, c'est l'oeuvre d'un garcon agé : OEdipe, Lodz, q"
    assert encoded.alphabet is Alphabet.GSM
    assert Replacement("ç", "c", 1) in encoded.replacements
    assert Replacement("\u0303", "", 1) in encoded.replacements


def test_gsm_keeps_the_accents_that_the_alphabet_has() -> None:
    assert encode("é è ù à ò ì Ç É ñ ü", Encoding.GSM).replacements == ()


def test_gsm_falls_back_to_ucs2_with_the_text_as_it_was() -> None:
    encoded = encode(f"garçon {GRIN}", Encoding.GSM)
    assert (encoded.text, encoded.alphabet, encoded.replacements) == (f"garçon {GRIN}", Alphabet.UCS2, ())


def test_auto_replaces_nothing() -> None:
    """One ç in 100 characters costs two parts, and the alphabet says why."""
    encoded = encode("ç" + "a" * 99, Encoding.AUTO)
    assert (encoded.alphabet, len(encoded.parts), encoded.replacements) == (Alphabet.UCS2, 2, ())
    assert len(encode("ç" + "a" * 99, Encoding.GSM).parts) == 1


gsm_texts = st.text(st.sampled_from(sorted(CHARACTERS)), max_size=700)
characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from([GRIN, FAMILY, "€", "\u2026", "e\u0301"])
any_texts = st.lists(characters).map("".join)


@given(gsm_texts)
def test_gsm_parts_agree_with_an_independent_splitter(text: str) -> None:
    expected = [part.content for part in smsutil.split(text).parts] or [""]
    assert list(encode(text, Encoding.AUTO).parts) == expected


@given(st.text(st.sampled_from(["中", "ç", "a", GRIN]), max_size=300).map("中".__add__))
def test_ucs2_parts_agree_with_an_independent_splitter(text: str) -> None:
    assert list(encode(text, Encoding.AUTO).parts) == [part.content for part in smsutil.split(text).parts]


@given(any_texts, st.sampled_from(Encoding))
def test_parts_are_the_text_and_fit(text: str, mode: Encoding) -> None:
    encoded = encode(text, mode)
    whole, room = (160, 153) if encoded.alphabet is Alphabet.GSM else (70, 67)
    sizes = [units(part, encoded.alphabet) for part in encoded.parts]
    assert "".join(encoded.parts) == encoded.text
    assert sizes[0] <= whole if len(sizes) == 1 else max(sizes) <= room
    assert len(sizes) == 1 or min(sizes) > 0


@given(any_texts)
def test_parts_end_between_graphemes(text: str) -> None:
    encoded = encode("中" + text * 4, Encoding.AUTO)
    rejoined = [grapheme for part in encoded.parts for grapheme in graphemes(part)]
    assert all(len(grapheme) <= 67 for grapheme in rejoined)
    if all(units(grapheme, Alphabet.UCS2) <= 67 for grapheme in graphemes(encoded.text)):
        assert rejoined == list(graphemes(encoded.text))


@given(any_texts, st.sampled_from([Encoding.SMART, Encoding.GSM]))
def test_replacing_never_costs_more_parts(text: str, mode: Encoding) -> None:
    assert len(encode(text, mode).parts) <= len(encode(text, Encoding.AUTO).parts)


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301\u0327" * 30_000, FAMILY * 8_000, "\u200d" * 64_000, "€" * 64_000, "\u2026" * 64_000],
    ids=["marks", "families", "joiners", "extensions", "ellipses"],
)
def test_hostile_text_takes_time_in_proportion(text: str) -> None:
    """Sorting thousands of combining marks takes quadratic time in normalisation: 30,000 pairs, several seconds."""
    started = time.process_time()
    encode(text, Encoding.GSM)
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize("text", [("Votre rendez-vous est le 12 " * 6)[:160], ("Été à Orléans, " * 11)[:160]])
def test_an_ordinary_text_is_cut_twice_as_fast_as_by_the_library(text: str) -> None:
    ours = min(timeit.repeat(lambda: encode(text, Encoding.AUTO), number=100, repeat=20))
    theirs = min(timeit.repeat(lambda: smsutil.split(text), number=100, repeat=20))
    assert ours * 2 < theirs


_PIECES = st.sampled_from([*sorted(CHARACTERS), "ç", GRIN, FAMILY])


@given(st.lists(_PIECES, max_size=400).map("".join), st.sampled_from(Encoding))
def test_a_text_that_was_encoded_before_is_cut_again_into_the_same_parts(text: str, mode: Encoding) -> None:
    encoded = encode(text, mode)
    assert cut(encoded.text, encoded.alphabet) == encoded.parts
