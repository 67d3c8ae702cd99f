"""What the service tells those who run it: one line of JSON for everything it logs, and figures for Prometheus.

Nothing of who asks is told: no addresses, no keys, no query strings, and of a path only the route that it met.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from secrets import token_hex
from typing import TextIO

import orjson
from prometheus_client import Counter, Gauge, Histogram

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request at work."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
# An id is to be told from others, not to be kept secret: a number that is this process's own, and which of its requests it is.
_PROCESS = token_hex(4)
_REQUESTS = count(1)
_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_GATHER_SECONDS = 0.2
_MOST_LINES = 50_000
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@\s]*@")


def request_id(given: bytes | None) -> str:
    """Give the id of a request: the one it came with, where that can be one, else a new one.

    Args:
        given: What the caller says in X-Request-Id.

    Returns:
        8 to 64 letters, digits, dots, hyphens or underscores: safe in a log and in a header.
    """
    return given.decode("ascii") if given is not None and _REQUEST_ID.fullmatch(given) else f"{_PROCESS}{next(_REQUESTS):08x}"


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line.

        Args:
            record: The record; a mapping in its attribute `told` stands beside the others.

        Returns:
            JSON without a line break.
        """
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "process": record.process,
            "logger": record.name,
            "message": _PASSWORD.sub(r"\1:***@", record.getMessage()),
        }
        found = REQUEST_ID.get()
        if found is not None:
            line["requestId"] = found
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["trace"] = _trace(record.exc_info[1])
        line.update(getattr(record, "told", {}))
        return orjson.dumps(line, default=str).decode()


def _trace(error: BaseException) -> list[str]:
    """Say where an error came from, and of what kind it is; its text may hold what was asked or delivered, and is left out."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*(_trace(before) if before is not None else ()), *frames, type(error).__qualname__]


class Gathered(logging.Handler):
    """Writes lines together, a few times a second: each write lets another thread run, and the one that answers everybody would wait for it.

    A warning is written at once, with all before it. A reader that takes nothing loses the oldest lines.
    """

    def __init__(self, stream: TextIO) -> None:
        """Begin to gather.

        Args:
            stream: Where to write.
        """
        super().__init__()
        self._stream = stream
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._writing = threading.Lock()
        threading.Thread(target=self._write_now_and_then, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        self._lines.append(self.format(record) + "\n")
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Write what is gathered."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._stream.write("".join(lines))
                self._stream.flush()

    def _write_now_and_then(self) -> None:
        while True:
            time.sleep(_GATHER_SECONDS)
            self.flush()


def log_as_json(level: int = logging.INFO) -> None:
    """Log everything of this process to standard error as lines of JSON.

    Args:
        level: The least that is told.
    """
    # No line says which file, thread or task it is from: Python then need not find that out for each.
    logging._srcfile = None  # as Python's own documentation has it
    logging.logThreads = logging.logMultiprocessing = False
    told = Gathered(sys.stderr)
    told.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[told], force=True)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered request.

    Attributes:
        method: The HTTP method.
        route: The route it met, as its pattern; None for none.
        status: The HTTP status; 499 where the caller left before the answer.
        seconds: From the headers to the end of the answer.
        sent: Bytes of the answer's body.
    """

    method: str
    route: str | None
    status: int
    seconds: float
    sent: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of a worker; each worker writes its own, and its parent adds them up.

    Attributes:
        answers: Seconds by method, route and status.
        refused: Requests that a limit refused, by limit.
        cut: Connections ended for a deadline, by deadline.
        counts: Times that counts were had, where workers share them, by how.
        reads: Questions to the database, where there is a replica, by where they are read.
        working: Requests at work.
        waiting: Requests that wait for their turn.
        connections: Connections to the database in use.
        kept: Bytes of the finished answers that are kept.
    """

    answers: Histogram = field(
        default_factory=lambda: Histogram(
            "trygghetskarta_answer_seconds", "Time to answer", ("method", "route", "status"), buckets=_BUCKETS
        )
    )
    refused: Counter = field(default_factory=lambda: Counter("trygghetskarta_refused", "Requests refused by a limit", ("limit",)))
    cut: Counter = field(
        default_factory=lambda: Counter("trygghetskarta_connections_cut", "Connections ended for a deadline", ("deadline",))
    )
    counts: Counter = field(
        default_factory=lambda: Counter(
            "trygghetskarta_counts", "Times that a worker got counts, by where from: mapped, made or own", ("how",)
        )
    )
    reads: Counter = field(
        default_factory=lambda: Counter(
            "trygghetskarta_reads", "Questions read from the replica, or from the primary by what is wrong with the replica", ("replica",)
        )
    )
    working: Gauge = field(default_factory=lambda: _gauge("working", "Requests at work", "livesum"))
    waiting: Gauge = field(default_factory=lambda: _gauge("waiting", "Requests that wait for their turn", "livesum"))
    connections: Gauge = field(default_factory=lambda: _gauge("database_connections", "Database connections in use", "livesum"))
    kept: Gauge = field(default_factory=lambda: _gauge("kept_answer_bytes", "Bytes of finished answers kept", "livesum"))

    def answered(self, answer: Answered) -> None:
        """Count one answer."""
        self.answers.labels(answer.method, answer.route or "", answer.status).observe(answer.seconds)

    def refused_by(self, limit: str) -> None:
        """Count a refusal by a limit."""
        self.refused.labels(limit).inc()

    def answers_from(self, version: int, published_at: datetime) -> None:
        """Tell which publication this worker answers from."""
        told = _publication()
        told[0].set(version)
        told[1].set(published_at.timestamp())

    def counts_from(self, how: str) -> None:
        """Tell where counts came from: mapped from what another worker made, made here for all, or made here for itself alone."""
        self.counts.labels(how).inc()

    def read_from(self, found: str) -> None:
        """Tell where a question to the database is read: on the replica, or on the primary as the replica lags, is gone or was promoted."""
        self.reads.labels(found).inc()

    def cut_off(self, deadline: str) -> None:
        """Count a connection ended for a deadline."""
        self.cut.labels(deadline).inc()


def _gauge(name: str, text: str, mode: str) -> Gauge:
    return Gauge(f"trygghetskarta_{name}", text, multiprocess_mode=mode)  # type: ignore[arg-type]  # one of its literals


@cache
def _publication() -> tuple[Gauge, Gauge]:
    """Make the figures of what is answered from when there is something to tell: until then they would say 0, and the lowest counts."""
    return (
        _gauge("data_version", "Publication answered from; the lowest of the workers", "livemin"),
        _gauge("data_published_timestamp_seconds", "When that publication was published; the earliest of the workers", "livemin"),
    )


@cache
def metrics() -> Metrics:
    """Give the figures of this process, made when first asked for."""
    return Metrics()
