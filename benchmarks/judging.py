"""A comparison of all areas with all its statistics, asked of one worker over HTTP: counting, testing, smoothing, ranking and writing.

Every question is about other months, so no answer can have been kept. The worker is warm: it has its counts in memory and has answered before.
Beside the time that passed stands the processor time of the worker, which others at work on the same machine do not lengthen much.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
from sqlalchemy import Engine, text

from benchmarks import ours
from benchmarks.data import FIRST_YEAR, YEARS, Sample
from benchmarks.load import served
from benchmarks.measuring import print_table
from benchmarks.server import database, prepare_base
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster

_BASE, _FILLED, _PORT = "judging_base", "judging", 8917
_WARM, _ASKED, _TARGET_MS = 20, 60, 25
_SEED = 4
_WAYS = {
    "GeoJSON, against the year before": {"baseline": "same-period-last-year"},
    "GeoJSON, rates, against the year before": {"baseline": "same-period-last-year", "measure": "rate"},
    "GeoJSON, against the rest of the city": {},
    "JSON, against the year before": {"baseline": "same-period-last-year", "format": "json"},
    "CSV, against the year before": {"baseline": "same-period-last-year", "format": "csv"},
    "GeoJSON without outlines, against the year before": {"baseline": "same-period-last-year", "geometry": "none"},
    "JSON, counts alone (statistics=none)": {"baseline": "same-period-last-year", "format": "json", "statistics": "none"},
}


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print(f"## A comparison of all basområden with all its statistics, one worker, over {sample.rows:,} events")
    prepare_base(cluster, _BASE, sample)
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            ours.in_full(engine, sample)
            areas = settle_people(engine, sample.events.parent)
            address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with (
                served(address, _PORT) as worker,
                httpx.Client(base_url=f"http://127.0.0.1:{_PORT}", timeout=60) as client,
            ):
                taken = {name: [one for _ in range(rounds) for one in _ask(client, worker, asked)] for name, asked in _WAYS.items()}
    finally:
        cluster.drop_database(_BASE)
    rows = []
    for name, answers in taken.items():
        passed, worked = [seconds for seconds, _ in answers], statistics.mean(seconds for _, seconds in answers)
        rows.append((name, f"{_at(passed, 50):.1f}", f"{_at(passed, 95):.1f}", f"{1000 * worked:.1f}"))
    print(f"  {areas} areas; target {_TARGET_MS} ms for the median with all statistics")
    print_table(("Question", "p50 ms", "p95 ms", "worker's CPU ms"), rows)


def _at(seconds: list[float], percentile: int) -> float:
    return statistics.quantiles(seconds, n=100)[percentile - 1] * 1000


def settle_people(engine: Engine, folder: Path) -> int:
    """Give every area inhabitants, and tell how many areas there are."""
    with engine.connect() as connection:
        codes = [row.code for row in connection.execute(text("SELECT code FROM area WHERE level = 'basomrade' ORDER BY code"))]
    people = np.random.default_rng(_SEED).integers(300, 6000, len(codes))
    lines = [f"basomrade;{code};{FIRST_YEAR + YEARS - 2}-12-31;residents;{number}" for code, number in zip(codes, people, strict=True)]
    path = folder / "population.csv"
    path.write_text("\n".join(("niva;kod;datum;slag;antal", *lines)), encoding="utf-8")
    receipt = deliver(engine, Settings(), Delivering(SourceId.POPULATION), path)
    if receipt.new != len(codes):
        raise ValueError(f"of {len(codes)} areas {receipt.new} got inhabitants")
    return len(codes)


def _ask(client: httpx.Client, worker: int, asked: dict[str, str]) -> Iterator[tuple[float, float]]:
    """Ask about one run of twelve months after another, and give the seconds that each answer took: those that passed, and the worker's."""
    last = Month((FIRST_YEAR + YEARS - 1970) * 12 - 1)
    for number in range(_WARM + _ASKED):
        to = last.plus(-(number % 60))
        question = {"source": SourceId.ANMALDA_BROTT.value, "level": "basomrade", "from": str(to.plus(-11)), "to": str(to), **asked}
        worked, began = _worked(worker), time.perf_counter()
        answer = client.get("/v1/comparisons", params=question)
        taken = time.perf_counter() - began
        answer.raise_for_status()
        if number >= _WARM:
            yield taken, _worked(worker) - worked


def _worked(worker: int) -> float:
    """Give the processor time of a process so far, in seconds: coarse for one answer, not for the mean of many."""
    fields = Path(f"/proc/{worker}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
