"""Connections with deadlines: what uvicorn has none for, so that slow or idle connections take nothing from others.

A worker looks at all its connections once a second. Time is measured while the other side is the one that is waited for, never while the
service itself is at work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from trygghetskarta.api.guarding import ALWAYS, guarded

STOPPING = "stopping"
"""What uvicorn's state, which every request is given a copy of, holds when the service is about to stop."""

_SWEEP_SECONDS = 1.0
_LINGER_SECONDS = 1.0
_MOST_HEADER_BYTES = 65_536
_CUT_OFF = ("Hela förfrågan kom inte fram. Ingenting sparades.", "Not all of the request arrived. Nothing was stored.")
_TEXTS = {
    400: ("Det som kom är ingen förfrågan.", "What arrived is no request."),
    408: ("Förfrågan kom inte fram i tid.", "The request did not arrive in time."),
    431: ("Förfrågans huvuden är för långa.", "The headers of the request are too long."),
}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What a connection may take.

    Attributes:
        connections: The most connections of one worker.
        header_seconds: From the first byte of a request, or from the connection, to the end of its headers.
        idle_seconds: Between requests.
        slowest: Bytes a second that a body must arrive with, and an answer be read with, over `patience`.
        patience: Seconds over which that is measured.
    """

    connections: int = 800
    header_seconds: float = 10.0
    idle_seconds: float = 65.0
    slowest: int = 1000
    patience: float = 20.0


class Waiting(Enum):
    """What a connection waits for."""

    REQUEST = auto()
    HEADERS = auto()
    BODY = auto()
    ANSWER = auto()
    READER = auto()


@dataclass(slots=True)
class Watch:
    """The connections of a worker.

    Attributes:
        deadlines: What they may take.
        idle: Those without a request at work, the one that has waited longest first.
        open: All.
        refused: Called with the name of the deadline whenever a connection is ended for it.
    """

    deadlines: Deadlines
    refused: Callable[[str], None] = lambda _: None
    idle: dict[BoundedProtocol, None] = field(default_factory=dict)
    open: set[BoundedProtocol] = field(default_factory=set)

    def protocol(self, **given: Any) -> BoundedProtocol:  # noqa: ANN401  # what uvicorn makes a protocol of is handed on as it is
        """Make what serves one connection, as uvicorn asks for it."""
        return BoundedProtocol(self, **given)

    def entered(self, connection: BoundedProtocol) -> None:
        """Take in a connection; where there are too many, the one that has waited longest for a request gives way."""
        if not self.open:
            connection.loop.call_later(_SWEEP_SECONDS, self._sweep, connection.loop)
        self.open.add(connection)
        if len(self.open) > self.deadlines.connections and self.idle:
            self.refused("connections")
            next(iter(self.idle)).drop()

    def left(self, connection: BoundedProtocol) -> None:
        """Forget a connection."""
        self.open.discard(connection)
        self.idle.pop(connection, None)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        for connection in list(self.open):
            connection.look(loop.time())
        if self.open:
            loop.call_later(_SWEEP_SECONDS, self._sweep, loop)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, which also knows what it waits for, and since when."""

    def __init__(self, watch: Watch, **given: Any) -> None:  # noqa: ANN401
        """Begin, without a connection."""
        super().__init__(**given)
        self._watch = watch
        self._waits = Waiting.REQUEST
        self._since = 0.0
        self._amount = 0
        self._head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's is
        """Begin to wait for a request."""
        super().connection_made(transport)
        # A connection that never says anything is no better than one that says it slowly.
        self._await(Waiting.HEADERS)
        self._watch.idle[self] = None
        self._watch.entered(self)
        if self.app_state.get(STOPPING):
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._watch.left(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._waits is Waiting.REQUEST:
            self._await(Waiting.HEADERS)
        if self._waits is Waiting.BODY:
            self._amount += len(data)
        else:
            self._head += len(data)
        super().data_received(data)
        if self._head > _MOST_HEADER_BYTES:
            self._refuse(431)

    def eof_received(self) -> None:
        """Say that not all of a body came, where whoever sent it still listens; the connection ends, and with it the request."""
        if self._waits is Waiting.BODY and not self.pipeline and not self.cycle.response_started:
            self.transport.write(_refusal(400, _CUT_OFF))
            self.cycle.disconnected = True
        super().eof_received()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # what was wrong, in English only
        """Answer what cannot be read as a request, and end the connection."""
        self.transport.write(_refusal(400))
        self.transport.close()

    def on_headers_complete(self) -> None:
        """Wait for the body, which for most requests has come by now."""
        self._watch.idle.pop(self, None)
        self._head = 0
        self._await(Waiting.BODY)
        super().on_headers_complete()
        if self.app_state.get(STOPPING):
            self._say_last()

    def on_message_complete(self) -> None:
        """Wait for the answer."""
        super().on_message_complete()
        if self._waits is Waiting.BODY:
            self._await(Waiting.ANSWER)

    def on_response_complete(self) -> None:
        """Wait for the next request, once this answer is read."""
        super().on_response_complete()
        # The deadline between requests is kept by the sweep; uvicorn's would begin before the answer is read.
        self._unset_keepalive_if_required()
        if not self.pipeline:
            self._await(Waiting.READER if self._left_to_read() else Waiting.REQUEST)
            self._watch.idle[self] = None

    def resume_writing(self) -> None:
        """Let the service write on: the reader has read nearly all there was."""
        super().resume_writing()
        if self._waits is Waiting.READER:
            self._await(Waiting.READER)

    def shutdown(self) -> None:
        """Answer what is at work, and what is on its way; whoever reads the answer is told that it is the last."""
        if self._at_work():
            self._say_last()
        else:
            self.loop.call_later(_LINGER_SECONDS, self._end_if_idle)

    def look(self, now: float) -> None:
        """End the connection where it has been waited for too long.

        Args:
            now: The loop's time.
        """
        limits, waited = self._watch.deadlines, now - self._since
        match self._waits:
            case Waiting.HEADERS if waited > limits.header_seconds:
                self._refuse(408)
            case Waiting.REQUEST if waited > limits.idle_seconds:
                self.transport.close()
            case Waiting.BODY if self.flow.read_paused:
                self._await(Waiting.BODY)  # the service is the slow one
            case Waiting.BODY if waited > limits.patience:
                self._look_at_rate(self._amount >= limits.slowest * waited, Waiting.BODY)
            case Waiting.ANSWER if self._left_to_read():
                self._await(Waiting.READER)
            case Waiting.READER if not self._left_to_read():
                self._await(Waiting.ANSWER if self._at_work() else Waiting.REQUEST)
            case Waiting.READER if waited > limits.patience:
                self._look_at_rate(self._amount - self._left_to_read() >= limits.slowest * waited, Waiting.READER)
            case _:
                pass

    def drop(self) -> None:
        """End the connection at once."""
        self._watch.left(self)
        self.transport.abort()

    def _look_at_rate(self, fast_enough: bool, waiting: Waiting) -> None:
        if fast_enough:
            self._await(waiting)
        else:
            self._watch.refused("body" if waiting is Waiting.BODY else "reader")
            self.drop()

    def _await(self, waiting: Waiting) -> None:
        """Begin to wait; what has come, or is left to read, is counted from here."""
        self._waits, self._since = waiting, self.loop.time()
        self._amount = self._left_to_read() if waiting is Waiting.READER else 0

    def _left_to_read(self) -> int:
        return self.transport.get_write_buffer_size()

    def _at_work(self) -> bool:
        # uvicorn has none before the first request, whatever its types say.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _say_last(self) -> None:
        self.cycle.keep_alive = False

    def _end_if_idle(self) -> None:
        if not self._at_work() and not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: int) -> None:
        """Answer what has not come to be a request, and end the connection."""
        self._watch.refused("headers")
        if not self.transport.is_closing() and self._waits is Waiting.HEADERS and not self._at_work():
            self.transport.write(_refusal(status))
        self._watch.left(self)
        self.transport.close()


alone = Watch(Deadlines()).protocol
"""What serves one connection where a server is alone in its process, with the usual deadlines; uvicorn is told of it by its name."""


def _refusal(status: int, told: tuple[str, str] | None = None) -> bytes:
    swedish, english = told or _TEXTS[status]
    body = orjson.dumps(
        {"type": "about:blank", "status": status, "title": swedish, "titleEn": english, "detail": swedish, "detailEn": english}
    )
    said = [
        (b"content-type", b"application/problem+json"),
        (b"connection", b"close"),
        (b"content-length", str(len(body)).encode()),
    ]
    return STATUS_LINE[status] + b"".join(b"%s: %s\r\n" % header for header in guarded(said, ALWAYS)) + b"\r\n" + body
