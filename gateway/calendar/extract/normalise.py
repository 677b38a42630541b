"""The text of a field as numbers can be read from it: bounded, without markup, one kind of space, dash and digit."""

import re

from gateway.calendar.extract.markup import text_of

#: Characters of a field that are read.
MAX_LENGTH = 32_768

#: The digits and the number sign of East Asian keyboards; each is its ASCII character plus 0xFEE0.
FULL_WIDTH = "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff03"
_TO_ASCII = 0xFEE0

#: What a number may be made of: one that touches the cut may have been longer.
_OF_NUMBERS = "0123456789 \t\n\u00a0\u202f+().,/_-" + FULL_WIDTH

_ODD_SPACES = re.compile("[\t\v\f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_FULL_WIDTH = re.compile("[\uff03\uff08\uff09\uff0b\uff0e-\uff1a]")  # also ( ) + . / and :
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc]")

#: A letter O typed for the trunk zero before nine digits: O6 12 34 56 78.
_LETTER_ZERO = re.compile(r"(?<!\w)[Oo](?=[1-9](?: ?[./,_\u00b7\u2022-]? ?\d\d){4}(?!\d))")

#: Pairs held together by a sign that numbers usually lack: 06/12/34/56/78.
_PAIRS = re.compile(
    r"(?<![\w/])(0[1-9]|\+\d\d ?\d) ?([/,_\u00b7\u2022]) ?(\d\d) ?\2 ?(\d\d) ?\2 ?(\d\d) ?\2 ?(\d\d)(?![\d/])"
)

_PLUS = re.compile(r"\+ +(?=[1-9])")

#: The trunk zero that a letterhead puts between country code and number: +33 (0)6 12 34 56 78.
_TRUNK_ZERO = re.compile(r"((?:\+|\b00)[1-9][0-9]{0,2}\)?) ?(?:\(0\) ?)+")

#: Links to a chat name a number without its plus: https://wa.me/33612345678.
_CHAT = re.compile(
    r"(?<![\w/.])(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)(?:\+|%2B)?([1-9][0-9]{7,14})(?![0-9])[^\s|]*"
)


def normalise(text: str) -> str:
    """The text with every number in a form that ``matching`` reads; doing it again changes nothing."""
    text = _bounded(text)
    if "<" in text or "&" in text:
        text = text_of(text)
    text = _ODD_SPACES.sub(" ", _LINE_ENDS.sub("\n", text))
    return _in_plain_forms(_in_plain_characters(_UNSEEN.sub("", text)))


def _bounded(text: str) -> str:
    """The beginning of the text, without the word and the number that the cut went through."""
    if len(text) <= MAX_LENGTH:
        return text
    whole_words = text[:MAX_LENGTH].rsplit(None, 1)
    return whole_words[0].rstrip(_OF_NUMBERS) if len(whole_words) > 1 else ""


def _in_plain_characters(text: str) -> str:
    if text.isascii():
        return text
    text = _APOSTROPHES.sub("'", _DASHES.sub("-", text))
    return _FULL_WIDTH.sub(lambda sign: chr(ord(sign[0]) - _TO_ASCII), text)


def _in_plain_forms(text: str) -> str:
    if "wa" in text:
        text = _CHAT.sub(r" +\1 ", text)
    text = _LETTER_ZERO.sub("0", text)
    text = _TRUNK_ZERO.sub(r"\1 ", _PLUS.sub("+", text))
    return _PAIRS.sub(r"\1 \3 \4 \5 \6", text)
