"""The parent of the workers: keeps the sockets they answer over, starts one anew when it ends, and stops them all without losing a request."""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from trygghetskarta.errors import BusyError
from trygghetskarta.ingest.temporary import temporary_folder
from trygghetskarta.observe import log_as_json

COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks for the folder that processes count in together."""

SHARED_IN = "TRYGGHETSKARTA_COUNTS_FOLDER"
"""Where workers look for the folder of the counts that they share."""

_FIRST_HANDED_OVER = 3
_BACKLOG = 2048
_LOOK_SECONDS = 0.2
_SHORT_LIFE_SECONDS = 5.0
_BREATH_SECONDS = 1.0
_START_SECONDS = 120.0
# Threads that have a heap each leave each of them half empty: one for all takes some 6 MB less, and they hardly ever ask for memory at once. And
# sums over a few hundred areas are done before the threads that numpy's BLAS shares them out to have begun: those then keep a core busy waiting.
_KEEPS_TO_ITSELF = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
_READY = b"1"
_STOPS = b"s"
_log = logging.getLogger(__name__)


def listen(host: str, port: int) -> list[socket.socket]:
    """Give the sockets to answer over: those systemd hands over, else a new one.

    Args:
        host: The address to listen on.
        port: The port; 0 for any.

    Returns:
        Sockets that listen: whoever connects from now on waits, and is not refused.

    Raises:
        BusyError: The port is taken.
    """
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        handed_over = int(os.environ["LISTEN_FDS"])
        return [socket.socket(fileno=_FIRST_HANDED_OVER + number) for number in range(handed_over)]
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise BusyError(f"Det går inte att lyssna på {host}:{port}: {error.strerror}.", f"Cannot listen on {host}:{port}.") from error
    made.listen(_BACKLOG)
    return [made]


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker process: where the parent talks to it, when it began, whether it answers, and whose place it takes."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    began: float
    answers: bool = False
    retired: bool = False
    instead_of: _Worker | None = None

    def tell(self, number: int) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def heard(self) -> bool:
        """Tell whether it has just said that it answers."""
        with suppress(BlockingIOError, ConnectionError):
            if not self.answers and self.channel.recv(1) == _READY:
                self.answers = True
                return True
        return False


@dataclass(slots=True)
class Workers:
    """Workers that answer over sockets which outlive each of them.

    SIGTERM and SIGINT stop them all; said twice, at once. SIGHUP replaces them one by one, each only when the next one answers.

    Attributes:
        sockets: Where they listen.
        words: The command of a worker, without its sockets.
        number: How many there are.
        notice_seconds: How long they say that they will stop before they do.
        drain_seconds: How long what is at work then may take.
    """

    sockets: list[socket.socket]
    words: Sequence[str]
    number: int
    notice_seconds: float
    drain_seconds: float
    _signals: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    _workers: list[_Worker] = field(default_factory=list)
    _to_replace: list[_Worker] = field(default_factory=list)
    _start_at: list[float] = field(default_factory=list)
    _has_answered: bool = False

    def run(self) -> int:
        """Run until told to stop.

        Returns:
            The exit code: 0, or 1 where no worker could start.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda given, _: self._signals.put(given))
        for _ in range(self.number):
            self._start()
        while True:
            given = self._next_signal(_LOOK_SECONDS)
            if given in (signal.SIGTERM, signal.SIGINT):
                return self._stop()
            if given == signal.SIGHUP:
                self._to_replace = [worker for worker in self._workers if not worker.retired]
                self._replace_next()
            self._listen_to_workers()
            self._bury()
            if not self._workers and not self._has_answered:
                return 1

    def _next_signal(self, seconds: float) -> int | None:
        try:
            return self._signals.get(timeout=seconds)
        except queue.Empty:
            return None

    def _start(self, instead_of: _Worker | None = None) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        handed_over = [made.fileno() for made in self.sockets]
        words = [sys.executable, "-m", *self.words, "--parent", str(theirs.fileno())]
        for number in handed_over:
            words += ["--listen", str(number)]
        # In a session of its own, so that Ctrl-C is heard by the parent alone, which stops it in good order.
        process = subprocess.Popen(
            words, pass_fds=(*handed_over, theirs.fileno()), start_new_session=True, env=_KEEPS_TO_ITSELF | os.environ
        )
        theirs.close()
        self._workers.append(_Worker(process, ours, time.monotonic(), instead_of=instead_of))

    def _listen_to_workers(self) -> None:
        """Retire a worker when the one that takes its place answers."""
        for worker in self._workers:
            if worker.heard():
                self._has_answered = True
                if worker.instead_of is not None:
                    worker.instead_of.retired = True
                    worker.instead_of.tell(signal.SIGTERM)
                    self._replace_next()
            elif not worker.answers and time.monotonic() - worker.began > _START_SECONDS:
                worker.process.kill()

    def _replace_next(self) -> None:
        if self._to_replace:
            self._start(instead_of=self._to_replace.pop(0))

    def _bury(self) -> None:
        """Start a worker anew where one has ended; one that ends at once again and again is given time."""
        now = time.monotonic()
        for worker in [worker for worker in self._workers if worker.process.poll() is not None]:
            self._workers.remove(worker)
            worker.channel.close()
            _forget(worker.process.pid)
            if worker.retired:
                continue
            if worker.instead_of is not None and not worker.answers:
                sys.stderr.write(
                    "En ny arbetsprocess kom inte igång. Den gamla får vara kvar.\nA new worker did not start. The old one stays.\n"
                )
                self._to_replace.clear()
            elif self._has_answered:
                self._start_at.append(now if now - worker.began > _SHORT_LIFE_SECONDS else now + _BREATH_SECONDS)
        due = [moment for moment in self._start_at if moment <= now]
        self._start_at = [moment for moment in self._start_at if moment > now]
        for _ in due:
            self._start()

    def _stop(self) -> int:
        """Say that it will stop; then take no more, and let what is at work come to its end."""
        for worker in self._workers:
            with suppress(OSError):
                worker.channel.send(_STOPS)
        self._wait(self.notice_seconds)
        # First here: what connects from now on is refused, and not left waiting for workers that have gone.
        for made in self.sockets:
            made.close()
        for worker in self._workers:
            worker.tell(signal.SIGTERM)
        self._wait(self.drain_seconds)
        for worker in self._workers:
            worker.process.kill()
            worker.process.wait()
        return 0

    def _wait(self, seconds: float) -> None:
        """Wait so long, or until the workers have ended, or somebody says stop again."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and any(worker.process.poll() is None for worker in self._workers):
            if self._next_signal(min(left, _LOOK_SECONDS)) in (signal.SIGTERM, signal.SIGINT):
                return


def _forget(pid: int) -> None:
    """Count no longer what a worker that has ended was doing; what it has done is still counted."""
    if COUNTED_IN in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library has no types here


@contextmanager
def measured(host: str, port: int | None) -> Iterator[None]:
    """Answer /metrics with what the workers started meanwhile count.

    Args:
        host: The address to answer on.
        port: The port; None for not at all.

    Raises:
        BusyError: The port is taken.
    """
    if port is None:
        yield
        return
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    with TemporaryDirectory(prefix="trygghetskarta-metrics-") as folder:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # the library has no types here
        os.environ[COUNTED_IN] = folder
        try:
            server, _ = start_http_server(port, host, registry)
        except OSError as error:
            raise BusyError(f"Det går inte att lyssna på {host}:{port}: {error.strerror}.", f"Cannot listen on {host}:{port}.") from error
        try:
            yield
        finally:
            server.shutdown()


@contextmanager
def sharing(workers: int, within: Path | None) -> Iterator[None]:
    """Give the workers started meanwhile a folder for the counts that they share; one alone has them in its own memory.

    Args:
        workers: How many there are.
        within: Where the folder is made; None for the system's own for what is temporary.
    """
    os.environ.pop(SHARED_IN, None)
    with ExitStack() as stack:
        if workers > 1:
            try:
                os.environ[SHARED_IN] = str(stack.enter_context(temporary_folder("counts", within)))
            except OSError as error:
                log_as_json()
                _log.warning("There is no folder for counts to be shared in, every worker holds its own: %s", error)
        yield
