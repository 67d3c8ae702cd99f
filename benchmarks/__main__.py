"""`python -m benchmarks [placing|loading|...|backfill|country|load|page] [--times N] [--rows N] [--rounds N] [--gigabytes N] [--seconds N]`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable
from types import FrameType

from benchmarks import answering, backfilling, country, growing, judging, load, loading, memory, monthly, page, placing, reporting, serving
from benchmarks.data import make_sample
from benchmarks.server import private_server

ALL = {
    "placing": placing.run,
    "loading": loading.run,
    "answering": answering.run,
    "judging": judging.run,
    "monthly": monthly.run,
    "reports": reporting.run,
    "serving": serving.run,
}
GROWING, MEMORY, BACKFILL, COUNTRY, LOAD, PAGE = "growing", "memory", "backfill", "country", "load", "page"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against the peers; everything runs on this machine.")
    parser.add_argument(
        "which", nargs="?", choices=(*ALL, GROWING, MEMORY, BACKFILL, COUNTRY, LOAD, PAGE), help="what to measure; everything when left out"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many events (default 1 000 000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often every way is run; the median counts (default 3)")
    parser.add_argument(
        "--gigabytes", type=float, default=1.0, help="how large a file is loaded to measure memory (default 1; the promise is of 5)"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the service is asked more than it can answer (default 60)")
    parser.add_argument("--port", type=int, default=8170, help="where it is served meanwhile (default 8170)")
    parser.add_argument(
        "--times", type=int, default=10, help="how many times the events grow to in the end (default 10; the promise is of 50)"
    )
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {asked.rows:,} events\n".replace(",", " ", 1),
        flush=True,
    )
    with private_server() as (cluster, folder):
        without_sample: dict[str, Callable[[], None]] = {
            LOAD: lambda: load.run(cluster, asked.seconds, asked.port),
            PAGE: lambda: page.run(cluster, asked.port, asked.rounds),
            COUNTRY: lambda: country.run(cluster, folder, asked.rows),
        }
        _measure(without_sample, asked.which)
        if asked.which in without_sample:
            return
        sample = make_sample(folder, asked.rows)
        for name, run in ALL.items():
            if asked.which in (None, name):
                run(cluster, sample, asked.rounds)
        at_length: dict[str, Callable[[], None]] = {
            GROWING: lambda: growing.run(cluster, sample, asked.rounds, asked.times),
            MEMORY: lambda: memory.run(cluster, sample, asked.gigabytes),
            BACKFILL: lambda: backfilling.run(cluster, sample),
        }
        _measure(at_length, asked.which)


def _measure(ways: dict[str, Callable[[], None]], which: str | None) -> None:
    for name, measure in ways.items():
        if which in (None, name):
            measure()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End as by Ctrl-C, so that the server is removed."""
    sys.exit(143)


if __name__ == "__main__":
    main()
