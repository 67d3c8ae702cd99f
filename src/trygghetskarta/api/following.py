"""Work that takes its time, followed while it is done: how far it has come, again and again, and at last what came of it.

It is told as server-sent events, which no middleware packs and a proxy is asked not to hold back. That something is said every moment also
keeps a connection open that a proxy would close as idle.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from trygghetskarta.api.problems import FAILED, problem, problem_of
from trygghetskarta.errors import TrygghetskartaError

MEDIA_TYPE = "text/event-stream"
_SECONDS = 0.2
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told of bytes done and bytes in all."""

Work = Callable[[Progress], Coroutine[Any, Any, dict[str, Any]]]
"""Work that tells how far it has come, and gives a document."""


@dataclass(slots=True)
class _Reached:
    """How far some work has come.

    Attributes:
        done: Bytes that are read.
        total: Bytes that there are; 0 while nothing is known of them, as when the work waits for its turn.
    """

    done: int = 0
    total: int = 0

    def tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def unheard(done: int, total: int) -> None:
    """Tell nobody."""


def wants_to_follow(request: Request) -> bool:
    """Tell whether who asks wants to hear how far the work has come."""
    return MEDIA_TYPE in request.headers.get("accept", "")


def followed(request: Request, work: Work) -> Response:
    """Begin some work, and tell of it until it is done.

    Args:
        request: The request.
        work: What to do. It is done to its end whether or not anybody stays to hear of it.

    Returns:
        200 with events: any number of `progress` with `done` and `total`, and last `receipt` with what the work gives or `problem`.
    """
    reached = _Reached()
    task = asyncio.create_task(work(reached.tell))
    at_work = _at_work(request.app)
    at_work.add(task)
    task.add_done_callback(_ended)
    task.add_done_callback(at_work.discard)

    async def told() -> AsyncIterator[bytes]:
        while not task.done():
            yield _event("progress", orjson.dumps({"done": reached.done, "total": reached.total}))
            await asyncio.wait((task,), timeout=_SECONDS)
        yield _outcome(task, request.url.path)

    return StreamingResponse(told(), headers=_HEADERS, media_type=MEDIA_TYPE)


async def finish(app: FastAPI) -> None:
    """Wait for the work that nobody follows any more."""
    if at_work := _at_work(app):
        await asyncio.wait(at_work)


def _at_work(app: FastAPI) -> set[asyncio.Task[dict[str, Any]]]:
    if not hasattr(app.state, "followed"):
        app.state.followed = set()
    found: set[asyncio.Task[dict[str, Any]]] = app.state.followed
    return found


def _ended(task: asyncio.Task[dict[str, Any]]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, TrygghetskartaError):
        _log.error("what was followed failed", exc_info=error)


def _outcome(task: asyncio.Task[dict[str, Any]], path: str) -> bytes:
    error = task.exception()
    if error is None:
        return _event("receipt", orjson.dumps(task.result(), option=orjson.OPT_UTC_Z))
    if isinstance(error, TrygghetskartaError):
        return _event("problem", bytes(problem_of(error, path).body))
    return _event("problem", bytes(problem(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED, path).body))


def _event(name: str, body: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + body + b"\n\n"
