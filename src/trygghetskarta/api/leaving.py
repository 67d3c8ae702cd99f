"""Who leaves before the answer has asked for nothing: what the database does for them is called off."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from starlette.types import Receive, Scope

LEFT = 499
"""The status of a request whose caller left: nobody is sent it, it stands in the log."""

_WATCH_AFTER_SECONDS = 0.05
_AGAIN_SECONDS = 0.2
_CANCEL_SECONDS = 2.0
_NO_BODY = frozenset(("GET", "HEAD"))


@dataclass(slots=True)
class Statements:
    """The connections that one request has taken from the pool.

    Attributes:
        left: Whether the caller has left.
    """

    left: bool = False
    _connections: set[psycopg.Connection] = field(default_factory=set)
    # Held while something is called off: a connection that is given back meanwhile must not have the next request's statement called off.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, connection: psycopg.Connection) -> None:
        """Note a connection as taken."""
        with self._lock:
            self._connections.add(connection)

    def gave_back(self, connection: psycopg.Connection) -> None:
        """Note a connection as given back."""
        with self._lock:
            self._connections.discard(connection)

    def call_off(self) -> None:
        """Have the database stop with what it does on them."""
        self.left = True
        with self._lock:
            for connection in self._connections:
                with suppress(psycopg.Error):  # it is closed, or the database is out of reach: then nothing is done there either
                    connection.cancel_safe(timeout=_CANCEL_SECONDS)


_OF_REQUEST: ContextVar[Statements | None] = ContextVar("statements", default=None)


def has_left() -> bool:
    """Tell whether the caller of the request at work has left."""
    found = _OF_REQUEST.get()
    return found is not None and found.left


def follow(engine: Engine) -> None:
    """Note, from now on, which connections of an engine each request takes.

    Args:
        engine: The engine that requests use.
    """

    def took(connection: Any, *_: object) -> None:  # noqa: ANN401  # a DBAPI connection; SQLAlchemy says no more of it
        found = _OF_REQUEST.get()
        if found is not None:
            found.took(connection)

    def gave_back(connection: Any, *_: object) -> None:  # noqa: ANN401
        found = _OF_REQUEST.get()
        if found is not None:
            found.gave_back(connection)

    event.listen(engine, "checkout", took)
    event.listen(engine, "checkin", gave_back)


class Leaving:
    """Watches for one caller's leaving while a request without a body is worked on."""

    __slots__ = ("_receive", "_statements", "_task", "_timer", "_token", "_watched")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """Begin, without watching.

        Args:
            scope: The request's.
            receive: Where the server tells that the caller left.
        """
        self._receive = receive
        self._watched = scope["method"] in _NO_BODY
        self._statements = Statements()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._token: Token[Statements | None] | None = None

    async def __aenter__(self) -> None:
        """Watch, once it is clear that the answer takes its time."""
        if self._watched:
            self._token = _OF_REQUEST.set(self._statements)
            self._timer = asyncio.get_running_loop().call_later(_WATCH_AFTER_SECONDS, self._watch)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Watch no longer."""
        if self._timer is not None and self._token is not None:
            self._timer.cancel()
            _OF_REQUEST.reset(self._token)
        if self._task is not None:
            self._task.cancel()

    def _watch(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._call_off_when_left())

    async def _call_off_when_left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        # Between two statements there is nothing to call off: it is said until the request has ended.
        while True:
            await asyncio.to_thread(self._statements.call_off)
            await asyncio.sleep(_AGAIN_SECONDS)
