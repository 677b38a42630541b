"""The process that reads mail: ``python -m gateway.smtp.reader``, started by ``gateway.smtp.readers``.

It imports the pure reading modules only, so that it is small.
"""

import json
from dataclasses import asdict

from gateway.engine.capped_child import main
from gateway.smtp.reading import MailLimits, read_mail


def answer(raw: bytes) -> bytes:
    """A mail as it was read, in JSON."""
    return json.dumps(asdict(read_mail(raw, MailLimits()))).encode("ascii")


if __name__ == "__main__":
    main(answer)
