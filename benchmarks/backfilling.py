"""A backfill by one worker and by two, against `ingest` of the same files one after another; all three must count the same."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from sqlalchemy import Engine, text

from benchmarks.data import Sample
from benchmarks.measuring import print_table
from benchmarks.server import database, prepare_base, settle
from trygghetskarta.backfilling import whole
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.partitions import Partition
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster

P = ParamSpec("P")
T = TypeVar("T")

_BASE, _RUN = "backfilling_base", "backfilling_run"
_ROWS_A_FILE = 50_000
_FEWEST_FILES = 20
_HOW = Delivering(SourceId.ANMALDA_BROTT)
# Every event's key and values, and every count, whatever numbers and times this database gave them.
_HELD = text("""
    SELECT (SELECT count(*) FROM event), (SELECT bit_xor(hashtextextended(key::text || digest::text, 0)) FROM event WHERE known_to IS NULL),
        (SELECT md5(string_agg(concat_ws(' ', month, code, key, antal), ',' ORDER BY month, code, key))
         FROM rollup JOIN category USING (source_id, category_id) JOIN place USING (place_id))
""")


@dataclass(slots=True)
class Taken:
    """What one way took.

    Attributes:
        seconds: From the first file to the last commit.
        stages: Seconds until the first file could be dealt out, until all were staged, until all were published; of the last the indexes.
        server: Processor time of the database, seconds.
        workers: Processor time of the processes that stage, or of this one where it is the only one.
    """

    seconds: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    server: float = 0.0
    workers: float = 0.0


def run(cluster: Cluster, sample: Sample) -> None:
    folder = sample.events.parent / "backfill"
    files = _divide(sample, folder)
    print(f"## Taking in {sample.rows:,} rows in {files} files: a backfill by one worker and by two", flush=True)
    prepare_base(cluster, _BASE, sample)
    ways: dict[str, Callable[[Engine, Path], None]] = {
        "ingest, one after another": _one_after_another,
        "backfill, 1 worker": partial(_backfilled, 1),
        "backfill, 2 workers": partial(_backfilled, 2),
    }
    taken: dict[str, Taken] = {}
    held: set[tuple[object, ...]] = set()
    try:
        for name, way in ways.items():
            with database(cluster, _RUN, _BASE) as engine:
                settle(engine)
                with _measured(cluster, engine) as one:
                    way(engine, folder)
                taken[name] = one
                with engine.connect() as connection:
                    held.add(tuple(connection.execute(_HELD).one()))
    finally:
        cluster.drop_database(_BASE)
    if len(held) != 1:
        raise ValueError(f"not the same events and counts: {held}")
    _print(sample.rows, taken)


def _print(rows: int, taken: dict[str, Taken]) -> None:
    first = taken["backfill, 1 worker"].seconds
    lines = [
        (
            name,
            f"{one.seconds:.1f}",
            f"{rows / one.seconds:,.0f}".replace(",", " "),
            f"{first / one.seconds:.2f}",
            *(f"{one.stages[stage]:.1f}" if stage in one.stages else "" for stage in ("start", "stage", "publish", "indexes")),
            f"{one.workers:.1f}",
            f"{one.server:.1f}",
            f"{(one.workers + one.server) / (os.cpu_count() or 1):.1f}",
        )
        for name, one in taken.items()
    ]
    head = ("Way", "s", "rows/s", "times 1 worker", "start", "stage", "publish", "of which indexes", "workers' CPU s", "server's CPU s")
    print_table((*head, "least s on these cores"), lines)


@contextmanager
def _measured(cluster: Cluster, engine: Engine) -> Iterator[Taken]:
    """Clock a way, its stages, and what the processors do for it."""
    one = Taken()

    def clocked(stage: str, function: Callable[P, T]) -> Callable[P, T]:
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                one.stages[stage] = one.stages.get(stage, 0.0) + time.perf_counter() - begun

        return timed

    begun, own, server = time.perf_counter(), _own(), _server(cluster)
    with (
        patch.object(whole, "_own_processes", clocked("start", whole._own_processes)),
        patch.object(whole, "_stage_all", clocked("stage", whole._stage_all)),
        patch.object(whole, "_publish", clocked("publish", whole._publish)),
        patch.object(Partition, "join", clocked("indexes", Partition.join)),
    ):
        yield one
    one.seconds = time.perf_counter() - begun
    one.stages["stage"] = one.stages.get("stage", 0.0) - one.stages.get("start", 0.0)
    engine.dispose()  # the server counts what its processes did when they end
    time.sleep(1)
    one.workers, one.server = _own() - own, _server(cluster) - server


def _own() -> float:
    """Give the processor time of this process and of those it has started and seen end."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _server(cluster: Cluster) -> float:
    """Give the processor time of the server's processes that have ended, and of those that write for all."""
    number = cluster.status().pid
    every = [number, *map(int, Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split())]
    fields = [Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in every]
    return sum(int(spent) for field in fields for spent in field[11:15]) / os.sysconf("SC_CLK_TCK")


def _divide(sample: Sample, folder: Path) -> int:
    """Write the sample's file as several, and give how many."""
    folder.mkdir()
    files = max(_FEWEST_FILES, sample.rows // _ROWS_A_FILE // 4)
    with sample.events.open("rb") as whole_file:
        head = whole_file.readline()
        for number in range(files):
            with (folder / f"del-{number:03}.csv").open("wb") as part:
                part.write(head)
                part.writelines(islice(whole_file, -(-sample.rows // files)))
    return files


def _one_after_another(engine: Engine, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        _see_that_it_is_in(deliver(engine, Settings(), _HOW, path).status)


def _backfilled(workers: int, engine: Engine, folder: Path) -> None:
    for outcome in backfill(engine, _HOW, [str(folder)], Hands(workers)):
        _see_that_it_is_in(outcome.result if isinstance(outcome.result, Exception) else outcome.result.status)


def _see_that_it_is_in(status: object) -> None:
    if status != "published":
        raise ValueError(f"a file is not in: {status}")
