"""The service as it is run, asked ten times as much as it can answer: what is answered is right and quick, the rest is told to come back."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from pydantic import SecretStr

from benchmarks.crowd import Crowd, Told, many_questions
from benchmarks.measuring import print_table
from benchmarks.server import database
from trygghetskarta.cli.sample import load_sample
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.migrate import upgrade

_TIMES = 10
_WARM_SECONDS = 3.0
_CAPACITY_SECONDS = 8.0
_AT_ONCE = 4
_QUESTIONS = 6000
_CHECKED = 500
_LOOK_SECONDS = 0.5


def run(cluster: Cluster, seconds: float, port: int) -> None:
    """Measure.

    Args:
        cluster: The server to make a database on.
        seconds: How long the crowd asks.
        port: Where to serve.
    """
    print(f"## {_TIMES} times as much as can be answered, for {seconds:.0f} s")
    with database(cluster, "load") as engine:
        upgrade(engine)
        load_sample(engine, Settings(release_key=SecretStr("benchmarks release figures by this")))
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with served(address, port) as pid:
            _measure(pid, port, seconds)


def _measure(pid: int, port: int, seconds: float) -> None:
    crowd = Crowd(port, many_questions(_QUESTIONS))
    asyncio.run(crowd.one_by_one(_AT_ONCE, _WARM_SECONDS))
    alone = asyncio.run(crowd.one_by_one(_AT_ONCE, _CAPACITY_SECONDS))
    capacity = alone.statuses[200] / _CAPACITY_SECONDS
    before = resident(pid)
    used = (_processor(pid), time.process_time())
    told, highest = asyncio.run(_watched(crowd, capacity * _TIMES, seconds, pid))
    used = (_processor(pid) - used[0], time.process_time() - used[1])
    after = asyncio.run(crowd.one_by_one(1, 5.0))
    recovered = after.worst(1.0)
    wrong = _wrong(port, told)
    asked = sum(told.statuses.values())
    rows = [
        ("capacity, answers a second", f"{capacity:.0f}", f"p99 {alone.worst(0.01):.2f} s"),
        ("asked a second", f"{asked / seconds:.0f}", f"{asked} in all"),
        ("answered with 200 a second", f"{told.statuses[200] / seconds:.0f}", f"{told.statuses[200] / seconds / capacity:.0%} of capacity"),
        ("told to come back (503)", f"{told.statuses[503]}", f"{told.retry} said when"),
        ("anything else", f"{asked - told.statuses[200] - told.statuses[503]}", str(dict(told.statuses))),
        ("p50, p99 of every answer", f"{told.worst(0.5):.2f} s", f"{told.worst(0.01):.2f} s"),
        ("p99 of those with 200", f"{_worst(told, 200):.2f} s", ""),
        ("wrong answers", str(wrong), f"of {min(_CHECKED, len(told.seen))} questions asked again"),
        ("memory of the worker, before and at most", f"{before:.0f} MB", f"{highest:.0f} MB"),
        ("processor of the worker, and of the crowd", f"{used[0] / seconds:.0%}", f"{used[1] / seconds:.0%}"),
        ("quickest and slowest answer in 5 s after", f"{recovered:.2f} s", f"{after.worst(0.0):.2f} s, {after.statuses[503]} refused"),
    ]
    print_table(("", "", ""), rows)


def _worst(told: Told, status: int) -> float:
    return Told({status: told.seconds.get(status, [0.0])}).worst(0.01)


async def _watched(crowd: Crowd, rate: float, seconds: float, pid: int) -> tuple[Told, float]:
    highest = 0.0

    async def watch() -> None:
        nonlocal highest
        while True:
            highest = max(highest, resident(pid))
            await asyncio.sleep(_LOOK_SECONDS)

    watching = asyncio.create_task(watch())
    told = await crowd.at_rate(rate, seconds)
    watching.cancel()
    return told, highest


def _wrong(port: int, told: Told) -> int:
    """Ask again, now that nobody else does: how many answers were others."""
    again = Crowd(port, list(told.seen)[:_CHECKED])
    now = asyncio.run(again.each_once())
    return sum(told.seen[question] != seen for question, seen in now.seen.items()) + len(again.questions) - len(now.seen)


def resident(pid: int) -> float:
    """Give the memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _processor(pid: int) -> float:
    """Give the seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(address: str, port: int) -> Iterator[int]:
    """Serve a database by one worker, and give the worker's number."""
    words = [sys.executable, "-c", "from trygghetskarta.cli.main import run; run()", "serve", "--port", str(port), "--as", "analyst"]
    parent = subprocess.Popen(words, env={**os.environ, "TRYGGHETSKARTA_DATABASE_URL": address}, stderr=subprocess.DEVNULL)
    try:
        _await_ready(parent, port)
        yield int(Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()[0])
    finally:
        parent.send_signal(signal.SIGTERM)
        parent.wait()


def _await_ready(parent: subprocess.Popen[bytes], port: int) -> None:
    while parent.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the service did not start")
