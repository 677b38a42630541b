"""What we sealed is known again, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.seals import Seals
from gateway.engine.vault import Vault

OLD, NEW = b"o" * 32, b"n" * 32
SEALS = Seals([NEW, OLD])


@given(st.binary(max_size=40))
def test_what_was_sealed_is_known_again_whatever_the_case(octets: bytes) -> None:
    sealed = SEALS.seal(octets)
    assert (SEALS.unseal(sealed), SEALS.unseal(sealed.upper())) == (octets, octets)
    assert sealed.isalnum()


@given(st.binary(max_size=40), st.integers(0))
def test_a_single_letter_changed_makes_it_a_forgery(octets: bytes, place: int) -> None:
    sealed = SEALS.seal(octets)
    at = place % len(sealed)
    forged = f"{sealed[:at]}{'a' if sealed[at] != 'a' else 'q'}{sealed[at + 1 :]}"
    assert SEALS.unseal(forged) is None


@given(st.text(max_size=60))
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert SEALS.unseal(text) is None


def test_what_an_older_key_sealed_is_known_and_what_a_strangers_did_is_not() -> None:
    assert SEALS.unseal(Seals([OLD]).seal(b"1")) == b"1"
    assert SEALS.unseal(Seals([b"s" * 32]).seal(b"1")) is None


def test_a_name_is_always_the_same_and_as_long_as_asked() -> None:
    assert SEALS.name(b"1", 12) == SEALS.name(b"1", 12) != SEALS.name(b"2", 12)
    assert len(SEALS.name(b"1", 12)) == 12


def test_keys_for_another_purpose_come_from_every_key_of_the_vault() -> None:
    vault = Vault([NEW, OLD])
    assert vault.derived("addresses") == (*Vault([NEW]).derived("addresses"), *Vault([OLD]).derived("addresses"))
    assert len({NEW, OLD, *vault.derived("addresses"), *vault.derived("links")}) == 6
