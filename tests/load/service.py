"""The service as it is run: `serve` in a process of its own, with a parent and workers."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

# The command alone, without those beside it, which take longer to load than this one to start.
_SERVE = "import typer; from trygghetskarta.cli.serving import serve; typer.run(serve)"
# What systemd does for a service with a socket of its own.
_HAND_OVER = 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
# A crowded machine is no reason to turn a test's requests away.
_PATIENT = {
    "TRYGGHETSKARTA_NOTICE_SECONDS": "0",
    "TRYGGHETSKARTA_WAITING_SECONDS": "30",
    "TRYGGHETSKARTA_PUBLIC_STATEMENT_SECONDS": "30",
    "TRYGGHETSKARTA_STAFF_STATEMENT_SECONDS": "30",
}


@dataclass
class Service:
    """A running service.

    Attributes:
        process: The parent of its workers.
        port: Where it answers.
        said: What it has logged.
    """

    process: subprocess.Popen[bytes]
    port: int
    said: Path

    @property
    def address(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """Give the numbers of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in children.split()]

    def stop(self) -> int:
        """Stop it as systemd does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def lines(self) -> list[dict[str, object]]:
        """Give what it has logged."""
        return [orjson.loads(line) for line in self.said.read_bytes().splitlines()]

    def await_ready(self) -> None:
        """Wait until it answers."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if get(self.port, "/ready").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(self.said.read_text())


def start(database: str, said: Path, listening: socket.socket, **settings: str) -> Service:
    """Start the service on a socket that stays open when it stops, as systemd does.

    Args:
        database: The database to serve.
        said: Where it shall log.
        listening: The socket.
        settings: Its settings, and `workers`.
    """
    workers = settings.pop("workers", "1")
    words = [sys.executable, "-c", _SERVE, "--workers", workers, "--as", "analyst"]
    environment = {**os.environ, **_PATIENT, **settings, "TRYGGHETSKARTA_DATABASE_URL": database}
    with said.open("ab") as log:
        process = subprocess.Popen(
            ["bash", "-c", _HAND_OVER, str(listening.fileno()), *words], pass_fds=(listening.fileno(),), env=environment, stderr=log
        )
    return Service(process, listening.getsockname()[1], said)


def open_socket() -> socket.socket:
    """Listen on a free port of this machine."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", 0))
    made.listen(2048)
    return made


@contextmanager
def served(database: str, said: Path, **settings: str) -> Iterator[Service]:
    """Run the service for a while."""
    with open_socket() as listening:
        service = start(database, said, listening, **settings)
        try:
            service.await_ready()
            yield service
        finally:
            if service.process.poll() is None:
                service.stop()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(port: int, path: str, headers: Mapping[str, str] | None = None, timeout: float = 60) -> Answer:
    """Ask over a connection of its own."""
    return Client(port, timeout).get(path, headers, last=True)


@dataclass
class Client:
    """Asks over one connection for as long as the service keeps it, and never a second time: what is lost is seen."""

    port: int
    timeout: float = 60
    _connection: http.client.HTTPConnection | None = field(default=None)

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, last: bool = False) -> Answer:
        """Ask once."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        self._connection.request("GET", path, headers=dict(headers or {}))
        answer = self._connection.getresponse()
        body = answer.read()
        if last or answer.will_close:
            self.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)

    def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
