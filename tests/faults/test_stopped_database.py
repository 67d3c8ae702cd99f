"""INGEST, promise 2: also through a database that is stopped at once, or killed with all its processes."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psycopg

from tests.faults.conftest import City
from tests.faults.loader import Loaders, sleep_until
from tests.faults.register import Register
from tests.faults.watching import PUBLISHED, Moment, await_moment, known_in, slow_commits

SEED = 20_261_122
STOPS = 20
_AIMED: tuple[Moment, ...] = (PUBLISHED, ("COPY event",), PUBLISHED, ("INSERT INTO rollup",), ("COMMIT",), PUBLISHED)


def test_a_database_stopped_during_loads_comes_back_whole_and_the_reruns_complete(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, SEED)
    life = 0.0
    for _ in range(7):
        file = register.next()
        begun = time.monotonic()
        start.start(city.address, "ingest", "brander", str(file)).done()
        life = time.monotonic() - begun
    chance = random.Random(SEED)
    moments = [*_AIMED, *(chance.uniform(0, life) for _ in range(STOPS - len(_AIMED)))]
    print(f"seed {SEED}; a load lives {life:.3f} s")  # noqa: T201  # shown when the test fails
    before, fates = known_in(city), []
    for number, moment in enumerate(moments):
        file = register.next()
        slow_commits(city, slow=moment == PUBLISHED)
        with psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching:
            begun = time.monotonic()
            loader = start.start(city.address, "ingest", "brander", str(file))
            if isinstance(moment, float):
                sleep_until(begun + moment)
            else:
                await_moment(watching, city, loader, moment)
            stop_at_once(city, kill=number % 2 == 1)
        told = (loader.wait(), loader.said.read_text())
        city.cluster.start()
        seen = known_in(city)
        assert seen in (before, register.told()), f"{moment}: half a delivery is seen"
        fates.append((moment, told[0], seen != before))
        assert "Traceback" not in told[1], told
        assert told[0] == 0 or "Databasen" in told[1], told
        slow_commits(city, slow=False)
        start.start(city.address, "ingest", "brander", str(file)).done()
        before = known_in(city)
        assert before == register.told(), f"{moment}: the rerun did not complete"
    print(fates)  # noqa: T201
    assert {published for _, _, published in fates} == {False, True}
    assert not list(start.temporary.iterdir()), "a temporary file is left"


def stop_at_once(city: City, *, kill: bool) -> None:
    """Stop the server as `pg_ctl stop -m immediate` does, or kill it with all its processes."""
    city.engine.dispose()
    pid = city.cluster.status().pid
    assert pid is not None
    processes = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for process in processes if kill else processes[:1]:
        os.kill(process, signal.SIGKILL if kill else signal.SIGQUIT)
    while any(Path(f"/proc/{process}").exists() for process in processes):
        time.sleep(0.002)
