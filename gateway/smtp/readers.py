"""Reading mail in processes of its own, so that no mail can hang, starve or crash the service."""

import json
from collections.abc import Sequence
from typing import Any

from gateway.engine.capped import CappedProcesses, Caps
from gateway.smtp.automatic import Automatic
from gateway.smtp.reading import UNREADABLE, Problem, ReadMail


class Readers:
    """A few reading processes; a mail that ends two of them is unreadable."""

    def __init__(self, processes: int = 1, caps: Caps | None = None) -> None:
        self._processes = CappedProcesses("gateway.smtp.reader", processes, caps)

    async def read_many(self, raws: Sequence[bytes]) -> list[ReadMail]:
        """Read a batch, in order; whatever a mail holds, the others are read."""
        return [UNREADABLE if each is None else _mail(json.loads(each)) for each in await self._processes.ask(raws)]

    async def close(self) -> None:
        """End the processes, once no batch is under way."""
        await self._processes.close()


def _mail(answer: dict[str, Any]) -> ReadMail:
    automatic = answer["automatic"]
    answer["automatic"] = automatic and Automatic(automatic)
    answer["problems"] = tuple(map(Problem, answer["problems"]))
    answer["references"] = tuple(answer["references"])
    return ReadMail(**answer)
