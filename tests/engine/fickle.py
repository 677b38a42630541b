"""A process that ends at some questions: ``python -m tests.engine.fickle``."""

import os
import signal
from pathlib import Path

from gateway.engine.capped_child import main


def answer(question: bytes) -> bytes:
    """``always`` ends the process, the name of a file that is not there yet does so once; all else is echoed."""
    if question == b"always":
        os.kill(os.getpid(), signal.SIGKILL)
    if question.startswith(b"/") and not Path(question.decode()).exists():
        Path(question.decode()).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return question


if __name__ == "__main__":
    main(answer)
