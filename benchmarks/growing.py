"""A comparison as the events grow: how long it takes, how much memory a worker has, and how soon it answers after its start; at last, a month.

The first million is taken in as deliveries are. The rest are the same events again under keys of their own, copied in by SQL into the same
table, and the rollup is made anew of them all: so every size is really there, and every count must be just as many times the first.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, text

from benchmarks import monthly, ours
from benchmarks.data import Sample
from benchmarks.judging import settle_people
from benchmarks.measuring import median, print_table
from benchmarks.server import database, prepare_base, settle
from benchmarks.serving import question_path, questions
from benchmarks.workers import Load, load
from benchmarks.workers import ours as our_worker
from trygghetskarta.ingest.rollup import rebuild_rollup
from trygghetskarta.store.cluster import Cluster

_BASE, _FILLED, _PORT = "growing_base", "growing", 8931
_SECONDS, _NEW = 4, 20_000
_GROWN = (1, 5)
_COLUMNS = (
    "category_id, place_id, month, antal, withdrawn, precision, time_precision, delivery_id, line, identity, starts_at, ends_at, reported_on, geom, "
    "area_text, detail"
)
# Keys in rising order, so that the index is appended to.
_COPY = f"""
    INSERT INTO event (source_id, key, known_from, known_to, digest, {_COLUMNS})
    SELECT source_id, ('ffffffff-0000-4000-8000-' || lpad(to_hex(nextval('grown')), 12, '0'))::uuid, known_from, known_to, digest, {_COLUMNS}
    FROM event CROSS JOIN generate_series(1, :copies) WHERE known_to IS NULL AND key < 'ffffffff-0000-4000-8000-000000000000'
"""


def run(cluster: Cluster, sample: Sample, rounds: int, largest: int) -> None:
    print(f"## A comparison of all basområden as the events grow from {sample.rows:,}", flush=True)
    prepare_base(cluster, _BASE, sample)
    rows = []
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            ours.in_full(engine, sample)
            settle_people(engine, sample.events.parent)
            with engine.begin() as connection:
                connection.execute(text("CREATE SEQUENCE grown"))
            first, there = None, 1
            for times in (*_GROWN, largest):
                _grow(engine, times - there)
                there = times
                counted, row = _measure(engine, sample, rounds, times)
                first = first or counted
                if counted != [times * count for count in first]:
                    raise ValueError(f"{times} times the events do not count {times} times as many")
                rows.append(row)
            head = (
                "Events",
                "first answer s",
                "MB at first",
                "MB at last",
                "counts p50 ms",
                "p95 ms",
                "p99 ms",
                "statistics p50 ms",
                "p95 ms",
                "p99 ms",
            )
            print_table(head, rows)
            print(f"  A month's delivery into {times * sample.rows:,} events:", flush=True)
            monthly.measure(engine, sample, rounds)
    finally:
        cluster.drop_database(_BASE)


def _grow(engine: Engine, copies: int) -> None:
    if not copies:
        return
    with engine.begin() as connection:
        connection.execute(text(_COPY), {"copies": copies})
        rebuild_rollup(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As autovacuum would after so many rows: what sums up the blocks of the table is then told of the new ones too.
        connection.execute(text("VACUUM (ANALYZE) event"))
    settle(engine)


def _measure(engine: Engine, sample: Sample, rounds: int, times: int) -> tuple[list[int], tuple[str, ...]]:
    folder = sample.events.parent
    first = question_path(statistics="none")
    with our_worker(engine, _PORT, first) as worker:
        at_first = worker.megabytes
        told: dict[str, Any] = httpx.get(worker.address + first).json()
        given: dict[str, list[Load]] = {statistics: [] for statistics in ("none", "all")}
        asked = {statistics: questions(engine) for statistics in given}
        for _ in range(rounds):
            for statistics, loads in given.items():
                paths = [question_path(one, statistics) for one in islice(asked[statistics], _NEW)]
                loads.append(load(worker, paths, _SECONDS, Path(folder), clients=1))
        figures = [
            f"{median(ms):.2f}"
            for loads in given.values()
            for ms in ([one.p50 for one in loads], [one.p95 for one in loads], [one.p99 for one in loads])
        ]
        row = (f"{times * sample.rows:,}", f"{worker.up_after:.2f}", f"{at_first:.0f}", f"{worker.megabytes:.0f}", *figures)
    return [feature["properties"]["count"] for feature in told["features"]], row
