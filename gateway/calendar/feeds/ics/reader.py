"""The process that reads iCalendar: ``python -m gateway.calendar.feeds.ics.reader``, started by ``reading``."""

import json
from datetime import datetime

from gateway.calendar.feeds.ics.expansion import expand
from gateway.calendar.feeds.ics.wire import to_words
from gateway.calendar.feeds.port import FeedError, Window
from gateway.engine.capped_child import main


def answer(question: bytes) -> bytes:
    """The occurrences in a text, or what is wrong with it, in JSON; the question is a line of JSON and the text."""
    head, _, text = question.partition(b"\n")
    asked = json.loads(head)
    window = Window(datetime.fromisoformat(asked["start"]), datetime.fromisoformat(asked["end"]))
    try:
        return json.dumps(to_words(expand(text, window, asked["zone"]))).encode("ascii")
    except FeedError as error:
        return json.dumps({"fault": error.fault, "detail": error.detail}).encode("ascii")
    except MemoryError:
        return json.dumps({"fault": "too_large", "detail": "memory"}).encode("ascii")


if __name__ == "__main__":
    main(answer)
