"""A private server that these tests may kill, apart from the one all other tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from tests.conftest import Drawing
from tests.faults.loader import Loaders, loaders
from tests.faults.small_disk import needs_namespace, run_in_namespace
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.migrate import upgrade

BOXES = {
    f"01{column:02}00{row}": (column * 250.0, row * 250.0, column * 250.0 + 250, row * 250.0 + 250)
    for column in range(8)
    for row in range(4)
}
_TEMPLATE = "tk_city"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that lies in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@dataclass
class City:
    """A city's database on a server of its own.

    Attributes:
        cluster: The server.
        name: Name of the database.
    """

    cluster: Cluster
    name: str

    @property
    def address(self) -> str:
        """Give the database's address."""
        return self.cluster.url(self.name)

    @cached_property
    def engine(self) -> Engine:
        """Open the database."""
        return make_engine(self.address)


def make_city(cluster: Cluster, folder: Path) -> None:
    """Start a server and make the database with tables and areas that the others are copied from."""
    cluster.start()
    engine = make_engine(cluster.create_database(_TEMPLATE))
    upgrade(engine)
    with engine.begin() as connection:
        Drawing(connection, folder)(AreaLevel.BASOMRADE, BOXES)
    engine.dispose()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder that everybody may enter: root's server runs as another user, who may not enter pytest's own."""
    yield from _make_folder()


def _make_folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tk-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def killable() -> Iterator[Cluster]:
    """Give a server that may be killed."""
    for folder in _make_folder():
        cluster = Cluster(folder / "home")
        try:
            make_city(cluster, folder)
            yield cluster
        finally:
            cluster.remove()


@pytest.fixture
def cities(killable: Cluster, request: pytest.FixtureRequest) -> Iterator[Callable[[], City]]:
    """Give a maker of databases with areas and nothing in them."""
    made: list[City] = []

    def make() -> City:
        killable.start()
        made.append(City(killable, f"tk_{request.node.name[:40]}_{len(made)}"))
        killable.create_database(made[-1].name, _TEMPLATE)
        # PostgreSQL 15 copies a sequence without the values it has logged ahead: stopped before the next checkpoint, it would give them twice.
        with psycopg.connect(killable.url("postgres"), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        return made[-1]

    yield make
    killable.start()
    for city in made:
        city.engine.dispose()
        killable.drop_database(city.name)


@pytest.fixture
def city(cities: Callable[[], City]) -> City:
    """Give a database of the test's own, with areas and nothing in them."""
    return cities()


@pytest.fixture(scope="session")
def start() -> Iterator[Loaders]:
    """Give a starter of commands in processes of their own."""
    for folder in _make_folder():
        with loaders(folder) as starting:
            yield starting


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Who may not mount may do so in a namespace: such a test sets nothing up here, and runs there."""
    if isinstance(item, pytest.Function) and "disk" in item.fixturenames and needs_namespace():
        item.fixturenames.clear()
        item.stash[_ELSEWHERE] = True


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run such a test there."""
    if not pyfuncitem.stash.get(_ELSEWHERE, False):
        return None
    run_in_namespace(pyfuncitem)
    return True


_ELSEWHERE: pytest.StashKey[bool] = pytest.StashKey()
