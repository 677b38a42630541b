"""Wrong usage in plain words, where the library speaks of its own insides or guesses wrong."""

import re

from typer import TyperException

_OPTION_OF_A_NUMBER = re.compile(r"No such option: (-[0-9.,]\S*)")
_IN_PLAIN_WORDS = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid integer.*"), "this is no whole number."),
    (re.compile(r"Input should be a valid number.*"), "this is no number."),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"take \1 or more."),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"take \1 or less."),
)


def reword(error: TyperException) -> None:
    """Let a complaint say what is wrong and what would do."""
    if dashed := _OPTION_OF_A_NUMBER.match(error.message):
        error.message = (
            f"{dashed[1]} begins with a dash, so it was taken for an option. Numbers here are not negative; "
            f"a text that begins with a dash goes last, after two more: -- {dashed[1]}"
        )
    for theirs, ours in _IN_PLAIN_WORDS:
        error.message = theirs.sub(ours, error.message)
