"""How much memory a load takes, however large its file: `trygghetskarta ingest` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

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
_WORDS = (
    "vid entrén", "mot gården", "två cyklar", "krossad ruta", "bakom skolan", "i garaget", "på parkeringen", "under natten", "av vittne", "låset",
    "uppbrutet", "klotter", "på fasaden", "nära stationen", "källarförråd", "skada på", "dörrkarm", "väska", "mobiltelefon", "utanför butiken",
)  # fmt: skip
_SENTENCES, _WORDS_EACH = 5000, 12
_SEED = 20_260_102


def run(cluster: Cluster, sample: Sample, gigabytes: float) -> None:
    path = sample.events.with_name("fritext.csv")
    try:
        rows = _write(path, sample, int(gigabytes * 1e9))
        print(f"## Memory while loading {rows:,} rows with free texts ({path.stat().st_size / 1e9:.2f} GB)", flush=True)
        prepare_base(cluster, _BASE, sample)
        with database(cluster, _FILLED, _BASE) as engine:
            url = engine.url.render_as_string(hide_password=False)
            began = time.perf_counter()
            most = _ingest(url, path)
            seconds = time.perf_counter() - began
            with engine.connect() as connection:
                events = connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one()
    finally:
        path.unlink(missing_ok=True)
        cluster.drop_database(_BASE)
    print(f"  {events:,} events in {seconds:.0f} s ({events / seconds:,.0f} a second), {most} MB at most (target 500)\n")


def _write(path: Path, sample: Sample, size: int) -> int:
    """Write the sample's events again and again, each time with ids of their own and with a text instead of a street, and count the rows.

    The texts are as people write them, nearly all of them different.
    """
    random = np.random.default_rng(_SEED)
    events = arrow_csv.read_csv(
        sample.events, convert_options=arrow_csv.ConvertOptions(column_types={"BROTTSKOD": pa.string()}, timestamp_parsers=["-"])
    )
    words = np.array(_WORDS)[random.integers(len(_WORDS), size=(_SENTENCES, _WORDS_EACH))]
    sentences = pa.array([" ".join(row) for row in words.tolist()])
    rows = 0
    writer = None
    while not path.exists() or path.stat().st_size < size:
        number = pa.array(np.arange(rows + 1, rows + len(events) + 1)).cast(pa.string())
        text = pc.binary_join_element_wise(sentences.take(pa.array(random.integers(_SENTENCES, size=len(events)))), number, ", anm ")
        written = events.set_column(0, "ID", pc.binary_join_element_wise("K", number, "-")).set_column(4, "GATA", text)
        writer = writer or arrow_csv.CSVWriter(path, written.schema, write_options=arrow_csv.WriteOptions(quoting_style="needed"))
        writer.write_table(written)
        rows += len(events)
    if writer is not None:
        writer.close()
    return rows


def _ingest(url: str, path: Path) -> int:
    """Load a file, and give the most memory the process had, in MB."""
    command = [sys.executable, "-c", _PROGRAM, "ingest", "anmalda_brott", str(path), "--json"]
    done = subprocess.run(command, env={**os.environ, "TRYGGHETSKARTA_DATABASE_URL": url}, capture_output=True, check=False, text=True)
    if done.returncode not in (0, 1):  # 1: a few made-up ends fall before their beginning, in the hour that summer time ends
        raise ValueError(f"ingest ended with {done.returncode}: {done.stderr}")
    return int(done.stderr.splitlines()[-1])
