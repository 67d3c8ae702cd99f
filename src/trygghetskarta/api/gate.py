"""So many requests are worked on at once, a few more wait for a short while, and the rest are told at once to come back.

Without it every request of a crowd is slow; with it those that are let in are as quick as ever, and nobody waits long for a no.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from trygghetskarta.api.door import note_route
from trygghetskarta.api.leaving import Leaving
from trygghetskarta.api.problems import problem
from trygghetskarta.observe import Metrics, metrics

_FULL = (
    "Tjänsten har för mycket att göra just nu. Försök igen om en stund.",
    "The service has too much to do right now. Try again in a moment.",
)
_ALWAYS = frozenset(("/live", "/ready", "/", "/docs"))
_PAGE = "/page/"
_DELIVERIES = "/v1/deliveries"


@dataclass(slots=True)
class Turns:
    """Who is worked on, and who waits.

    Attributes:
        most: Requests worked on at once.
        room: Requests that may wait for their turn.
        seconds: How long one waits at most.
        working: Requests worked on now.
    """

    most: int
    room: int
    seconds: float
    working: int = 0
    _queue: deque[asyncio.Future[bool]] = field(default_factory=deque)

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn now."""
        return len(self._queue)

    async def take(self) -> bool:
        """Wait for a turn; tell whether it came."""
        if self.working < self.most:
            self.working += 1
            return True
        if len(self._queue) >= self.room:
            return False
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._queue.append(turn)
        timer = loop.call_later(self.seconds, self._give_up, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.give_back()
            raise
        finally:
            timer.cancel()

    def give_back(self) -> None:
        """Let the next one in, whose turn it then is."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self.working -= 1

    def _give_up(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._queue.remove(turn)
            turn.set_result(False)


@dataclass(frozen=True, slots=True)
class Gate:
    """Wraps an app.

    Attributes:
        app: What answers.
        turns: Who is worked on, and who waits.
        metrics: Where to count.
    """

    app: ASGIApp
    turns: Turns
    metrics: Metrics = field(default_factory=metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer when it is this request's turn, or say that there is too much to do."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not _takes_turns(scope):
            await self._answer(scope, receive, send)
        elif await self.turns.take():
            try:
                async with Leaving(scope, receive):
                    await self._answer(scope, receive, send)
            finally:
                self.turns.give_back()
        else:
            self.metrics.refused_by("working")
            await problem(HTTPStatus.SERVICE_UNAVAILABLE, _FULL, scope["path"])(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            note_route(scope)


def _takes_turns(scope: Scope) -> bool:
    """Tell whether a request is one of those that take turns here: deliveries have turns of their own, and health is always told.

    So is the page, which lies in memory: half of it is of no use to anybody, and a browser does not ask again for a script.
    """
    path = scope["path"]
    return path not in _ALWAYS and not path.startswith(_PAGE) and not (scope["method"] == "POST" and path.startswith(_DELIVERIES))
