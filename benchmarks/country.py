"""Four cities on one server, each by a file of its own: a backfill by two workers, disturbed midway, against `ingest` of the same files.

`python -m benchmarks country --rows 20000000`. Each city has its own plane, codes and names of levels, and a quarter of the rows. While its files are
staged, a worker is killed, then the scheduler and the other worker; new ones take over. Until the end nothing may be seen, and then both databases
must hold the same, event for event.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.backfilling import HELD, divide
from benchmarks.data import Where, make_sample
from benchmarks.hands import hands
from benchmarks.measuring import clock, print_table
from benchmarks.server import database, environment, settle
from trygghetskarta.store.cluster import Cluster

_COMMAND = str(Path(sys.executable).with_name("trygghetskarta"))
_SOURCE = "anmalda_brott"
_CITIES = {
    "1499": Where("Åsunda", 3007, 1),
    "1699": Where("Björkvik", 3008, 2),
    "2099": Where("Dalstad", 3009, 3),
    "2599": Where("Norrhamn", 3010, 4),
}
_STAGED = text("SELECT count(*) FILTER (WHERE told IS NOT NULL), count(*) FROM staged")
_SEEN = text("SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM publication WHERE delivery_id IS NOT NULL)")
_FILE = """\
id = "{id}"
name = "{name}"
code = "{code}"
county = "{name}s län"

[coordinates]
plane = {plane}

[[levels]]
role = "basomrade"
code = "rutomrade"
swedish = {{ one = "rutområde", many = "rutområden" }}
english = {{ one = "grid area", many = "grid areas" }}

[[levels]]
role = "stadsdelsomrade"
code = "stadsomrade"
swedish = {{ one = "stadsområde", many = "stadsområden" }}
english = {{ one = "city district", many = "city districts" }}

[[levels]]
role = "stad"
code = "kommun"
swedish = {{ one = "hela kommunen", article = "", many = "kommunen" }}
english = {{ one = "the whole municipality", article = "", many = "the whole municipality" }}

[[areas]]
level = "rutomrade"
edition = 2024-01-01
file = "basomraden.geojson"
"""


def run(cluster: Cluster, folder: Path, rows: int) -> None:
    """Measure.

    Args:
        cluster: The server.
        folder: For the files.
        rows: How many events in all the cities together.

    Raises:
        ValueError: Something was seen before the end, or the databases do not hold the same.
    """
    print(f"## {rows:,} rows in {len(_CITIES)} cities: a backfill whose workers and scheduler are killed, and ingest", flush=True)
    told = [_taken_in(cluster, folder / code, (code, where), rows // len(_CITIES)) for code, where in _CITIES.items()]
    print_table(("City", "events", "backfill with deaths s", "ingest s"), told)


def _taken_in(cluster: Cluster, folder: Path, city: tuple[str, Where], rows: int) -> tuple[str, ...]:
    """Take a city's files in both ways, and give its line of the table."""
    (code, where), files = city, folder / "files"
    folder.mkdir()
    sample = make_sample(folder, rows, where)
    divide(sample, files)
    sample.events.unlink()
    told = _FILE.format(id=f"c{code}", name=where.municipality, code=code, plane=where.plane)
    (folder / "city.toml").write_text(told, encoding="utf-8")
    with _prepared(cluster, folder, f"backfilled_{code}") as (filled, surroundings):
        seconds = clock(lambda: _backfill(filled, surroundings, files))
        held = _held(filled)
    with _prepared(cluster, folder, f"ingested_{code}") as (taken, surroundings):
        by_hand = clock(lambda: _command(surroundings, "ingest", _SOURCE, *map(str, sorted(files.iterdir()))))
        if _held(taken) != held:
            raise ValueError(f"{where.municipality}: not the same events and counts: {held}, {_held(taken)}")
    print(f"  {where.municipality}: the same, event for event", flush=True)
    shutil.rmtree(files)
    return where.municipality, f"{held[0]:,}".replace(",", " "), f"{seconds:.0f}", f"{by_hand:.0f}"


@contextmanager
def _prepared(cluster: Cluster, folder: Path, name: str) -> Iterator[tuple[Engine, dict[str, str]]]:
    """Make a city's database, with its areas in it; and the surroundings its commands run in."""
    with database(cluster, name) as engine:
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        surroundings = {**environment(), "TRYGGHETSKARTA_DATABASE_URL": address, "TRYGGHETSKARTA_CITY": str(folder / "city.toml")}
        _command(surroundings, "db", "upgrade")
        _command(surroundings, "areas", "import")
        settle(engine)
        yield engine, surroundings


def _backfill(engine: Engine, surroundings: dict[str, str], files: Path) -> None:
    with hands(surroundings, files.parent) as our:
        scheduler, first, second = our.scheduler(), our.worker(), our.worker()
        words = [_COMMAND, "backfill", _SOURCE, str(files), "--scheduler", our.address, "--json"]
        with subprocess.Popen(words, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
            _wait_until_staged(engine, running, 0.25)
            first.kill()
            our.worker()
            _wait_until_staged(engine, running, 0.5)
            scheduler.kill()
            scheduler.wait()
            second.kill()
            our.scheduler()
            our.worker()
            our.worker()
            _, said = running.communicate()
    if running.returncode:
        raise ValueError(f"the backfill ended with {running.returncode}: {said.decode()}")


def _wait_until_staged(engine: Engine, running: subprocess.Popen[bytes], share: float) -> None:
    while running.poll() is None:
        with engine.connect() as connection:
            done, files = connection.execute(_STAGED).one()
            if connection.execute(_SEEN).scalar_one():
                raise ValueError("something was seen before the end")
        if files and done >= share * files:
            return
        time.sleep(0.1)
    raise ValueError(f"the backfill ended before it was disturbed: {running.returncode}")


def _command(surroundings: dict[str, str], *words: str) -> None:
    subprocess.run([_COMMAND, *words], env=surroundings, stdout=subprocess.DEVNULL, check=True)


def _held(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(HELD).one())
