"""What a recipient address says, and what is no address of ours."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtp.addresses import (
    UNKNOWN_TAG,
    Misaddressed,
    NumberAddress,
    RecipientAddress,
    ReplyAddress,
    Role,
    RoleAddress,
    read_recipient,
)
from gateway.smtp.paths import ADDRESS_LENGTH, read_path
from plans.words import MessageClass, Reason

MARKETING, ALERT = MessageClass.MARKETING, MessageClass.ALERT


def read(address: str) -> RecipientAddress | Misaddressed | None:
    path = read_path(f"TO:<{address}>", "TO:")
    return None if path is None else read_recipient(path, "sms.test")


@pytest.mark.parametrize(
    ("address", "number", "message_class", "slug"),
    [
        ("0612345678@sms.test", "0612345678", None, None),
        ("+33612345678@sms.test", "+33612345678", None, None),
        ("33612345678@sms.test", "33612345678", None, None),
        ("0033612345678@sms.test", "0033612345678", None, None),
        ("06.12.34.56.78@sms.test", "06.12.34.56.78", None, None),
        ("06-12-34-56-78@sms.test", "06-12-34-56-78", None, None),
        ('"06 12 34 56 78"@sms.test', "06 12 34 56 78", None, None),
        ('"+33 (0)6 12 34 56 78"@sms.test', "+33 (0)6 12 34 56 78", None, None),
        ('"06\\ 12"@sms.test', "06 12", None, None),
        ("0612345678+marketing@sms.test", "0612345678", MARKETING, None),
        ("+33612345678+ALERT@sms.test", "+33612345678", ALERT, None),
        ('"06 12 34+alert"@sms.test', "06 12 34", ALERT, None),
        ("0612345678@clinic.sms.test", "0612345678", None, "clinic"),
        ("0612345678+marketing@CLINIC.SMS.TEST", "0612345678", MARKETING, "clinic"),
    ],
)
def test_an_address_names_a_number_its_class_and_its_account(
    address: str, number: str, message_class: MessageClass | None, slug: str | None
) -> None:
    assert read(address) == NumberAddress(address, number, message_class, slug)


def test_the_address_of_a_conversation_is_known_in_any_case() -> None:
    assert read("Re-abc2@sms.test") == ReplyAddress("Re-abc2@sms.test", "abc2")
    assert isinstance(read("re-abc1@sms.test"), Misaddressed)


@pytest.mark.parametrize("local", ["postmaster", "Abuse", "ABUSE"])
@pytest.mark.parametrize("domain", ["sms.test", "clinic.sms.test"])
def test_the_roles_are_known_in_any_case_at_any_of_our_domains(local: str, domain: str) -> None:
    assert read(f"{local}@{domain}") == RoleAddress(f"{local}@{domain}", Role(local.lower()))


def test_postmaster_alone_needs_no_domain() -> None:
    assert read("PostMaster") == RoleAddress("PostMaster", Role.POSTMASTER)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("0612345678@elsewhere.test", Reason.RELAYING),
        ("0612345678@notsms.test", Reason.RELAYING),
        ("0612345678@[127.0.0.1]", Reason.RELAYING),
        ("postmaster@elsewhere.test", Reason.RELAYING),
        ("0612345678@a.b.sms.test", Reason.ACCOUNT_UNKNOWN),
        ("0612345678@-a.sms.test", Reason.ACCOUNT_UNKNOWN),
        ("0612345678@.sms.test", Reason.ACCOUNT_UNKNOWN),
        ("staff@sms.test", Reason.NUMBER_INVALID),
        ('""@sms.test', Reason.NUMBER_INVALID),
        ("+@sms.test", Reason.NUMBER_INVALID),
        ("++33612345678@sms.test", Reason.NUMBER_INVALID),
        ("06x12@sms.test", Reason.NUMBER_INVALID),
        ("٠٦١٢٣٤٥٦٧٨@sms.test", Reason.NUMBER_INVALID),
        ("0\uff1612345678@sms.test", Reason.NUMBER_INVALID),
        (f"{'0' * 65}@sms.test", Reason.NUMBER_INVALID),
    ],
)
def test_what_cannot_be_served_has_a_reason(address: str, reason: Reason) -> None:
    assert read(address) == Misaddressed(reason)


@pytest.mark.parametrize("tag", ["promo", "", "marketing+alert", "alert "])
def test_an_unknown_tag_is_refused_with_a_hint_and_never_ignored(tag: str) -> None:
    """A misspelt +marketing sent as an alert would break the law that the class is there for."""
    assert read(f'"0612345678+{tag}"@sms.test') == Misaddressed(Reason.NUMBER_INVALID, UNKNOWN_TAG)


@pytest.mark.parametrize(
    "argument",
    [
        "TO:0612@sms.test",
        "TO:<0612>",
        "TO:<0612@sms.test",
        "TO:<0612@@sms.test>",
        "TO:<@relay.test:0612@sms.test>",
        "TO:<(comment)0612@sms.test>",
        "TO:<0612(comment)@sms.test>",
        "TO:<06 12@sms.test>",
        'TO:<"0612@sms.test>',
        'TO:<"06"12@sms.test>',
        "TO:<0612@sms.test>x",
        "TO:Somebody <0612@sms.test>",
        "TO:<0612@sms.test><0613@sms.test>",
        "FROM:<0612@sms.test>",
        "TO",
        "",
        f"TO:<{'0' * ADDRESS_LENGTH}@sms.test>",
    ],
)
def test_what_the_grammar_does_not_know_is_not_guessed_at(argument: str) -> None:
    assert read_path(argument, "TO:") is None


def test_what_follows_the_brackets_is_kept_apart() -> None:
    path = read_path("from:<a@B.test>  SIZE=1 BODY=7BIT", "FROM:")
    assert path is not None
    assert (path.raw, path.local, path.domain, path.parameters) == ("a@B.test", "a", "b.test", "SIZE=1 BODY=7BIT")


def test_the_null_path_is_empty() -> None:
    path = read_path("FROM:<>", "FROM:")
    assert path is not None
    assert (path.raw, path.local, path.domain) == ("", "", "")


@given(st.text(alphabet=string.printable + "é٠\0\ufffd", max_size=400))
def test_any_argument_is_read_or_refused(text: str) -> None:
    """Whatever is sent, a number that comes out is written in ASCII digits and separators."""
    path = read_path("TO:" + text, "TO:")
    recipient = read_recipient(path, "sms.test") if path else None
    if isinstance(recipient, NumberAddress):
        assert set(recipient.number_text) <= set("+0123456789 .-/()")


@given(st.integers(1, 3000))
def test_a_hostile_argument_takes_no_longer_than_its_length(size: int) -> None:
    """The grammar does not backtrack: 3,000 characters of the worst kind are nothing."""
    for worst in ('<"' + "\\" * size, "<" + "a." * size, "<" + '"\\"' * size, "<a@b> " + " " * size):
        assert read_path("TO:" + worst, "TO:") is None or worst.startswith("<a@b>")
