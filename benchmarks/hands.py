"""A scheduler and workers of dask in processes of their own, as on several machines: to be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trygghetskarta.store.site import free_port


@dataclass(slots=True)
class Hands:
    """A scheduler and its workers.

    Attributes:
        environment: Theirs; it names the database.
        folder: Where they run, and write their logs.
        port: Where the scheduler listens, also when it is started again.
    """

    environment: Mapping[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the scheduler is found."""
        return f"tcp://127.0.0.1:{self.port}"

    def scheduler(self) -> subprocess.Popen[bytes]:
        """Start the scheduler."""
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-show", "--dashboard-address", "127.0.0.1:0")

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self._start("worker", self.address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"dask-{len(self._started)}.log").open("wb") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "dask", *words], env={**self.environment}, stdout=log, stderr=log, cwd=self.folder
            )
        self._started.append(started)
        return started

    def end(self) -> None:
        """Kill whatever is still running."""
        for process in self._started:
            process.kill()
            process.wait()


@contextmanager
def hands(environment: Mapping[str, str], folder: Path) -> Iterator[Hands]:
    """Give a scheduler and workers to start; none outlives the block.

    Args:
        environment: Theirs; it names the database.
        folder: Where they run, and write their logs.

    Yields:
        What starts them.
    """
    made = Hands(environment, folder)
    try:
        yield made
    finally:
        made.end()
