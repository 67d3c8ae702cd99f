"""Runs the command line again and again, each time in a process of its own: forked from one that has everything imported, to be quick.

Started as a program it reads lines of JSON, {"words": [...], "database": address, "said": path}, and answers each with the new process's number.
A line {"wait": number} is answered with how that process ended: its exit code, or minus the signal that killed it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Loader:
    """A process at work on a command, started by `Loaders`."""

    pid: int
    said: Path
    owner: Loaders

    def kill(self) -> None:
        """End it at once, whatever it does (kill -9); nothing happens when it has ended already."""
        os.kill(self.pid, signal.SIGKILL)  # not reaped before `wait`, so the number is still its own

    @property
    def at_work(self) -> bool:
        """Tell whether it has not ended yet."""
        return runs(self.pid)

    def wait(self) -> int:
        """Give its exit code, or minus the signal that killed it."""
        return self.owner.ask({"wait": self.pid})

    def done(self) -> str:
        """Let it come to its end, which must be good, and give what it printed."""
        code = self.wait()
        assert code == 0, f"{code}: {self.said.read_text()}"
        return self.said.read_text()


class Loaders:
    """Starts commands in processes of their own, in some milliseconds each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.started = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.loader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "TMPDIR": str(self.temporary)},
        )

    def ask(self, order: dict[str, object]) -> int:
        """Send one order and give its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def start(self, database: str, *words: str) -> Loader:
        """Start a command of `trygghetskarta` on a database."""
        self.started += 1
        said = self.folder / f"said-{self.started}.txt"
        return Loader(self.ask({"words": words, "database": database, "said": str(said)}), said, self)

    def close(self) -> None:
        """End the process that the others come from."""
        self.process.communicate()


@contextmanager
def loaders(folder: Path) -> Iterator[Loaders]:
    """Give a starter of commands, and end it."""
    starting = Loaders(folder)
    try:
        yield starting
    finally:
        starting.close()


def _work(words: list[str], database: str, said: str) -> None:
    """Be the command: what it prints goes to a file."""
    from trygghetskarta.cli.main import run

    out = os.open(said, os.O_CREAT | os.O_WRONLY, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ["TRYGGHETSKARTA_DATABASE_URL"] = database
    sys.argv = ["trygghetskarta", *words]
    run()


def _serve() -> None:
    # All that a delivery imports, so that a forked process is at work at once; nothing here starts a thread.
    import trygghetskarta.cli.ingesting
    import trygghetskarta.cli.main
    import trygghetskarta.cli.sample  # noqa: F401  # imports the delivering itself, which the command does late
    from trygghetskarta.store.engine import make_engine

    make_engine("postgresql://")  # imports the driver
    # Python tries the folder for temporary files with a file of its own when it is first asked for it. A kill in that instant would leave it, and
    # it is none of ours.
    tempfile.gettempdir()

    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                try:
                    _work(order["words"], order["database"], order["said"])
                except SystemExit as end:
                    sys.stdout.flush()
                    os._exit(int(end.code or 0))
                os._exit(0)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def runs(pid: int) -> bool:
    """Tell whether a process lives; one that is dead but not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def sleep_until(moment: float) -> None:
    """Wait for a moment of time.monotonic, exactly: the last bit without giving the processor away."""
    while (left := moment - time.monotonic()) > 0:
        if left > 0.002:
            time.sleep(left - 0.001)


if __name__ == "__main__":
    _serve()
