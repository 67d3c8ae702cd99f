"""INGEST, promise 2: also through a database that is stopped at once, or killed with all its processes."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.faults.conftest import City
from tests.faults.loader import Loaders, runs
from tests.faults.register import Register
from tests.faults.watching import MOMENTS, PUBLISHED, Moment, Writing, known_in, meeting

SEED = 20_261_122
STOPS = 20


def test_a_database_stopped_during_loads_comes_back_whole_and_the_reruns_complete(city: City, start: Loaders, folder: Path) -> None:
    register, life = Register(folder, SEED), 0.0
    for _ in range(register.months + 1):
        file = register.next()
        begun = time.monotonic()
        start.start(city.address, "ingest", "brander", str(file)).done()
        life = time.monotonic() - begun
    chance = random.Random(SEED)
    moments: list[Moment] = [*MOMENTS, PUBLISHED, PUBLISHED]
    moments += [chance.uniform(0, 0.9 * life) for _ in range(STOPS - len(moments))]
    print(f"seed {SEED}; a load lives {life:.3f} s")  # noqa: T201  # shown when the test fails
    before = known_in(city)
    fates: list[tuple[Moment, int, bool]] = []
    for number, moment in enumerate(moments):
        file = register.next()
        city.engine.dispose()
        with meeting(city, moment) as reach:
            loader = start.start(city.address, "ingest", "brander", str(file))
            reach(loader)
            stop_at_once(city, kill=number % 2 == 1)
            code = loader.wait()
        said = loader.said.read_text()
        assert code == 0 or (code == 2 and "Databasen" in said), said
        city.cluster.start()
        seen = known_in(city)
        assert seen in (before, register.told()), f"{moment}: half a delivery is seen"
        fates.append((moment, code, seen != before))
        start.start(city.address, "ingest", "brander", str(file)).done()
        before = known_in(city)
        assert before == register.told(), f"{moment}: the rerun did not complete"
    print(fates)  # noqa: T201
    assert sum(code != 0 for _, code, _ in fates) > STOPS // 4
    assert not list(start.temporary.iterdir()), "a temporary file is left"


def stop_at_once(city: City, *, kill: bool) -> None:
    """Stop the server as `pg_ctl stop -m immediate` does, or kill it with all its processes."""
    pid = city.cluster.status().pid
    assert pid is not None
    processes = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for process in processes if kill else processes[:1]:
        # One that cleans tables ends by itself when it is done, and all of them when the first is gone.
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL if kill else signal.SIGQUIT)
    while any(runs(process) for process in processes):
        time.sleep(0.002)


def test_a_first_delivery_outlives_a_stop_the_moment_it_is_told_and_half_of_one_leaves_nothing(
    cities: Callable[[], City], start: Loaders, folder: Path
) -> None:
    """Its table is new, and written to the disk without the log."""
    moments: tuple[Moment | None, ...] = (None, PUBLISHED, Writing("coverage"), None)
    for number, moment in enumerate(moments):
        city, register = cities(), Register(folder, 100 + number)
        file = str(register.next())
        with meeting(city, moment or 0.0) as reach:
            loader = start.start(city.address, "ingest", "brander", file)
            if moment is None:
                loader.done()
            else:
                reach(loader)
            stop_at_once(city, kill=True)
            if moment is not None:
                loader.wait()
        city.cluster.start()
        assert known_in(city) in (({}, register.told()) if moment is not None else (register.told(),))
        start.start(city.address, "ingest", "brander", file).done()
        assert known_in(city) == register.told()
