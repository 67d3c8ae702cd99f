"""A streaming replica answers while it holds just what is published; lagging, stopped or promoted it gives no answer, and none is wrong."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import psycopg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.conftest import CITY, PATIENT, Drawing, serving
from tests.db.delivering import deliver, fires
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.settings import Settings
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.creation import ROLE
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses, Face
from trygghetskarta.store.migrate import upgrade
from trygghetskarta.store.programs import find_programs
from trygghetskarta.store.replica import replica_address
from trygghetskarta.store.site import server_account

# What is asked with a key is never answered from what was answered before.
NOT_KEPT = {"Cookie": "not=ours"}


def fire(number: int) -> str:
    return f"F{number};2025-03-{number:02d} 12:00;10;10"


@dataclass
class Pair:
    """A primary and its replica, both private servers, with a few fires on the primary.

    Attributes:
        primary: The primary.
        copy: The replica.
        engine: The primary's database.
        fires: How many fires there are on it.
    """

    primary: Cluster
    copy: Cluster
    engine: Engine
    fires: int = 0

    def deliver(self) -> None:
        """Deliver one more fire to the primary."""
        self.fires += 1
        with self.engine.begin() as connection:
            deliver(connection, SourceId.BRANDER, fires(*(fire(number) for number in range(1, self.fires + 1))))

    def tell_copy(self, statement: str) -> None:
        with psycopg.connect(self.copy.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Make a primary with its tables and areas, and stream a copy of it."""
    primary, copy = Cluster(tmp_path_factory.mktemp("primary")), Cluster(tmp_path_factory.mktemp("copy"))
    try:
        primary.start()
        with psycopg.connect(primary.url(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET wal_level = 'replica'")
            connection.execute("ALTER SYSTEM SET max_wal_senders = 4")
        primary.stop()
        engine = make_engine(primary.start())
        upgrade(engine)
        with engine.begin() as connection:
            board = Drawing(connection, tmp_path_factory.mktemp("areas"))
            path = board.folder / "areas.geojson"
            path.write_bytes(orjson.dumps(board.collection({"rinkeby": (0, 0, 1000, 1000)})))
            load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, board.edition, AreaFields(), CITY))
        stream(primary, copy)
        yield Pair(primary, copy, engine)
        engine.dispose()
    finally:
        copy.stop()
        primary.remove()


def stream(primary: Cluster, copy: Cluster) -> None:
    """Copy a server's data as docs/operations.md says to, beside its own, and start a server on the copy."""
    data = primary.status().data
    site = data.parent
    with (site / "pg_hba.conf").open("a") as access:
        access.write("local replication all trust\n")
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")
    account, beside = server_account(data), site / "copy"
    account.takes(beside)
    where = make_url(primary.url())
    told = ["--host", str(where.query["host"]), "--port", str(where.query["port"]), "--username", str(where.username)]
    command: list[str | Path] = [
        find_programs().folder / "pg_basebackup",
        *told,
        "--pgdata",
        beside / "data",
        "--write-recovery-conf",
        "--checkpoint=fast",
    ]
    subprocess.run(command, check=True, capture_output=True, **account.as_options())
    (copy.home / "place").write_text(f"{beside}\n")
    copy.start()


def reads() -> dict[str, float]:
    """Tell how many questions were read where."""
    names = ("replica", "lags", "gone", "promoted")
    return {name: REGISTRY.get_sample_value("trygghetskarta_reads_total", {"replica": name}) or 0 for name in names}


@dataclass
class Reader:
    """Asks the service for the fires, and remembers how many it was told of.

    Attributes:
        address: The service.
        seen: The most fires told of: never fewer again.
    """

    address: str
    seen: int = 0

    def answer(self) -> httpx.Response:
        """Ask once."""
        return httpx.get(f"{self.address}/v1/events?source=brander&level=stadsdel&from=2025-03&to=2025-03", headers=NOT_KEPT, timeout=60)

    def ask(self) -> str:
        """Ask once, and tell where it was read."""
        before = reads()
        answer = self.answer()
        assert answer.status_code == 200, answer.text
        told = len(answer.json()["features"])
        assert told >= self.seen
        self.seen = told
        (found,) = (name for name, number in reads().items() if number > before[name])
        return found

    def until(self, fires: int, where: str) -> None:
        """Ask until told of so many fires, read where they should be; then that is so again and again."""
        for _ in range(600):
            if (self.ask(), self.seen) == (where, fires):
                break
            time.sleep(0.05)
        assert [(self.ask(), self.seen) for _ in range(5)] == [(where, fires)] * 5


@contextmanager
def asked_and_waiting(pair: Pair, reader: Reader) -> Iterator[Future[httpx.Response]]:
    """Ask, and let the replica be at work on the answer."""
    with psycopg.connect(pair.primary.url()) as holding, ThreadPoolExecutor(1) as asking:
        holding.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
        with psycopg.connect(pair.primary.url(), autocommit=True) as writing:
            writing.execute("SELECT pg_switch_wal()")
        await_on(pair.copy, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'event'::regclass")
        answer = asking.submit(reader.answer)
        await_on(pair.copy, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        yield answer
        holding.rollback()


def await_on(cluster: Cluster, counting: str) -> None:
    """Wait until a server counts something."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for _ in range(600):
            row = connection.execute(counting.encode()).fetchone()
            if row is not None and row[0]:
                return
            time.sleep(0.05)
    raise AssertionError(counting)


def test_a_replica_answers_only_while_it_holds_just_what_is_published(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    pair.deliver()
    caplog.set_level("INFO")
    at = pair.copy.url().replace(f"//{ROLE}@", "//")
    # The service looks at the primary when it is told to, as it does almost always.
    settings = Settings.model_validate(PATIENT.model_dump() | {"read_database_url": at, "refresh_seconds": 30.0})
    roles = Addresses(*(pair.primary.login(face) for face in (Face.PUBLIC, Face.STAFF, Face.INGEST)))
    with serving(pair.engine, Audience.STAFF, settings, addresses=roles) as address:
        reader = Reader(address)
        reader.until(1, "replica")
        pair.deliver()
        reader.until(2, "replica")

        pair.tell_copy("SELECT pg_wal_replay_pause()")
        pair.deliver()
        reader.until(3, "lags")
        pair.tell_copy("SELECT pg_wal_replay_resume()")
        reader.until(3, "replica")

        # Who is being answered when it stops is asked to come again.
        with asked_and_waiting(pair, reader) as answer:
            pair.copy.stop()
        assert (answer.result().status_code, answer.result().headers["retry-after"]) == (503, "5")
        reader.until(3, "gone")
        pair.deliver()
        reader.until(4, "gone")
        pair.copy.start()
        reader.until(4, "replica")

        pair.tell_copy("SELECT pg_promote()")
        reader.until(4, "promoted")
        # It goes its own way: what is taken in there is not what is published.
        own_way = make_engine(pair.copy.url())
        with own_way.begin() as connection:
            deliver(connection, SourceId.BRANDER, fires(*(fire(number) for number in range(10, 20))))
        own_way.dispose()
        pair.deliver()
        reader.until(5, "promoted")
    said = [record.message for record in caplog.records if record.name == "trygghetskarta.store.replica"]
    assert [message.split(":")[0] for message in said if "promoted" in message or "not answer" in message] == [
        "The replica does not answer",
        "The replica is none",
    ]


def test_whoever_reads_a_replica_is_who_reads_the_primary() -> None:
    public = "postgresql://tk_public:hemligt@db.example.se:5432/karta?sslmode=verify-full&host=db1"  # pragma: allowlist secret
    assert replica_address(public, "postgresql://kopia.example.se:5433") == (
        "postgresql://tk_public:hemligt@kopia.example.se:5433/karta?sslmode=verify-full"  # pragma: allowlist secret
    )
    assert replica_address(public, "postgresql:///annan?host=/run/kopia&sslmode=disable") == (
        "postgresql://tk_public:hemligt@/annan?host=%2Frun%2Fkopia&sslmode=disable"  # pragma: allowlist secret
    )
    for named in ("postgresql://tk_staff@kopia.example.se/karta", "postgresql://kopia.example.se/karta?user=tk_staff"):
        with pytest.raises(ValueError, match="READ_DATABASE_URL"):
            Settings(read_database_url=named)
