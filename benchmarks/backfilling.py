"""A backfill by one worker and by two, against `ingest` of the same files one after another; all three must count the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.data import Sample
from benchmarks.measuring import print_table
from benchmarks.server import database, prepare_base, settle
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster

_BASE, _RUN = "backfilling_base", "backfilling_run"
_FILES = 20
_HOW = Delivering(SourceId.ANMALDA_BROTT)
# Every event's key and values, and every count, whatever numbers and times this database gave them.
_HELD = text("""
    SELECT (SELECT count(*) FROM event), (SELECT bit_xor(hashtextextended(key::text || digest::text, 0)) FROM event WHERE known_to IS NULL),
        (SELECT md5(string_agg(concat_ws(' ', month, code, key, antal), ',' ORDER BY month, code, key))
         FROM rollup JOIN category USING (source_id, category_id) JOIN place USING (place_id))
""")


def run(cluster: Cluster, sample: Sample) -> None:
    print(f"## Taking in {sample.rows:,} rows in {_FILES} files: a backfill by one worker and by two", flush=True)
    folder = sample.events.parent / "backfill"
    _divide(sample, folder)
    prepare_base(cluster, _BASE, sample)
    ways: dict[str, Callable[[Engine, Path], None]] = {
        "ingest, one after another": _one_after_another,
        "backfill, 1 worker": partial(_backfilled, 1),
        "backfill, 2 workers": partial(_backfilled, 2),
    }
    taken: dict[str, float] = {}
    held: set[tuple[object, ...]] = set()
    try:
        for name, way in ways.items():
            with database(cluster, _RUN, _BASE) as engine:
                settle(engine)
                begun = time.perf_counter()
                way(engine, folder)
                taken[name] = time.perf_counter() - begun
                with engine.connect() as connection:
                    held.add(tuple(connection.execute(_HELD).one()))
    finally:
        cluster.drop_database(_BASE)
    if len(held) != 1:
        raise ValueError(f"not the same events and counts: {held}")
    first = taken["backfill, 1 worker"]
    rows = [
        (name, f"{seconds:.1f}", f"{sample.rows / seconds:,.0f}".replace(",", " "), f"{first / seconds:.2f}")
        for name, seconds in taken.items()
    ]
    print_table(("Way", "s", "rows/s", "times as fast as 1 worker"), rows)


def _divide(sample: Sample, folder: Path) -> None:
    """Write the sample's file as so many."""
    folder.mkdir()
    with sample.events.open("rb") as whole:
        head = whole.readline()
        for number in range(_FILES):
            with (folder / f"del-{number:03}.csv").open("wb") as part:
                part.write(head)
                part.writelines(islice(whole, -(-sample.rows // _FILES)))


def _one_after_another(engine: Engine, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        _see_that_it_is_in(deliver(engine, Settings(), _HOW, path).status)


def _backfilled(workers: int, engine: Engine, folder: Path) -> None:
    for outcome in backfill(engine, _HOW, [str(folder)], Hands(workers)):
        _see_that_it_is_in(outcome.result if isinstance(outcome.result, Exception) else outcome.result.status)


def _see_that_it_is_in(status: object) -> None:
    if status != "published":
        raise ValueError(f"a file is not in: {status}")
