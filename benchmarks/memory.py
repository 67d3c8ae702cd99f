"""How much memory a load takes, however large its file: `trygghetskarta ingest` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.data import Sample
from benchmarks.server import database, prepare_base
from trygghetskarta.store.cluster import Cluster

_BASE, _FILLED = "memory_base", "memory"
# The high-water mark of the process's own memory: a child's by wait4 would count what it was forked from.
_PROGRAM = """
import sys
from pathlib import Path
from trygghetskarta.cli.main import run
try:
    run()
finally:
    status = Path("/proc/self/status").read_text().splitlines()
    print(next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def run(cluster: Cluster, sample: Sample, _rounds: int) -> None:
    print(f"## Memory while loading {sample.rows:,} rows ({sample.events.stat().st_size >> 20} MB)")
    prepare_base(cluster, _BASE, sample)
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            url = engine.url.render_as_string(hide_password=False)
            began = time.perf_counter()
            most = _ingest(url, sample.events)
            seconds = time.perf_counter() - began
            with engine.connect() as connection:
                events = connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one()
    finally:
        cluster.drop_database(_BASE)
    print(f"  {events:,} events in {seconds:.0f} s ({events / seconds:,.0f} a second), {most} MB at most (target 500)\n")


def _ingest(url: str, path: Path) -> int:
    """Load a file, and give the most memory the process had, in MB."""
    command = [sys.executable, "-c", _PROGRAM, "ingest", "anmalda_brott", str(path), "--json"]
    done = subprocess.run(command, env={**os.environ, "TRYGGHETSKARTA_DATABASE_URL": url}, capture_output=True, check=False, text=True)
    if done.returncode not in (0, 1):  # 1: a few made-up ends fall before their beginning, in the hour that summer time ends
        raise ValueError(f"ingest ended with {done.returncode}: {done.stderr}")
    return int(done.stderr.splitlines()[-1])
