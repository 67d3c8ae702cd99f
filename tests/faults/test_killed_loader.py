"""INGEST, promise 2: nothing is seen half, also through kill -9 of the loader."""

from __future__ import annotations

import random
import time
from pathlib import Path

import psycopg

from tests.faults.conftest import City
from tests.faults.loader import Loader, Loaders, sleep_until
from tests.faults.register import Register, known
from tests.faults.whole import assert_whole, content

SEED = 20_261_121
# Statements in whose midst a loader is killed, and how often; the other kills come at random moments.
RECEIVED, PUBLISHED = ("COMMIT",), ("pg_notify", "COMMIT")
AIMED = {
    RECEIVED: 3,
    ("COPY event",): 5,
    ("UPDATE event",): 4,
    ("INSERT INTO rollup",): 4,
    ("UPDATE delivery",): 3,
    PUBLISHED: 6,
}
RANDOM = 25
_RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
_AT = _RUNNING + " AND query ILIKE %s"
_IN = _AT + " AND state = 'active'"
Moment = tuple[str, ...] | float


def test_a_loader_killed_at_any_moment_leaves_all_or_nothing_and_a_rerun_completes(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, SEED)
    engine, files = city.engine(), []
    for _ in range(7):  # every month once, and one that corrects: how long a load lives
        files.append(register.next())
        begun = time.monotonic()
        start.start(city.address, "ingest", "brander", str(files[-1])).done()
        life = time.monotonic() - begun
    chance = random.Random(SEED)
    moments: list[Moment] = [statements for statements, times in AIMED.items() for _ in range(times)]
    moments += [chance.uniform(0, 1.1 * life) for _ in range(RANDOM)]
    chance.shuffle(moments)
    print(f"seed {SEED}; a load lives {life:.3f} s")  # noqa: T201  # shown when the test fails
    before = known_in(city)
    fates: list[tuple[Moment, bool, bool]] = []
    with psycopg.connect(city.cluster.url("postgres"), autocommit=True) as watching:
        for moment in moments:
            file = register.next()
            files.append(file)
            slow_commits(watching, city, slow=moment in (RECEIVED, PUBLISHED))
            loader = start.start(city.address, "ingest", "brander", str(file))
            reached = kill_at(watching, city, loader, moment)
            await_alone(watching, city)
            seen = known_in(city)
            assert seen in (before, register.told()), f"{moment}: half a delivery is seen"
            fates.append((moment, reached, seen != before))
            slow_commits(watching, city, slow=False)
            start.start(city.address, "ingest", "brander", str(file)).done()
            before = known_in(city)
            assert before == register.told(), f"{moment}: the rerun did not complete"
    print(fates)  # noqa: T201
    # Each of the moments aimed at was hit, and the kills fell on both sides of the last commit.
    assert {moment for moment, reached, _ in fates if reached and not isinstance(moment, float)} == set(AIMED)
    assert {published for _, _, published in fates} == {False, True}
    assert not list(start.temporary.iterdir()), "a temporary file is left"
    twin = city.twin()
    start.start(twin.address, "ingest", "brander", *map(str, files)).done()
    with engine.connect() as connection, twin.engine().connect() as undisturbed:
        assert content(connection) == content(undisturbed)


def known_in(city: City) -> dict[str, tuple[str, int, int]]:
    """Give what readers see, having seen that it is whole."""
    with city.engines[0].connect() as connection:
        assert_whole(connection)
        return known(connection)


def kill_at(watching: psycopg.Connection, city: City, loader: Loader, moment: Moment) -> bool:
    """Kill a loader after some seconds, or in the last of some statements; tell whether it was alive until then."""
    begun = time.monotonic()
    if isinstance(moment, float):
        sleep_until(begun + moment)
    else:
        for statement in moment:
            asked = _IN if statement == moment[-1] else _AT
            while watching.execute(asked, (city.name, f"%{statement}%")).fetchone() == (0,) and loader.at_work:
                pass
    loader.kill()
    return loader.wait() < 0


def await_alone(watching: psycopg.Connection, city: City) -> None:
    """Wait until the server has noticed that the loader is gone, and ended its work; until then it goes on with the statement it had begun."""
    for engine in city.engines:
        engine.dispose()
    while watching.execute(_RUNNING, (city.name,)).fetchone() != (0,):
        time.sleep(0.001)


def slow_commits(watching: psycopg.Connection, city: City, *, slow: bool) -> None:
    """Let commits take so long that a loader can be killed in the midst of one."""
    watching.execute(f"ALTER DATABASE {city.name} SET commit_siblings = 0")
    watching.execute(f"ALTER DATABASE {city.name} SET commit_delay = {100_000 if slow else 0}")
