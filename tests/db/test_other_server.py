"""A PostGIS that somebody else keeps, whose owner of the tables may make no roles; and roles that sign in with passwords."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.conftest import Drawing
from tests.db.delivering import fires
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import ForbiddenError, InvalidQuestionError
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Face
from trygghetskarta.store.migrate import upgrade
from trygghetskarta.store.roles import lacking, let_in


@pytest.fixture(scope="module")
def kept_by_others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give a server with no roles of ours, reached by a port and a password; its superuser is the database administrator."""
    cluster = Cluster(tmp_path_factory.mktemp("annan"), tcp=True)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def owned(kept_by_others: Cluster) -> Iterator[tuple[Engine, str]]:
    """Give an engine as somebody who owns a database and nothing else, and the administrator's address of it."""
    administrator = kept_by_others.create_database("stadens")
    with psycopg.connect(administrator, autocommit=True) as connection:
        connection.execute("CREATE ROLE drift LOGIN PASSWORD 'hemligt'")
        connection.execute("ALTER DATABASE stadens OWNER TO drift")
        connection.execute("ALTER SCHEMA public OWNER TO drift")
    address = make_url(administrator).set(username="drift", password="hemligt", query={})
    engine = make_engine(address.render_as_string(hide_password=False))
    yield engine, administrator
    engine.dispose()


def take_in(engine: Engine, source: SourceId, folder: Path, row: str) -> str:
    path = folder / f"{row[:2]}.csv"
    path.write_text(fires(row), encoding="utf-8")
    return deliver(engine, Settings(), Delivering(source), path).status


def test_without_the_right_to_make_roles_all_works_and_an_administrator_is_told_what_to_run(
    owned: tuple[Engine, str], tmp_path: Path
) -> None:
    engine, administrator = owned
    left = upgrade(engine)
    assert left[:5] == [f"CREATE ROLE {face} NOLOGIN" for face in Face]
    with engine.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})
    assert take_in(engine, SourceId.BRANDER, tmp_path, "f1;2025-03-01 12:00;500;500") == "published"
    with pytest.raises(ForbiddenError, match="ALTER ROLE"):
        let_in(engine, {Face.PUBLIC: "postgresql://tk_public:x@localhost/stadens"})

    left = upgrade(engine)
    with psycopg.connect(administrator, autocommit=True) as connection:
        for statement in left:
            connection.execute(sql.SQL(statement))
    with engine.connect() as connection:
        assert lacking(connection) == []
    assert upgrade(engine) == []
    assert take_in(engine, SourceId.BRANDER, tmp_path, "f2;2025-03-02 12:00;500;500") == "published"

    where = make_url(administrator).set(query={})
    addresses = {face: where.set(username=face, password=f"ord-{face}").render_as_string(hide_password=False) for face in Face}
    del addresses[Face.OWNER]
    above = make_engine(administrator)
    let_in(above, addresses)
    above.dispose()
    ingest = make_engine(addresses[Face.INGEST])
    assert take_in(ingest, SourceId.BRANDER, tmp_path, "f3;2025-03-03 12:00;500;500") == "published"
    ingest.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 3
    with psycopg.connect(addresses[Face.PUBLIC], autocommit=True) as public:
        assert ("rinkeby",) in public.execute("SELECT code FROM area").fetchall()
        with pytest.raises(errors.InsufficientPrivilege):
            public.execute("SELECT 1 FROM event")


def test_a_role_is_let_in_only_at_an_address_of_its_own(owned: tuple[Engine, str]) -> None:
    with pytest.raises(InvalidQuestionError, match="någon annan"):
        let_in(owned[0], {Face.PUBLIC: "postgresql://postgres:x@localhost/stadens"})


def test_the_private_server_gives_each_role_a_password_of_its_own(kept_by_others: Cluster) -> None:
    database = kept_by_others.create_database("egen")
    engine = make_engine(database)
    assert upgrade(engine) == []
    engine.dispose()
    with psycopg.connect(kept_by_others.login(Face.STAFF, "egen")) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("tk_staff",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(make_url(database).set(username="tk_staff", password="x", query={}).render_as_string(hide_password=False))
