"""A real PostGIS for every test that needs one: the private server, or the one TRYGGHETSKARTA_DATABASE_URL names. Missing, it fails the tests."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import orjson
import psycopg
import pytest
import uvicorn
from hypothesis import settings
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from starlette.types import Receive, Scope, Send
from xdist.workermanage import WorkerController

from trygghetskarta.api.app import create_app
from trygghetskarta.api.protocol import Deadlines, Watch
from trygghetskarta.cli.sample import load_sample
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, LevelReport, load_level
from trygghetskarta.ingest.identities import Ordered, create_key
from trygghetskarta.settings import Settings, read_settings
from trygghetskarta.store.cluster import Cluster, ClusterState
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses, Face
from trygghetskarta.store.migrate import upgrade

SHARED = Path(__file__).parents[2] / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")
QGIS = Path("/usr/lib/python3/dist-packages/qgis")
R_LIBRARIES = ("/usr/lib/R/site-library", "/usr/local/lib/R/site-library", "/usr/lib/R/library")
NOT_LOOKED = Path(__file__).parents[1] / "build" / "not-looked.txt"
PROFILE = Path(__file__).parents[1] / "scripts" / "api-profile"
CITY = ("Stockholm", "0180")
KEY_SECRET = "m" * 40
TODAY = date(2026, 11, 21)
PATIENT = Settings(
    refresh_seconds=1.0, waiting_seconds=30.0, pool_seconds=30.0, public_statement_seconds=30.0, staff_statement_seconds=30.0
)
RELEASE_KEY = SecretStr("the tests release figures by this key")

# How long a test takes depends on who else uses the machine; no test says anything of that.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is recorded be recorded anew."""
    parser.addoption("--record-examples", action="store_true", help="write the examples of openapi.json anew, from the sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, by name, the tests that need what this machine does not have. In CI nothing may be left out."""
    lacks = {
        "shared": not SHARED.is_dir(),
        "browser": not CHROMIUM.exists(),
        "gdal": shutil.which("ogrinfo") is None,
        "nginx": shutil.which("nginx") is None,
        "npm": shutil.which("npm") is None,
        "office": shutil.which("soffice") is None,
        "poppler": shutil.which("pdftotext") is None,
        "profile": shutil.which("node") is None or not (PROFILE / "node_modules").is_dir(),
        "r": shutil.which("Rscript") is None,
        "qgis": not QGIS.is_dir(),
        "writer": shutil.which("lowriter") is None or shutil.which("loimpress") is None,
    }
    left_out = [item for item in items if any(lacks[marker] and item.get_closest_marker(marker) for marker in lacks)]
    if left_out and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"CI lacks what these need: {', '.join(item.name for item in left_out)}")
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
        config.stash[_LEFT_OUT] = [item.nodeid for item in left_out]


_LEFT_OUT: pytest.StashKey[list[str]] = pytest.StashKey()
_WAS_RUNNING: pytest.StashKey[bool] = pytest.StashKey()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note whether the private server was running before any test was."""
    if _has_the_say(session.config):
        own = _own_cluster()
        session.config.stash[_WAS_RUNNING] = own is None or own.status().state is ClusterState.RUNNING


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell whoever has the say what was left out; it stops the private server, when the tests have started it."""
    if not _has_the_say(session.config):
        session.config.workeroutput["left_out"] = session.config.stash.get(_LEFT_OUT, [])  # type: ignore[attr-defined]  # pytest-xdist gives it
    elif not session.config.stash[_WAS_RUNNING] and (own := _own_cluster()) is not None:
        own.stop()


def pytest_testnodedown(node: WorkerController) -> None:
    """Hear from a process that ran a part of the tests what it left out; all leave out the same."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def _has_the_say(config: pytest.Config) -> bool:
    """Tell the process that was started from those it starts in turn, one for each core."""
    return not hasattr(config, "workerinput")


def _own_cluster() -> Cluster | None:
    """Give the private server; None where the tests run on another."""
    settings = read_settings()
    return Cluster(settings.home) if settings.database_url is None else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the tests that were left out."""
    for name in config.stash.get(_LEFT_OUT, []):
        terminalreporter.write_line(f"left out, for want of ../shared or a program: {name}")
    if NOT_LOOKED.is_file():
        for name in NOT_LOOKED.read_text(encoding="utf-8").splitlines():
            terminalreporter.write_line(f"not looked at by make check, for want of an answer: {name}")


class Server:
    """The server the tests run on: makes databases, and drops those it made."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.made: list[str] = []

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database, and give its address."""
        copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template is not None else sql.SQL("")
        name = f"{name}_{os.getpid()}"
        self._tell(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), copy))
        self.made.append(name)
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    def drop_all(self) -> None:
        """Drop every database made."""
        for name in self.made:
            self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Give the server; the private one is started when it is not running."""
    own = _own_cluster()
    found = Server(own.start() if own is not None else str(read_settings().database_url))
    yield found
    found.drop_all()


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    """Give the address of a database with this version's tables and nothing in them."""
    address = server.create("tk_test")
    engine = make_engine(address)
    # Roles belong to the whole server: two processes that make them at once get in each other's way.
    with (Path(tempfile.gettempdir()) / "trygghetskarta-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        upgrade(engine)
        roles_on(engine)
    engine.dispose()
    return address


@pytest.fixture
def connection(migrated: str) -> Iterator[Connection]:
    """Give a connection to the empty tables, whose work is undone."""
    engine = make_engine(migrated)
    with engine.connect() as found:
        yield found
        found.rollback()
    engine.dispose()


@pytest.fixture
def fresh_database(server: Server, migrated: str) -> Iterator[Engine]:
    """Give an engine on empty tables of its own, for tests that must commit."""
    template = str(make_url(migrated).database)
    engine = make_engine(server.create(f"tk_fresh_{len(server.made)}", template))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def loaded(server: Server, migrated: str) -> str:
    """Give the name of a database with the sample, that others are copied from."""
    address = server.create("tk_loaded", str(make_url(migrated).database))
    engine = make_engine(address)
    load_sample(engine, Settings(release_key=RELEASE_KEY))
    engine.dispose()
    return str(make_url(address).database)


@pytest.fixture(scope="session")
def sample(server: Server, loaded: str) -> Iterator[Engine]:
    """Give an engine on the sample; nobody may change it."""
    engine = make_engine(server.create("tk_sample", loaded))
    yield engine
    engine.dispose()


@pytest.fixture
def own_sample(server: Server, loaded: str) -> Iterator[Engine]:
    """Give an engine on a copy of the sample, for tests that must change it."""
    engine = make_engine(server.create(f"tk_own_{len(server.made)}", loaded))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def analyst_key(sample: Engine) -> str:
    """Give a key of an analyst to the sample, for a service that marks keys with KEY_SECRET."""
    with sample.begin() as connection:
        ordered = Ordered("analytiker", Role.ANALYST, 30, purpose="prov")
        return create_key(connection, KEY_SECRET.encode(), ordered)[1]


def roles_on(engine: Engine) -> Addresses:
    """Give the addresses of a database at which the roles of the service sign in; its own where the tests run on a server that is not ours."""
    settings = read_settings()
    if settings.database_url is not None:
        return Addresses.all_at(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    cluster = Cluster(settings.home)
    return Addresses(*(cluster.login(face, str(engine.url.database)) for face in (Face.PUBLIC, Face.STAFF, Face.INGEST)))


@contextmanager
def serving(
    engine: Engine,
    audience: Audience,
    settings: Settings | None = None,
    heard: list[str] | None = None,
    port: int = 0,
    addresses: Addresses | None = None,
) -> Iterator[str]:
    """Serve a database on a free port of this machine, or on the one given; what is asked is heard as its path and query."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", port))
    # A machine that runs tests is slow; what happens when too many ask at once has tests of its own.
    app = create_app(settings or PATIENT, addresses or roles_on(engine), audience)

    async def heeding(scope: Scope, receive: Receive, send: Send) -> None:
        if heard is not None and scope["type"] == "http":
            heard.append(unquote(f"{scope['path']}?{scope['query_string'].decode()}"))
        await app(scope, receive, send)

    # The protocol is that of a worker, and uvicorn asks for a class and calls it.
    http = cast("type[asyncio.Protocol]", Watch(Deadlines()).protocol)
    running = uvicorn.Server(uvicorn.Config(heeding, http=http, log_level="error", server_header=False))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(timeout=20)
        listening.close()


@pytest.fixture(scope="session")
def live_server(sample: Engine) -> Iterator[str]:
    """Give the address of the sample served to an analyst."""
    with serving(sample, Audience.STAFF) as address:
        yield address


@pytest.fixture(scope="session")
def public_server(sample: Engine) -> Iterator[str]:
    """Give the address of the sample served to anyone."""
    with serving(sample, Audience.PUBLIC) as address:
        yield address


Box = tuple[float, float, float, float]


@dataclass
class Drawing:
    """Draws rectangular areas: (left, bottom, right, top) in metres from a corner of the city, EPSG:3011."""

    connection: Connection
    folder: Path
    edition: date = date(2023, 7, 1)
    corner: tuple[float, float] = (150_000.0, 6_580_000.0)
    files: int = field(default=0)

    def __call__(self, level: AreaLevel, boxes: dict[str, Box], *, replace: bool = False) -> LevelReport:
        """Load the boxes as a level, by way of a file as a steward would."""
        self.files += 1
        path = self.folder / f"{level}-{self.files}.geojson"
        path.write_bytes(orjson.dumps(self.collection(boxes)))
        order = LevelOrder(path, level, self.edition, AreaFields(), CITY, replace=replace)
        return load_level(self.connection, order)

    def collection(self, boxes: dict[str, Box]) -> dict[str, object]:
        """Give the boxes as GeoJSON."""
        x, y = self.corner
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": code.title()},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[x + a, y + b], [x + c, y + b], [x + c, y + d], [x + a, y + d], [x + a, y + b]]],
                },
            }
            for code, (a, b, c, d) in boxes.items()
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3011"}}
        return {"type": "FeatureCollection", "crs": crs, "features": features}


@pytest.fixture
def draw(connection: Connection, tmp_path: Path) -> Drawing:
    """Give a drawing board on the empty tables."""
    return Drawing(connection, tmp_path)
