"""INGEST, promise 2: nothing is seen half, also through kill -9 of the loader."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.faults.conftest import City
from tests.faults.loader import Loaders, sleep_until
from tests.faults.register import Register
from tests.faults.watching import PUBLISHED, RECEIVED, RUNNING, Moment, await_moment, known_in, slow_commits
from tests.faults.whole import content

SEED = 20_261_121
# Statements in whose midst a loader is killed, and how often; the other kills come at random moments.
AIMED: dict[Moment, int] = {
    RECEIVED: 3,
    ("COPY event",): 5,
    ("UPDATE event",): 4,
    ("INSERT INTO rollup",): 4,
    ("UPDATE delivery",): 3,
    PUBLISHED: 6,
}
RANDOM = 25


def test_a_loader_killed_at_any_moment_leaves_all_or_nothing_and_a_rerun_completes(
    cities: Callable[[], City], start: Loaders, folder: Path
) -> None:
    city, twin, register = cities(), cities(), Register(folder, SEED)
    files, life = [], 0.0
    for _ in range(7):  # every month once, and one that corrects: how long a load lives
        files.append(register.next())
        begun = time.monotonic()
        start.start(city.address, "ingest", "brander", str(files[-1])).done()
        life = time.monotonic() - begun
    chance = random.Random(SEED)
    moments = [moment for moment, times in AIMED.items() for _ in range(times)] + [chance.uniform(0, 1.1 * life) for _ in range(RANDOM)]
    chance.shuffle(moments)
    print(f"seed {SEED}; a load lives {life:.3f} s")  # noqa: T201  # shown when the test fails
    before = known_in(city)
    fates: list[tuple[Moment, bool, bool]] = []
    with psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching:
        for moment in moments:
            files.append(register.next())
            slow_commits(city, slow=moment in (RECEIVED, PUBLISHED))
            killed = kill_a_loader(watching, city, start, (files[-1], moment))
            seen = known_in(city)
            assert seen in (before, register.told()), f"{moment}: half a delivery is seen"
            fates.append((moment, killed, seen != before))
            slow_commits(city, slow=False)
            start.start(city.address, "ingest", "brander", str(files[-1])).done()
            before = known_in(city)
            assert before == register.told(), f"{moment}: the rerun did not complete"
    print(fates)  # noqa: T201
    # Each of the moments aimed at was hit, and the kills fell on both sides of the last commit.
    assert {moment for moment, killed, _ in fates if killed and not isinstance(moment, float)} == set(AIMED)
    assert {published for _, _, published in fates} == {False, True}
    assert not list(start.temporary.iterdir()), "a temporary file is left"
    start.start(twin.address, "ingest", "brander", *map(str, files)).done()
    with city.engine.connect() as connection, twin.engine.connect() as undisturbed:
        assert content(connection) == content(undisturbed)


def kill_a_loader(watching: psycopg.Connection, city: City, start: Loaders, what: tuple[Path, Moment]) -> bool:
    """Kill a loader of a file at a moment of its life, and wait until the server has noticed; tell whether it lived until then."""
    file, moment = what
    begun = time.monotonic()
    loader = start.start(city.address, "ingest", "brander", str(file))
    if isinstance(moment, float):
        sleep_until(begun + moment)
    else:
        await_moment(watching, city, loader, moment)
    loader.kill()
    killed = loader.wait() < 0
    # Until the server notices that the loader is gone, it goes on with the statement that it had begun.
    city.engine.dispose()
    while watching.execute(RUNNING, (city.name,)).fetchone() != (0,):
        time.sleep(0.001)
    return killed
