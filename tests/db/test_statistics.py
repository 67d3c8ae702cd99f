"""What the planner knows of the tables after a load, without waiting for the server to look at them itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import Drawing, roles_on
from tests.db.delivering import fires
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.statistics import due, look_at_grown

_KNOWN = "SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = current_schema() AND inherited = (tablename = 'event')"
_AT_WORK = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND datname = current_database())"
_EVENTS = "SELECT reltuples::int FROM pg_class WHERE relname = 'event'"


@pytest.fixture
def city(fresh_database: Engine, tmp_path: Path) -> Engine:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    # The server would look at the tables itself, sooner or later.
    _without_autovacuum(fresh_database)
    return fresh_database


def _without_autovacuum(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in connection.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'")
        ):
            connection.execute(text(f"ALTER TABLE {name.relname} SET (autovacuum_enabled = false)"))
    # One that had begun by then holds the tables it looks at, and a look of ours would pass them by.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Pages of rows that other tests have undone came with the template.
        connection.execute(text("VACUUM"))
        while connection.execute(text(_AT_WORK)).scalar_one():
            time.sleep(0.1)


def send(engine: Engine, folder: Path, first: int, rows: int) -> None:
    path = folder / f"brander-{first}.csv"
    path.write_text(fires(*(f"{n};2025-03-{1 + n % 28:02} 12:00;{n % 2000};500" for n in range(first, first + rows))), encoding="utf-8")
    receipt = deliver(engine, Settings(), Delivering(SourceId.BRANDER), path)
    assert receipt.new == rows


def statements(engine: Engine) -> list[str]:
    """Give what would be looked at now."""
    with engine.connect() as connection:
        return due(connection)


def events_known(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(_EVENTS)).scalar_one())


def forget(engine: Engine, *tables: str) -> None:
    """Make the planner know nothing of some tables."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pg_statistic WHERE starelid::regclass::text = ANY(:tables)"), {"tables": list(tables)})


def test_the_planner_knows_the_tables_as_soon_as_a_first_load_is_over(city: Engine, tmp_path: Path) -> None:
    send(city, tmp_path, 0, 2000)
    with city.connect() as connection:
        known = {*connection.execute(text(_KNOWN)).scalars()}
    # `event` as a whole: the server looks at its partitions only.
    assert {"area", "coverage", "delivery", "event", f"event_{SourceId.BRANDER.number}", "place", "rollup_month"} <= known
    assert events_known(city) == 2000
    assert statements(city) == []


def test_rows_in_pages_that_were_found_empty_are_looked_at(city: Engine, tmp_path: Path) -> None:
    with city.connect() as connection:
        connection.execute(text("INSERT INTO rollup_month VALUES (1, 1, '{}', '{}', '{}')"))
        connection.rollback()
    with city.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE rollup_month"))
    send(city, tmp_path, 0, 100)
    with city.connect() as connection:
        assert "rollup_month" in connection.execute(text(_KNOWN)).scalars().all()


def test_a_load_of_a_tenth_is_looked_at_and_a_smaller_one_is_not(city: Engine, tmp_path: Path) -> None:
    send(city, tmp_path, 0, 4000)
    send(city, tmp_path, 4000, 100)
    assert events_known(city) == 4000
    send(city, tmp_path, 5000, 600)
    assert events_known(city) == 4700


def test_a_role_looks_at_the_tables_that_are_its_own(city: Engine, tmp_path: Path) -> None:
    addresses = roles_on(city)
    assert addresses.ingest is not None
    send(city, tmp_path, 0, 500)
    forget(city, "event", f"event_{SourceId.BRANDER.number}", "area")
    assert len(statements(city)) == 2
    ingest = make_engine(addresses.ingest)
    look_at_grown(ingest)
    ingest.dispose()
    assert [statement.split()[1] for statement in statements(city)] == ["area"]


def test_a_table_that_somebody_holds_is_left_for_the_server_to_look_at(city: Engine, tmp_path: Path) -> None:
    send(city, tmp_path, 0, 500)
    forget(city, "area", "place")
    with city.connect() as other:
        other.execute(text("LOCK TABLE area IN SHARE UPDATE EXCLUSIVE MODE"))
        look_at_grown(city)
        assert [statement.split()[1] for statement in statements(city)] == ["area"]
