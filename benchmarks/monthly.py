"""A month's delivery into years of events: how long until a server answers with it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv
from sqlalchemy import Engine

from benchmarks import ours
from benchmarks.data import FIRST_YEAR, YEARS, Sample
from benchmarks.measuring import median
from benchmarks.server import database, prepare_base, settle
from trygghetskarta.api.shelf import Shelf
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import Cube
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster

_BASE, _FILLED = "monthly_base", "monthly"
_NEW, _CORRECTED = 9_000, 1_000
_CODE_BEFORE, _CODE_AFTER = "0808", "0809"
# Registers are corrected for months: what is new lies in the last three, what is corrected in the last two years.
_NEW_DAYS, _CORRECTED_DAYS = 90, 730
_SEED = 20_260_103
_WAIT = 0.005


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print(f"## A month's {_NEW:,} new and {_CORRECTED:,} corrected rows into {sample.rows:,} events of {YEARS} years", flush=True)
    prepare_base(cluster, _BASE, sample)
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            ours.in_full(engine, sample)
            settle(engine)
            measure(engine, sample, rounds)
    finally:
        cluster.drop_database(_BASE)


def measure(engine: Engine, sample: Sample, rounds: int) -> None:
    """Deliver some months' files, and print the seconds until they are published and until a server's figures have them.

    Args:
        engine: A database that holds the sample.
        sample: Whose events are corrected.
        rounds: How many files.
    """
    published, seen = _deliver(engine, sample, rounds)
    print(
        f"  published after {median(published):.2f} s, seen by a server after {median(seen):.2f} s (targets: 2 s into 5 M, 5 s into 30 M);"
    )
    print(f"  the {rounds} deliveries: {', '.join(f'{seconds:.2f}' for seconds in seen)} s\n")


def _deliver(engine: Engine, sample: Sample, rounds: int) -> tuple[list[float], list[float]]:
    path = sample.events.with_name("manad.csv")
    published, seen = [], []
    shelf = Shelf(engine, Settings().refresh_seconds)
    shelf.start()
    try:
        for number in range(rounds):
            _write(path, sample, number)
            before = shelf.cube()
            count = _counted(before)
            began = time.perf_counter()
            receipt = deliver(engine, Settings(), Delivering(SourceId.ANMALDA_BROTT), path)
            published.append(time.perf_counter() - began)
            while shelf.cube() is before:
                time.sleep(_WAIT)
            seen.append(time.perf_counter() - began)
            told = (receipt.status, receipt.new, receipt.changed, _counted(shelf.cube()) - count)
            if told != ("published", _NEW, _CORRECTED, _NEW):
                raise ValueError(f"{told}: {receipt.warnings} {receipt.reasons}")
    finally:
        shelf.stop()
        path.unlink(missing_ok=True)
    return published, seen


def _counted(cube: Cube) -> int:
    """Count all events of a cube."""
    whole = Span(Month(0), Month((FIRST_YEAR + YEARS + 1 - 1970) * 12))
    ranges = {SourceId.ANMALDA_BROTT: [(0, len(cube.trees[SourceId.ANMALDA_BROTT].nodes))]}
    level = next(iter(cube.areas))
    ledger = cube.ledger(level, ranges, whole)
    return ledger.placed + ledger.area_only + ledger.unplaced + ledger.outside


def _write(path: Path, sample: Sample, number: int) -> None:
    """Write a month's file: new events of the last months, and earlier ones whose code was corrected."""
    random = np.random.default_rng(_SEED + number)
    types = {name: pa.string() for name in ("BROTTSKOD", "BROTTSDATUMTID_START", "BROTTSDATUMTID_SLUT")}
    events = arrow_csv.read_csv(sample.events, convert_options=arrow_csv.ConvertOptions(column_types=types, timestamp_parsers=["-"]))
    starts = np.array(events["BROTTSDATUMTID_START"], "datetime64[m]")
    days_ago = (starts.max() - starts) // np.timedelta64(1, "D")
    new = events.take(pa.array(random.choice(np.flatnonzero(days_ago <= _NEW_DAYS), _NEW)))
    new = new.set_column(0, "ID", pa.array([f"M{number}-{row:06d}" for row in range(_NEW)]))
    # Each round corrects others of them: a correction once made would be no change.
    at = random.permutation(np.flatnonzero(days_ago <= _CORRECTED_DAYS)[number::97])[:_CORRECTED]
    corrected = events.take(pa.array(at))
    codes = [_CODE_AFTER if code == _CODE_BEFORE else _CODE_BEFORE for code in corrected["BROTTSKOD"].to_pylist()]
    corrected = corrected.set_column(1, "BROTTSKOD", pa.array(codes))
    arrow_csv.write_csv(pa.concat_tables([new, corrected]), path, arrow_csv.WriteOptions(quoting_style="needed"))
