"""What the roles of the database may and may not, tried at a free SQL prompt as each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import Engine, text

from tests.conftest import Server, roles_on
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses
from trygghetskarta.store.grants import PUBLIC_FUNCTIONS, rights
from trygghetskarta.store.roles import build_wall, lacking
from trygghetskarta.store.tables import metadata

# Stands in every place of an event, a delivery and a rejected row that can hold it.
CANARY = "kanariefagel"
OPEN = {
    "alembic_version", "area", "area_link", "area_neighbour", "category", "coverage", "edition", "indicator", "measure", "measure_goal",
    "measure_site", "measure_version", "public_cell", "public_draw", "publication", "source", "weight", "weight_set",
}  # fmt: skip
POSTGIS = {"spatial_ref_sys"}

_FILLED = {
    "oid": ("'event_1'::regclass", "'event'::regclass"),
    "regclass": ("'event_1'::regclass", "'event'::regclass"),
    "text": ("'event_1'", "'SELECT * FROM event_1'", "'public'", "'geom'"),
    "name": ("'event_1'", "'public'"),
    "cstring": ("'event_1'",),
    "boolean": ("true",),
    "smallint": ("1",),
    "integer": ("1",),
    "bigint": ("1",),
    "refcursor": ("'event_1'",),
}
# They wait, or stop what others do, and tell nothing.
_LEFT_ALONE = ("pg_sleep", "pg_advisory", "pg_try_advisory", "pg_terminate", "pg_cancel", "pg_stat_reset", "pg_notify", "lo_")


@pytest.fixture(scope="module")
def marked(server: Server, loaded: str) -> Iterator[Engine]:
    """Give a copy of the sample whose events, deliveries and rejected rows hold a word that nobody outside may read."""
    engine = make_engine(server.create("tk_marked", loaded))
    with engine.begin() as connection:
        for statement in (
            "UPDATE event SET identity = :word, area_text = :word, detail = json_build_object('ord', :word) WHERE known_to IS NULL",
            "UPDATE delivery SET file_name = :word, receipt = jsonb_build_object('ord', :word)",
            "UPDATE rejected_row SET value = :word, raw = convert_to(:word, 'UTF8')",
            "UPDATE place SET key = :word || place_id",
        ):
            connection.execute(text(statement.replace(":word", f"'{CANARY}'")))
        # What may be done with a database is not copied with it.
        assert build_wall(connection) == []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def at(marked: Engine) -> Addresses:
    """Give the addresses of the roles there."""
    found = roles_on(marked)
    assert found.public != found.staff, "on a server where nobody can sign in as the roles there is no wall to try"
    return found


@pytest.fixture
def prompt(at: Addresses) -> Iterator[psycopg.Connection]:
    """Give a free SQL prompt as tk_public."""
    with psycopg.connect(at.public, autocommit=True) as connection:
        connection.execute("SET statement_timeout = '5s'")
        yield connection


def test_the_wall_is_whole_and_every_table_has_somebody_who_may_read_it(marked: Engine) -> None:
    with marked.connect() as connection:
        assert lacking(connection) == []
    told = {table for table, *_ in rights()}
    assert {table.name for table in metadata.sorted_tables} <= told
    assert {table for table, column, face, verb in rights() if face == "tk_public" and column is None} == OPEN
    assert {(face, verb) for *_, face, verb in rights() if face == "tk_public"} == {("tk_public", "SELECT")}


def test_no_relation_of_the_database_shows_the_public_an_event(prompt: psycopg.Connection) -> None:
    relations = prompt.execute("""
        SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'v', 'm', 'p', 'f', 't', 'S') ORDER BY 1, 2
    """).fetchall()
    readable, told = set(), []
    for schema, name in relations:
        try:
            rows = prompt.execute(sql.SQL("SELECT * FROM {}.{}").format(sql.Identifier(schema), sql.Identifier(name))).fetchall()
        except errors.InsufficientPrivilege:
            continue
        if schema not in ("pg_catalog", "information_schema"):
            readable.add(name)
        told += [f"{schema}.{name}" for row in rows if CANARY in str(row)][:1]
    assert len(relations) > 250
    assert readable == {name for _, name in relations} & (OPEN | POSTGIS)
    assert told == []


def test_of_a_delivery_the_public_sees_when_it_came_and_nothing_of_what_was_in_it(prompt: psycopg.Connection) -> None:
    columns = [name for (name,) in prompt.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'delivery'::regclass AND attnum > 0")]
    seen = []
    for column in columns:
        try:
            prompt.execute(sql.SQL("SELECT {} FROM delivery").format(sql.Identifier(column)))
        except errors.InsufficientPrivilege:
            continue
        seen.append(column)
    assert sorted(seen) == ["delivery_id", "published_at", "received_at", "source_id", "status"]


def test_no_function_tells_the_public_of_an_event(prompt: psycopg.Connection) -> None:
    outside = {name for (name,) in prompt.execute(_OUTSIDE)}
    assert outside <= PUBLIC_FUNCTIONS
    assert prompt.execute(_DEFINERS).fetchall() == []
    functions = prompt.execute(_CALLABLE).fetchall()
    told, called = [], 0
    for name, types in functions:
        if name.startswith(_LEFT_ALONE) or not all(kind in _FILLED for kind in types):
            continue
        for given in product(*(_FILLED[kind] for kind in types)):
            called += 1
            try:
                answer = prompt.execute(f'SELECT pg_catalog."{name}"({", ".join(given)})::text').fetchall()
            except psycopg.Error:
                continue
            told += [f"{name}({given})"] if CANARY in str(answer) else []
    assert called > 1_000
    assert told == []


_OUTSIDE = """
    SELECT DISTINCT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND has_function_privilege(pg_proc.oid, 'EXECUTE')
"""
_DEFINERS = "SELECT proname FROM pg_proc WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')"
_CALLABLE = """
    SELECT proname, ARRAY(SELECT format_type(kind, NULL) FROM unnest(proargtypes) kind)
    FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND pronargs BETWEEN 1 AND 4 AND provariadic = 0
        AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1
"""
# What PostGIS keeps of where the points of a table lie, for the planner: closed to the public, though open to everybody in PostGIS itself.
_WHERE_POINTS_LIE = (
    "SELECT _postgis_stats('event_2'::regclass, 'geom')",
    "SELECT _postgis_selectivity('event_2'::regclass, 'geom', st_makeenvelope(140000, 6570000, 170000, 6590000, 3011))",
    "SELECT st_estimatedextent('event_2', 'geom')",
)


@pytest.mark.parametrize("statement", _WHERE_POINTS_LIE)
def test_the_planners_knowledge_of_points_is_closed(prompt: psycopg.Connection, at: Addresses, statement: str) -> None:
    assert at.staff is not None
    with psycopg.connect(at.staff) as staff:
        found = staff.execute(statement).fetchone()
    # It does tell whoever may ask.
    assert found is not None
    assert found[0]
    with pytest.raises(errors.InsufficientPrivilege):
        prompt.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM event",
        "SELECT count(*) FROM event_2",
        "SELECT * FROM rollup",
        "SELECT * FROM delivery",
        "SELECT 1 FROM area WHERE EXISTS (SELECT 1 FROM event)",
        "SELECT query_to_xml('SELECT * FROM event', true, true, '')",
        "EXPLAIN ANALYZE SELECT * FROM event WHERE month = 660",
        "COPY event_2 TO STDOUT",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "CREATE TABLE mine (x int)",
        "CREATE TEMP TABLE mine (x int)",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION dblink",
        "INSERT INTO edition (valid_from, name, srid, schematic) VALUES ('2000-01-01', 'x', 3011, true)",
        "UPDATE area SET name = 'x'",
        "DELETE FROM publication",
        "TRUNCATE area",
        "DROP TABLE area",
        "SET ROLE tk_staff",
        "SET ROLE tk_owner",
        "SET SESSION AUTHORIZATION tk_owner",
        "ALTER ROLE tk_public SUPERUSER",
        "GRANT tk_staff TO tk_public",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT pg_reload_conf()",
        "SELECT * FROM pg_statistic",
        "SELECT rolpassword FROM pg_authid",
        "ALTER SYSTEM SET log_statement = 'all'",
    ],
)
def test_at_a_free_prompt_the_public_is_refused(prompt: psycopg.Connection, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)):
        prompt.execute(statement)


def test_a_role_that_has_been_given_too_much_is_put_right_by_an_upgrade(marked: Engine) -> None:
    with marked.connect() as connection:
        connection.execute(text("GRANT SELECT ON event, rejected_row TO tk_public"))
        connection.execute(text("GRANT SELECT (receipt) ON delivery TO tk_public"))
        connection.execute(text("GRANT INSERT ON area TO PUBLIC"))
        connection.execute(text("GRANT tk_staff TO tk_public"))
        assert lacking(connection) == [
            "REVOKE tk_staff FROM tk_public",
            'REVOKE INSERT ON "area" FROM public',
            'REVOKE SELECT ON "event", "rejected_row" FROM tk_public',
            'REVOKE SELECT ("receipt") ON "delivery" FROM tk_public',
        ]
        connection.rollback()


@pytest.mark.parametrize(
    ("face", "statement"),
    [
        ("staff", "SELECT raw FROM rejected_row"),
        ("staff", "SELECT content FROM held_part"),
        ("staff", "DELETE FROM event"),
        ("staff", "UPDATE event SET antal = 2"),
        ("staff", "INSERT INTO delivery (file_name) VALUES ('x')"),
        ("ingest", "DELETE FROM delivery"),
        ("ingest", "UPDATE area SET name = 'x'"),
        ("ingest", "DROP TABLE area"),
        ("ingest", "DROP TABLE delivery"),
        ("ingest", "DELETE FROM publication"),
        ("ingest", "SET ROLE tk_staff"),
    ],
)
def test_staff_read_and_deliverers_add_and_no_more(at: Addresses, face: str, statement: str) -> None:
    address = getattr(at, face)
    with psycopg.connect(address, autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)
