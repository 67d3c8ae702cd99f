"""INGEST: a migration and a load wait for one another, and a load never writes into tables of another version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from tests.faults.conftest import City
from tests.faults.loader import Loaders
from tests.faults.register import Register
from tests.faults.watching import Writing, await_waiting, known_in, meeting


def test_a_migration_waits_for_a_load(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 7)
    with meeting(city, Writing("event")) as reach:
        loader = start.start(city.address, "ingest", "brander", str(register.next()))
        reach(loader)
        migration = start.start(city.address, "db", "upgrade")
        await_waiting(city, migration, "advisory")
        assert (loader.at_work, migration.at_work) == (True, True)
    loader.done()
    migration.done()
    assert known_in(city) == register.told()


def test_a_load_waits_for_a_migration_and_refuses_tables_newer_than_itself(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 8)
    file = str(register.next())
    with psycopg.connect(city.address) as migrating:
        before = migrating.execute("SELECT version_num FROM alembic_version").fetchone()
        migrating.execute("SELECT pg_advisory_xact_lock(7301001)")
        loader = start.start(city.address, "ingest", "brander", file)
        await_waiting(city, loader, "advisory")
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
    with psycopg.connect(city.address) as migrating, ThreadPoolExecutor(1) as aside:
        with meeting(city, Writing("delivery")) as reach:
            loader = start.start(city.address, "ingest", "brander", file)
            reach(loader)
            # The loader is about to receive. The migration stands in line behind that, and before the publishing.
            migrates = aside.submit(migrating.execute, "SELECT pg_advisory_xact_lock(7301001)")
            await_waiting(city, loader, "advisory")
        migrates.result()
        await_waiting(city, loader, "advisory")
        assert migrating.execute("SELECT status FROM delivery").fetchall() == [("received",)]
        migrating.execute("UPDATE alembic_version SET version_num = '9999'")
        migrating.commit()
        assert loader.wait() == 2
        assert "schema_version" in loader.said.read_text()
    assert known_in(city) == {}
