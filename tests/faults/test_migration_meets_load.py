"""INGEST: a migration and a load wait for one another, and a load never writes into tables of another version."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import City
from tests.faults.loader import Loader, Loaders
from tests.faults.register import Register
from tests.faults.watching import await_moment, known_in, slow_commits

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock' AND wait_event = 'advisory'"


@pytest.mark.parametrize("statement", ["COPY event", "UPDATE delivery"])
def test_a_migration_waits_for_a_load(city: City, start: Loaders, folder: Path, statement: str) -> None:
    register = Register(folder, 7)
    with psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching:
        loader = start.start(city.address, "ingest", "brander", str(register.next()))
        await_moment(watching, city, loader, (statement,))
        os.kill(loader.pid, signal.SIGSTOP)
        migration = start.start(city.address, "db", "upgrade")
        await_waiting(watching, city, migration)
        os.kill(loader.pid, signal.SIGCONT)
    loader.done()
    migration.done()
    assert known_in(city) == register.told()


def test_a_load_waits_for_a_migration_and_refuses_tables_newer_than_itself(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 8)
    file = str(register.next())
    with (
        psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching,
        psycopg.connect(city.address) as migrating,
    ):
        before = migrating.execute("SELECT version_num FROM alembic_version").fetchone()
        migrating.execute("SELECT pg_advisory_xact_lock(7301001)")
        loader = start.start(city.address, "ingest", "brander", file)
        await_waiting(watching, city, loader)
        migrating.execute("UPDATE alembic_version SET version_num = '9999'")
        migrating.commit()
        assert loader.wait() == 2
        said = loader.said.read_text()
        assert "9999" in said
        assert "schema_version" in said
        assert known_in(city) == {}
        migrating.execute("UPDATE alembic_version SET version_num = %s", before)
        migrating.commit()
    start.start(city.address, "ingest", "brander", file).done()
    assert known_in(city) == register.told()


def test_a_load_refuses_tables_that_change_between_its_receiving_and_its_publishing(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 9)
    file = str(register.next())
    slow_commits(city, slow=True)
    with (
        psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching,
        psycopg.connect(city.address) as migrating,
    ):
        loader = start.start(city.address, "ingest", "brander", file)
        await_moment(watching, city, loader, ("INSERT INTO delivery", "COMMIT"))
        os.kill(loader.pid, signal.SIGSTOP)
        migrating.execute("SELECT pg_advisory_xact_lock(7301001)")
        assert migrating.execute("SELECT status FROM delivery").fetchall() == [("received",)]
        migrating.execute("UPDATE alembic_version SET version_num = '9999'")
        migrating.commit()
        os.kill(loader.pid, signal.SIGCONT)
        assert loader.wait() == 2
        assert "schema_version" in loader.said.read_text()
    assert known_in(city) == {}


def await_waiting(watching: psycopg.Connection, city: City, process: Loader) -> None:
    """Wait until somebody waits for a lock of the program's own."""
    while watching.execute(_WAITING, (city.name,)).fetchone() == (0,):
        assert process.at_work, process.said.read_text()
        time.sleep(0.002)
