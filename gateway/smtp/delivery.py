"""How often a letter is tried, and how long to wait in between: the same for all that we write."""

import logging
from collections.abc import Callable
from datetime import timedelta

from gateway.smtp.mailer import Letter, Mailer, NotSent, Sent

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=4)


async def is_settled(
    mailer: Mailer, letter: Letter, attempts: int, count: Callable[[str], None] = lambda _address: None
) -> bool:
    """Send a letter; whether nothing is left to try: it was sent, refused for good, or tried often enough.

    ``attempts``: this one included. ``count`` is called with the address where it was sent.
    """
    outcome = await mailer.send(letter)
    if isinstance(outcome, NotSent) and attempts < MOST_ATTEMPTS:
        return False
    if isinstance(outcome, Sent):
        count(letter.envelope_to)
    else:
        log.warning("a letter was given up after %d attempts: %s", attempts, outcome.code)
    return True


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of attempts: doubled each time, capped."""
    return min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
