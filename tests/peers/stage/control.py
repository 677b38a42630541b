"""The control room of a peer: what tests do behind its provider's back, below ``/_control``."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]

#: Does something with what is given; the answer may be empty.
Act = Callable[[Json], Json | None]
#: Looks something up.
Look = Callable[[], Json]


class Refusal(Exception):
    """A request that is answered by an error."""

    @abstractmethod
    def response(self) -> Response:
        """The answer, in the words of the provider."""


def control_room(acts: Mapping[str, Act], looks: Mapping[str, Look]) -> Iterator[Route]:
    """What can be done by POST, and looked up by GET."""
    for path, act in acts.items():
        yield Route(path, answered(partial(_done, act)), methods=["POST"])
    for path, look in looks.items():
        yield Route(path, answered(partial(_seen, look)))


def answered(ask: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers with what ``ask`` brings, or is refused."""

    async def endpoint(request: Request) -> Response:
        try:
            answer = await ask(request)
        except Refusal as refused:
            return refused.response()
        return answer if isinstance(answer, Response) else JSONResponse(answer or {})

    return endpoint


def choose(manners: Any, given: Json) -> Json:
    """Set some of the ways in which a provider may behave; ``KeyError`` for one that there is not."""
    for name, value in given.items():
        if name not in asdict(manners):
            raise KeyError(name)
        setattr(manners, name, value)
    return asdict(manners)


async def _done(act: Act, request: Request) -> Json | None:
    return act(await request.json())


async def _seen(look: Look, _request: Request) -> Json:
    return look()
