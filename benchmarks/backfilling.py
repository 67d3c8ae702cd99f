"""A backfill by one worker and by two, against `ingest` of the same files one after another; all three must count the same.

Each way is a process of its own, as a command is: what it has read and indexed is gone with it. On a machine whose cores the server shares, the
processor time tells what more cores would give.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from sqlalchemy import text

from benchmarks.data import Sample
from benchmarks.measuring import print_table
from benchmarks.server import database, environment, prepare_base, settle
from trygghetskarta.backfilling import whole
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine

P = ParamSpec("P")
T = TypeVar("T")

_BASE, _RUN = "backfilling_base", "backfilling_run"
_FEWEST_FILES, _ROWS_A_FILE = 20, 200_000
_HOW = Delivering(SourceId.ANMALDA_BROTT)
_ONE_WAY = "import sys; from benchmarks.backfilling import one_way; one_way(sys.argv[1], sys.argv[2], int(sys.argv[3]))"
_WAYS = {"ingest, one after another": 0, "backfill, 1 worker": 1, "backfill, 2 workers": 2}
_STAGES = ("start", "stage", "publish", "indexes")
# Every event's key and values, and every count, whatever numbers and times this database gave them.
HELD = text("""
    SELECT (SELECT count(*) FROM event), (SELECT bit_xor(hashtextextended(key::text || digest::text, 0)) FROM event WHERE known_to IS NULL),
        (SELECT md5(string_agg(concat_ws(' ', month, code, key, antal), ',' ORDER BY month, code, key))
         FROM rollup JOIN category USING (source_id, category_id) JOIN place USING (place_id))
""")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one way took.

    Attributes:
        seconds: From the first file to the last commit.
        stages: Seconds to start the workers, to stage all files, and to publish them; of the last for the indexes.
        ours: Processor time of the program and its workers, seconds.
        server: Processor time of the database.
    """

    seconds: float
    stages: Mapping[str, float]
    ours: float
    server: float


def run(cluster: Cluster, sample: Sample) -> None:
    folder = sample.events.parent / "backfill"
    files = divide(sample, folder)
    print(f"## Taking in {sample.rows:,} rows in {files} files: a backfill by one worker and by two", flush=True)
    prepare_base(cluster, _BASE, sample)
    taken: dict[str, Taken] = {}
    held: set[tuple[object, ...]] = set()
    try:
        for name, workers in _WAYS.items():
            with database(cluster, _RUN, _BASE) as engine:
                settle(engine)
                before = _server(cluster)
                words = [sys.executable, "-c", _ONE_WAY, engine.url.render_as_string(hide_password=False), str(folder), str(workers)]
                told = json.loads(
                    subprocess.run(words, env=environment(), capture_output=True, check=True, text=True).stdout.splitlines()[-1]
                )
                time.sleep(1)  # the server counts what a process of it did when that has ended
                taken[name] = Taken(**told, server=_server(cluster) - before)
                with engine.connect() as connection:
                    held.add(tuple(connection.execute(HELD).one()))
    finally:
        cluster.drop_database(_BASE)
    if len(held) != 1:
        raise ValueError(f"not the same events and counts: {held}")
    _print(sample.rows, taken)


def _print(rows: int, taken: Mapping[str, Taken]) -> None:
    first = taken["backfill, 1 worker"].seconds
    lines = [
        (
            name,
            f"{one.seconds:.1f}",
            f"{rows / one.seconds:,.0f}".replace(",", " "),
            f"{first / one.seconds:.2f}",
            *(f"{one.stages[stage]:.1f}" if stage in one.stages else "" for stage in _STAGES),
            f"{one.ours:.1f}",
            f"{one.server:.1f}",
        )
        for name, one in taken.items()
    ]
    head = ("Way", "s", "rows/s", "times as fast as 1 worker", "start", "stage", "publish", "of it indexes", "our CPU s", "server's CPU s")
    print_table(head, lines)
    two = taken["backfill, 2 workers"]
    least = (two.ours + two.server) / (os.cpu_count() or 1)
    print(f"  What two workers and the server compute takes these {os.cpu_count()} cores {least:.1f} s at least.\n")


def one_way(url: str, folder: str, workers: int) -> None:
    """Take in the files in a process of its own, and print what it took.

    Args:
        url: The database.
        folder: The files.
        workers: Of a backfill; 0 for `ingest` of one file after another.

    Raises:
        ValueError: A file is not in.
    """
    engine = make_engine(url)
    with _clocked() as stages:
        begun, spent = time.perf_counter(), _spent()
        if workers:
            results = [outcome.result for outcome in backfill(engine, _HOW, [folder], Hands(workers))]
        else:
            results = [deliver(engine, Settings(), _HOW, path) for path in sorted(Path(folder).iterdir())]
        seconds, ours = time.perf_counter() - begun, _spent() - spent
    engine.dispose()
    odd = [result for result in results if isinstance(result, Exception) or result.status != "published"]
    if odd:
        raise ValueError(f"not in: {odd}")
    print(json.dumps({"seconds": seconds, "stages": stages, "ours": ours}))


@contextmanager
def _clocked() -> Iterator[dict[str, float]]:
    """Clock the stages of a backfill while the block runs."""
    seconds: dict[str, float] = {}

    def clocked(stage: str, function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - begun

        return timed

    with (
        patch.object(whole, "_own_processes", clocked("start", whole._own_processes)),
        patch.object(whole, "_stage_all", clocked("stage", whole._stage_all)),
        patch.object(whole, "_publish", clocked("publish", whole._publish)),
        patch.object(Partition, "join", clocked("indexes", Partition.join)),
    ):
        yield seconds
    if "start" in seconds:
        seconds["stage"] -= seconds["start"]  # they are started when the first file is dealt out


def _spent() -> float:
    """Give the processor time of this process and of those it has started and seen end."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _server(cluster: Cluster) -> float:
    """Give the processor time of the server's processes."""
    number = cluster.status().pid
    every = [number, *map(int, Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split())]
    fields = [Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in every]
    return sum(int(spent) for field in fields for spent in field[11:15]) / os.sysconf("SC_CLK_TCK")


def divide(sample: Sample, folder: Path) -> int:
    """Write a sample's file as several of a folder.

    Args:
        sample: Whose file.
        folder: Where to; it is made.

    Returns:
        How many files.
    """
    folder.mkdir()
    files = max(_FEWEST_FILES, sample.rows // _ROWS_A_FILE)
    with sample.events.open("rb") as whole_file:
        head = whole_file.readline()
        for number in range(files):
            with (folder / f"del-{number:03}.csv").open("wb") as part:
                part.write(head)
                part.writelines(islice(whole_file, -(-sample.rows // files)))
    return files
