"""INGEST: a full disk refuses the delivery and leaves readers alone; a full log stops the server, which comes back with all its data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from tests.faults.conftest import City, make_city
from tests.faults.loader import Loaders
from tests.faults.register import Register
from tests.faults.small_disk import SmallDisk, small_disk
from tests.faults.watching import known_in
from tests.faults.whole import content
from trygghetskarta.errors import BusyError
from trygghetskarta.store.cluster import Cluster, ClusterState

_MB = 1 << 20
_WAL = "SELECT pg_walfile_name(pg_current_wal_lsn()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint % (16 << 20)"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk() as found:
        yield found


@pytest.fixture
def own(folder: Path, disk: SmallDisk) -> Iterator[Cluster]:
    """Give a server that nobody else uses."""
    cluster = Cluster(folder / "home")
    yield cluster
    disk.make_room()  # a server cannot stop in good order on a full disk
    cluster.remove()


def test_a_full_data_disk_refuses_the_delivery_and_gives_its_space_back(
    killable: Cluster, city: City, start: Loaders, folder: Path, disk: SmallDisk
) -> None:
    tablespace = disk.folder / "tables"
    killable.status()
    tablespace.mkdir(mode=0o700)
    shutil.chown(tablespace, killable.status().data.stat().st_uid)
    small = City(killable, f"{city.name}_small")
    with psycopg.connect(killable.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{tablespace}'")
        connection.execute(f"CREATE DATABASE {small.name} TEMPLATE tk_city TABLESPACE small")
    try:
        register = Register(folder, 3, rows=10_000)
        files = [register.next()]
        for each in (city, small):
            start.start(each.address, "ingest", "brander", str(files[0])).done()
        before = known_in(small)
        files.append(register.next())
        disk.fill(leave=2 * _MB)
        free = disk.free
        loader = start.start(small.address, "ingest", "brander", str(files[1]))
        while loader.at_work:
            assert known_in(small) == before, "readers see half a delivery"
        said = loader.said.read_text()
        assert (loader.wait(), "Disken är full" in said) == (2, True), said
        assert known_in(small) == before
        with small.engine.connect() as connection:
            refused = connection.execute(text("SELECT status, receipt::text FROM delivery ORDER BY delivery_id DESC LIMIT 1")).one()
        assert refused.status == "refused"
        assert "storage" in refused.receipt
        # It took all; what is not given back are the pages of indexes, which the next delivery uses.
        assert disk.free > free / 2, "what the delivery had taken of the disk is not given back"
        disk.make_room()
        for each in (city, small):
            start.start(each.address, "ingest", "brander", str(files[1])).done()
        assert known_in(small) == register.told()
        with small.engine.connect() as connection, city.engine.connect() as undisturbed:
            assert content(connection) == content(undisturbed)
    finally:
        small.engine.dispose()
        killable.drop_database(small.name)
        with psycopg.connect(killable.url("postgres"), autocommit=True) as connection:
            connection.execute("DROP TABLESPACE small")


def test_a_full_log_stops_the_server_which_comes_back_with_all_its_data(
    own: Cluster, start: Loaders, folder: Path, disk: SmallDisk
) -> None:
    own.start()
    own.stop()
    log = own.status().data / "pg_wal"
    moved = disk.folder / "pg_wal"
    shutil.copytree(log, moved)
    for path in (moved, *moved.rglob("*")):
        shutil.chown(path, log.stat().st_uid, log.stat().st_gid)
    moved.chmod(0o700)
    shutil.rmtree(log)
    log.symlink_to(moved)
    make_city(own, folder)
    city, register = City(own, "tk_city"), Register(folder, 2)
    start.start(city.address, "ingest", "brander", str(register.next())).done()
    before = known_in(city)
    file = str(register.next())
    write_to_the_end_of_the_log(own)
    disk.fill(leave=_MB)
    loader = start.start(city.address, "ingest", "brander", file)
    assert loader.wait() == 2
    assert "Disken är full" in loader.said.read_text()
    city.engine.dispose()
    # The server tries to come back by itself, and cannot while the disk is full.
    while own.status().state is ClusterState.RUNNING:
        pass
    with pytest.raises(BusyError, match="No space left on device"):
        own.start()
    disk.make_room()
    own.start()
    assert known_in(city) == before
    start.start(city.address, "ingest", "brander", file).done()
    assert known_in(city) == register.told()
    city.engine.dispose()


def write_to_the_end_of_the_log(cluster: Cluster) -> None:
    """Use up the log's files but for some kilobytes, so that the next work needs a new one."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET min_wal_size = '32MB'")
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")
        connection.execute("CHECKPOINT")
        found = connection.execute(_WAL).fetchone()
        files = {row[0] for row in connection.execute("SELECT name FROM pg_ls_waldir()")}
        assert found is not None
        for _ in [name for name in sorted(files) if name > found[0]]:
            connection.execute("SELECT pg_switch_wal()")
        found = connection.execute(_WAL).fetchone()
        assert found is not None
        left = 16 * _MB - found[1] - 64_000
        connection.execute("SELECT pg_logical_emit_message(false, 'fill', repeat('x', %s))", (left,))
