"""Loading a file: as a delivery with all that belongs to one, against what others do for a table of placed points."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from benchmarks import ours, peers
from benchmarks.data import Sample
from benchmarks.measuring import Way, clock, in_turns, median, print_table, times
from benchmarks.server import database, prepare_base, settle
from benchmarks.stages import clocked_stages
from trygghetskarta.store.cluster import Cluster

Counts = dict[int | None, int]

_BASE, _RUN = "loading_base", "loading_run"
_FULL, _BARE, _READY = "ours, in full", "ours, bare", "COPY BINARY of ready bytes"
_CONTAINS, _TUNED, _STAGING = "ogr2ogr + ST_Contains join", "ogr2ogr + tuned SQL", "COPY to staging + SQL transform and tuned join"
_GEOPANDAS = "geopandas read_csv/to_crs/sjoin/to_postgis"
# Of PERFORMANCE.md: how much faster than the way named ours shall be.
_TARGETS = ((_CONTAINS, 8.0), (_GEOPANDAS, 4.0), (_STAGING, 2.0))


@dataclass(slots=True)
class Load:
    """One way to load the file.

    Attributes:
        name: What the table calls it.
        load: Does it, from the file to the last commit.
        counts: Gives the events of every area afterwards.
        found: What it gave last.
    """

    name: str
    load: Callable[[Engine, Sample], object]
    counts: Callable[[Engine], Counts]
    found: Counts | None = None


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print(f"## Loading {sample.rows:,} rows from CSV ({sample.events.stat().st_size / 1e6:.0f} MB) into PostGIS, placed and indexed")
    prepare_base(cluster, _BASE, sample)
    try:
        loads = _loads(cluster, sample)
        ways = [Way(load.name, partial(_seconds, cluster, sample, load)) for load in loads]
        taken = {name: median(seconds) for name, seconds in in_turns(ways, rounds).items()}
        _print(sample.rows, loads, taken)
        _print_stages(cluster, sample)
    finally:
        cluster.drop_database(_BASE)


def _loads(cluster: Cluster, sample: Sample) -> list[Load]:
    with database(cluster, _RUN, _BASE) as engine:
        bare = ours.Bare.make(engine, sample)
        bare.make_ready(sample)
    loads = [
        Load(_FULL, ours.in_full, ours.counts_in_full),
        Load(_BARE, bare.load, peers.counts),
        Load(_READY, bare.send_ready, peers.counts),
        Load(_STAGING, peers.staging_tuned, peers.counts),
        Load(_GEOPANDAS, peers.by_geopandas, peers.counts),
    ]
    if shutil.which("ogr2ogr") is None:
        print("  ogr2ogr is left out: it is not installed (Debian's package gdal-bin).")
        return loads
    return [*loads, Load(_CONTAINS, peers.ogr2ogr_contains, peers.counts), Load(_TUNED, peers.ogr2ogr_tuned, peers.counts)]


def _seconds(cluster: Cluster, sample: Sample, load: Load) -> float:
    """Clock one load into a database that holds the areas and nothing else."""
    with database(cluster, _RUN, _BASE) as engine:
        settle(engine)
        taken = clock(lambda: load.load(engine, sample))
        load.found = load.counts(engine)
    return taken


def _print(rows: int, loads: list[Load], taken: dict[str, float]) -> None:
    truth = loads[0].found
    lines = []
    for load in sorted(loads, key=lambda load: taken[load.name]):
        equal = load.found == truth
        if not equal:
            print(f"  DISAGREEMENT: {load.name} counts otherwise than {loads[0].name}; its figure does not count.")
        seconds = taken[load.name]
        figures = (f"{seconds:.2f}", f"{rows / seconds:,.0f}".replace(",", " "), times(seconds / taken[_FULL])) if equal else ("", "", "")
        lines.append((load.name, *figures, "equal" if equal else "DIFFER"))
    print_table(("Way", "s", "rows/s", "ours in full is faster by", "counts per area"), lines)
    for name, target in _TARGETS:
        if name in taken:
            print(f"  in full against {name}: {taken[name] / taken[_FULL]:.1f} × (target {target:g} ×)")
    print(f"  bare against COPY BINARY of ready bytes: {taken[_READY] / taken[_BARE]:.0%} of its speed (target 80 %)\n", flush=True)


def _print_stages(cluster: Cluster, sample: Sample) -> None:
    with database(cluster, _RUN, _BASE) as engine, clocked_stages() as stages:
        settle(engine)
        total = clock(lambda: ours.in_full(engine, sample))
    rest = total - sum(stages.seconds.values())
    lines = sorted([*stages.seconds.items(), ("commits and all else", rest)], key=lambda line: -line[1])
    beside = sorted(((f"beside: {name}", seconds) for name, seconds in stages.beside.items()), key=lambda line: -line[1])
    print(f"### Stages of ours in full, one run of {total:.2f} s; what reads and what sends runs beside the rest")
    print_table(("Stage", "s", "share"), [(name, f"{seconds:.2f}", f"{seconds / total:.0%}") for name, seconds in [*lines, *beside]])
    if stages.missing:
        print(f"  not clocked, as the product no longer has them: {', '.join(stages.missing)}\n")
