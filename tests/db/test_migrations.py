from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from tests.conftest import Server
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.sources import EVENT_SOURCES
from trygghetskarta.errors import BusyError
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.migrate import alembic_config, upgrade
from trygghetskarta.store.tables import metadata
from trygghetskarta.store.version import hold_tables_still


def test_the_migrations_make_the_tables_of_the_code(connection: Connection) -> None:
    command.check(alembic_config(connection))


def test_every_table_and_column_tells_what_it_is(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        assert table.comment, table.name
    found = set(inspect(connection).get_table_names()) - {"spatial_ref_sys", "alembic_version"}
    assert found == {table.name for table in metadata.sorted_tables}


def test_the_tables_are_held_still_by_whoever_writes_and_those_of_another_version_are_refused(connection: Connection) -> None:
    hold_tables_still(connection)
    for other, remedy in (("0001", "db upgrade"), ("9999", "Byt till den nya versionen")):
        connection.execute(text("UPDATE alembic_version SET version_num = :other"), {"other": other})
        with pytest.raises(BusyError, match=remedy) as refused:
            hold_tables_still(connection)
        assert (refused.value.faults[0].property, refused.value.faults[0].value) == ("schema_version", other)


def test_upgrading_twice_changes_nothing(fresh_database: Engine) -> None:
    with fresh_database.connect() as connection:
        before = connection.execute(text("SELECT count(*), sum(xmin::text::bigint) FROM category")).one()
    upgrade(fresh_database)
    with fresh_database.connect() as connection:
        after = connection.execute(text("SELECT count(*), sum(xmin::text::bigint) FROM category")).one()
    assert before == after
    assert before[0] == sum(len(tree_of(source).nodes) for source in EVENT_SOURCES)


def test_a_population_loaded_before_indicators_is_kept_as_a_delivery(server: Server) -> None:
    engine = make_engine(server.create("tk_old"))
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        connection.execute(text("INSERT INTO publication (what, published_at) VALUES ('population', '2026-02-01 12:00Z')"))
        connection.execute(
            text("""
                INSERT INTO population VALUES ('stad', '0180', 'residents', '2025-12-31', 995000, 'abc'),
                    ('stad', '0180', 'residents', '2024-12-31', 990000, 'abc')
            """)
        )
    upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(
            text("""
                SELECT level, code, on_date::text, question, of_group, value, rows_new, known_from = '2026-02-01 12:00Z' AS since
                FROM indicator JOIN delivery USING (delivery_id) WHERE indicator.source_id = 9
                ORDER BY on_date
            """)
        ).all()
    engine.dispose()
    assert [tuple(row) for row in kept] == [
        ("stad", "0180", "2024-12-31", "residents", "alla", 990000, 2, True),
        ("stad", "0180", "2025-12-31", "residents", "alla", 995000, 2, True),
    ]
