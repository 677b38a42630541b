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

_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = (
    dict.fromkeys(_SPACES, " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | {sign: chr(ord(sign) - _TO_ASCII) for sign in FULL_WIDTH + "\uff08\uff09\uff0b\uff0e\uff0f\uff1a"}  # ( ) + . / :
)
_UNSEEN = "\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff"
_ODD = re.compile(f"[{''.join(_PLAIN)}{_UNSEEN}]")
_WORTH_IT = re.compile(f"[0-9#{FULL_WIDTH}]")

#: A letter O typed for the trunk zero before nine digits: O6 12 34 56 78.
_LETTER_BEFORE = re.compile("[1-9](?<=[Oo].)")  # quick to tell that there is none
_LETTER_ZERO = re.compile(r"[Oo](?<!\w.)(?=[1-9](?: ?[./,_\u00b7\u2022-]? ?\d\d){4}(?!\d))")

#: Pairs held together by a sign that numbers usually lack: 06/12/34/56/78.
_PAIRS = re.compile(
    r"(0(?<![\w/].)[1-9]|\+(?<![\w/].)\d\d ?\d) ?([/,_\u00b7\u2022]) ?(\d\d) ?\2 ?(\d\d) ?\2 ?(\d\d) ?\2 ?(\d\d)"
    r"(?![\d/])"
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
    return "\n".join([_line(each) if _WORTH_IT.search(each) else each for each in text.splitlines()]).strip()


def _bounded(text: str) -> str:
    """The beginning of the text, without the word and the number that the cut went through."""
    if len(text) <= MAX_LENGTH:
        return text
    whole_words = text[:MAX_LENGTH].rsplit(None, 1)
    return whole_words[0].rstrip(_OF_NUMBERS) if len(whole_words) > 1 else ""


def _plain(odd: re.Match[str]) -> str:
    return _PLAIN.get(odd[0], "")


def _line(text: str) -> str:
    text = _ODD.sub(_plain, text)
    if "wa.me" in text or "whatsapp" in text:
        text = _CHAT.sub(r" +\1 ", text)
    if _LETTER_BEFORE.search(text):
        text = _LETTER_ZERO.sub("0", text)
    if "+" in text:
        text = _PLUS.sub("+", text)
    if "(0)" in text:
        text = _TRUNK_ZERO.sub(r"\1 ", text)
    return _PAIRS.sub(r"\1 \3 \4 \5 \6", text)
