"""Servers for the time of a benchmark, each a process of its own on the first core, and a client on the second."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import Engine

from benchmarks.server import environment

_UP_WITHIN = 300.0
_CLIENTS = 16
_PROGRAM = "from trygghetskarta.cli.main import run; run()"
# Asks one address after another, each once, then from the first again.
_ASK_IN_TURN = """
local paths, at = {}, 0
for line in io.lines(os.getenv("TRYGGHETSKARTA_PATHS")) do paths[#paths + 1] = line end
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency)
  io.write(string.format('\\nRESULT {"requests": %d, "seconds": %f, "errors": %d, "p50": %f, "p95": %f, "p99": %f}\\n', summary.requests,
    summary.duration / 1e6, summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Worker:
    """A server that runs.

    Attributes:
        address: Where.
        process: Its number.
        up_after: Seconds from its start to its first answer.
    """

    address: str
    process: int
    up_after: float

    @property
    def worked(self) -> float:
        """Processor time so far, in seconds."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """Memory that is its own or shared with others, now."""
        return _megabytes(self.process)


@dataclass(frozen=True, slots=True)
class Load:
    """What some seconds of asking gave.

    Attributes:
        per_second: Answers a second.
        cpu_ms: The server's processor time for each, ms.
        p50: Median time to an answer, ms.
        p95: 95th percentile, ms.
        p99: 99th percentile, ms.
    """

    per_second: float
    cpu_ms: float
    p50: float
    p95: float
    p99: float


@contextmanager
def running(command: Sequence[str], address: str, ready: str, given: Mapping[str, str], folder: Path | None = None) -> Iterator[Worker]:
    """Run a server on the first core until the work is done.

    Args:
        command: The program and its arguments.
        address: Where it will be.
        ready: A path that it answers with 200 when it is up.
        given: Its environment besides ours.
        folder: Where it runs.

    Yields:
        The server, up.

    Raises:
        TimeoutError: It does not answer.
    """
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(_on_core(0, command), env={**environment(), **given}, stdout=quiet, stderr=quiet, cwd=folder) as process:
        try:
            up_after = _up_after(address + ready, process, began)
            yield Worker(address, _answering(process.pid), up_after)
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def ours(engine: Engine, port: int, ready: str = "/ready") -> Iterator[Worker]:
    """Run one worker of ours for the machine's own user."""
    # It would rather refuse than let anyone wait long; here all wait, as they do with the others.
    patient = {"TRYGGHETSKARTA_WAITING_SECONDS": "60", "TRYGGHETSKARTA_WAITING_LIMIT": "100"}
    given = {"TRYGGHETSKARTA_DATABASE_URL": engine.url.render_as_string(hide_password=False), **patient}
    command = [sys.executable, "-c", _PROGRAM, "serve", "--as", "analyst", "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}", ready, given) as worker:
        yield worker


def _answering(number: int) -> int:
    """Give the process that answers: that of a server which looks after others is the largest of those."""
    others = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
    return max(map(int, others), key=_megabytes, default=number)


def _megabytes(number: int) -> float:
    status = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def _up_after(address: str, process: subprocess.Popen[bytes], began: float) -> float:
    while time.perf_counter() - began < _UP_WITHIN and process.poll() is None:
        try:
            if httpx.get(address, timeout=60).is_success:
                return time.perf_counter() - began
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"{address} did not answer")


def load(
    worker: Worker, paths: Sequence[str], seconds: int, folder: Path, clients: int = _CLIENTS, headers: Mapping[str, str] | None = None
) -> Load:
    """Ask a server from the second core, as fast as it answers.

    Args:
        worker: The server.
        paths: What to ask, in turn.
        seconds: For how long.
        folder: Where to put what the client reads.
        clients: How many ask at a time.
        headers: What every request says besides.

    Returns:
        What it gave.

    Raises:
        ValueError: Some answers were errors.
        FileNotFoundError: There is no wrk.
    """
    if shutil.which("wrk") is None:
        raise FileNotFoundError("wrk is missing: apt-get install wrk")
    script, asked = folder / "ask.lua", folder / "paths"
    script.write_text(_ASK_IN_TURN, encoding="ascii")
    asked.write_text("\n".join(paths), encoding="ascii")
    said = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", str(script), *said, worker.address]
    before = worker.worked
    done = subprocess.run(
        _on_core(1, command), env={**environment(), "TRYGGHETSKARTA_PATHS": str(asked)}, check=True, capture_output=True, text=True
    )
    told = json.loads(re.findall(r"^RESULT (.*)$", done.stdout, re.MULTILINE)[0])
    if told["errors"] or not told["requests"]:
        raise ValueError(f"{worker.address}{paths[0]}: {told}")
    return Load(
        told["requests"] / told["seconds"], (worker.worked - before) / told["requests"] * 1000, told["p50"], told["p95"], told["p99"]
    )


def _on_core(number: int, command: Sequence[str]) -> list[str]:
    """Keep a program to one core, where there are two; server and client then do not take time from each other."""
    return ["taskset", "-c", str(number), *command] if (os.cpu_count() or 1) > 1 else list(command)
