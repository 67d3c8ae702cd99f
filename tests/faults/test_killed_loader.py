"""INGEST, promise 2: nothing is seen half, also through kill -9 of the loader."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.conftest import City
from tests.faults.loader import Loaders
from tests.faults.register import Register
from tests.faults.watching import MOMENTS, PUBLISHED, RECEIVED, Moment, await_alone, known_in, meeting
from tests.faults.whole import content

SEED = 20_261_121
KILLS = 50


def test_a_loader_killed_at_any_moment_leaves_all_or_nothing_and_a_rerun_completes(
    cities: Callable[[], City], start: Loaders, folder: Path
) -> None:
    city, twin, register = cities(), cities(), Register(folder, SEED)
    files, life = [], 0.0
    for _ in range(register.months + 1):  # every month once, and one that corrects: how long a load lives
        files.append(register.next())
        begun = time.monotonic()
        start.start(city.address, "ingest", "brander", str(files[-1])).done()
        life = time.monotonic() - begun
    chance = random.Random(SEED)
    moments: list[Moment] = [*MOMENTS * 3, PUBLISHED, PUBLISHED, RECEIVED]
    moments += [chance.uniform(0, 1.1 * life) for _ in range(KILLS - len(moments))]
    chance.shuffle(moments)
    print(f"seed {SEED}; a load lives {life:.3f} s")  # noqa: T201  # shown when the test fails
    before = known_in(city)
    fates: list[tuple[Moment, bool, bool]] = []
    for moment in moments:
        files.append(register.next())
        killed = kill_a_loader(city, start, files[-1], moment)
        await_alone(city)
        seen = known_in(city)
        assert seen in (before, register.told()), f"{moment}: half a delivery is seen"
        fates.append((moment, killed, seen != before))
        start.start(city.address, "ingest", "brander", str(files[-1])).done()
        before = known_in(city)
        assert before == register.told(), f"{moment}: the rerun did not complete"
        assert not list(start.temporary.iterdir()), f"{moment}: a temporary file is left"
    print(fates)  # noqa: T201
    # Each of the moments aimed at was met, and the kills fell on both sides of the last commit.
    assert {moment for moment, killed, _ in fates if killed and not isinstance(moment, float)} == set(MOMENTS)
    assert {published for _, _, published in fates} == {False, True}
    start.start(twin.address, "ingest", "brander", *map(str, files)).done()
    with city.engine.connect() as connection, twin.engine.connect() as undisturbed:
        assert content(connection) == content(undisturbed)


def kill_a_loader(city: City, start: Loaders, file: Path, moment: Moment) -> bool:
    """Kill a loader of a file at a moment of its life; tell whether it lived until then."""
    with meeting(city, moment) as reach:
        loader = start.start(city.address, "ingest", "brander", str(file))
        reach(loader)
        loader.kill()
        return loader.wait() < 0
