"""A private PostGIS server for the time of a benchmark, databases in it, and a worker that serves one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
from sqlalchemy import Engine, text

from benchmarks.data import Sample
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.migrate import upgrade

EDITION = date(2024, 1, 1)
CITY = ("Stockholm", "0180")
_PORT, _UP_WITHIN = 8917, 60


@contextmanager
def private_server() -> Iterator[tuple[Cluster, Path]]:
    """Start a server, and give it with a folder for files; both are gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="trygghetskarta-benchmarks-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user; what is private within guards itself
        cluster = Cluster(Path(folder) / "server")
        try:
            cluster.start()
            yield cluster, Path(folder)
        finally:
            cluster.remove()


@contextmanager
def database(cluster: Cluster, name: str, template: str | None = None) -> Iterator[Engine]:
    """Make a database for a while.

    Args:
        cluster: The server.
        name: The database's name.
        template: The database to copy; None for one that holds nothing but PostGIS.

    Yields:
        An engine on it.
    """
    engine = make_engine(cluster.create_database(name, template))
    try:
        yield engine
    finally:
        engine.dispose()
        cluster.drop_database(name)


def prepare_base(cluster: Cluster, name: str, sample: Sample) -> None:
    """Make a database with our tables and the areas, to be copied; the peers' copies of the areas stand beside ours.

    Args:
        cluster: The server.
        name: The database's name.
        sample: Whose areas.
    """
    engine = make_engine(cluster.create_database(name))
    try:
        upgrade(engine)
        with engine.begin() as connection:
            load_level(connection, LevelOrder(sample.areas, AreaLevel.BASOMRADE, EDITION, AreaFields(), CITY))
            connection.execute(text("CREATE TABLE areas AS SELECT area_id, code, geom FROM area WHERE level = 'basomrade'"))
            connection.execute(text("ALTER TABLE areas ADD PRIMARY KEY (area_id)"))
            connection.execute(text("CREATE INDEX areas_geom ON areas USING gist (geom)"))
            connection.execute(text("CREATE TABLE areas_divided AS SELECT area_id, ST_Subdivide(geom, 128) AS geom FROM areas"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    finally:
        engine.dispose()


@contextmanager
def one_worker(engine: Engine) -> Iterator[tuple[str, int]]:
    """Run one worker, as its own process, for staff: its address, and its number."""
    address = f"http://127.0.0.1:{_PORT}"
    program = "from trygghetskarta.cli.main import run; run()"
    command = [sys.executable, "-c", program, "serve", "--as", "analyst", "--port", str(_PORT)]
    url = engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        command, env={**environment(), "TRYGGHETSKARTA_DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(address, worker)
        yield address, worker.pid
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def _wait(address: str, worker: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _UP_WITHIN
    while time.monotonic() < until and worker.poll() is None:
        try:
            if httpx.get(f"{address}/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the worker did not answer")


def settle(engine: Engine) -> None:
    """Write out what earlier runs left to be written, so that no run pays for another."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))


def environment() -> dict[str, str]:
    """Give our environment without PostgreSQL's variables, which could lead a program to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
