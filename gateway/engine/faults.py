"""What broke and where, as a log may say it: without the text of an error, which may hold a number or a password."""

from traceback import format_tb


def told(error: BaseException) -> str:
    """The kind of an exception, and below it the lines of code that it came by."""
    return f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}"
