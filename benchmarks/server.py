"""A private PostGIS server for the time of a benchmark, and databases in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

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


def settle(engine: Engine) -> None:
    """Write out what earlier runs left to be written, so that no run pays for another."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))


def environment() -> dict[str, str]:
    """Give our environment without PostgreSQL's variables, which could lead a program to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
