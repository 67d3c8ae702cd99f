"""A private server that these tests may kill, apart from the one all other tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import Drawing
from tests.faults.loader import Loaders, loaders
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
        engines: Opened here, closed when the test ends.
    """

    cluster: Cluster
    name: str
    engines: list[Engine] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Give the database's address; it stays the same when the server is started again."""
        return self.cluster.url(self.name)

    def engine(self) -> Engine:
        """Open the database."""
        self.engines.append(make_engine(self.address))
        return self.engines[-1]

    def twin(self) -> City:
        """Give another database as this one was at first."""
        self.cluster.create_database(f"{self.name}_twin", _TEMPLATE)
        return City(self.cluster, f"{self.name}_twin", self.engines)


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
def city(killable: Cluster, request: pytest.FixtureRequest) -> Iterator[City]:
    """Give a database of the test's own, with areas and nothing in them."""
    killable.start()
    found = City(killable, f"tk_{request.node.name[:40]}")
    killable.create_database(found.name, _TEMPLATE)
    yield found
    for engine in found.engines:
        engine.dispose()
    killable.drop_database(found.name)
    killable.drop_database(f"{found.name}_twin")


@pytest.fixture(scope="session")
def start() -> Iterator[Loaders]:
    """Give a starter of commands in processes of their own."""
    for folder in _make_folder():
        with loaders(folder) as starting:
            yield starting
