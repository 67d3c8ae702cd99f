"""A backfill that is interrupted, by whatever, is completed by those who are left or by the next run, and nothing is seen of it before."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from benchmarks.hands import hands
from sqlalchemy import Engine, text

from tests.backfilling.conftest import STADSDELAR, Cities, Fill
from tests.backfilling.made import Fires
from tests.backfilling.test_same_as_ingest import assert_same, one_after_another
from tests.conftest import Drawing
from tests.faults.whole import assert_whole
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BusyError, ConflictError
from trygghetskarta.settings import Settings
from trygghetskarta.store.site import free_port

# Those who wait for a table or a row that another transaction holds.
_WAITERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
_IN_THE_MIDDLE = "LOCK TABLE staged_key IN SHARE MODE"
_LAST_FILE = "SELECT 1 FROM staged WHERE number = 7 FOR UPDATE"
_LOOSE = text("SELECT count(*) FROM pg_class WHERE relname ~ '^event_[0-9]+_loose$'")
_DONE = text("SELECT count(*) FROM staged WHERE told IS NOT NULL")
FIRES = Delivering(SourceId.BRANDER)


class InterruptedHereError(Exception):
    """What a test interrupts a run with."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of eight years, of which each corrects some of the one before."""
    found = tmp_path / "files"
    found.mkdir()
    made, before = Fires(5, 30), list[str]()
    for year in range(2012, 2020):
        rows = made.year(year)
        made.write(found / f"{year}.csv", [*rows, *(row.replace("Storgatan 1", "Storgatan 2") for row in before[::30])])
        before = rows
    return found


def assert_completed(here: Engine, there: Engine, folder: Path) -> None:
    one_after_another(there, SourceId.BRANDER, folder)
    assert_same(here, there)
    with here.connect() as connection:
        assert_whole(connection)


@contextmanager
def held_up(engine: Engine, lock: str, many: int) -> Iterator[None]:
    """Hold up the workers by a lock, once so many stand in the middle of a file each, until the end."""
    with engine.begin() as connection:
        connection.execute(text(lock))
        until(lambda: waiters(engine) >= many)
        yield


def waiters(engine: Engine) -> int:
    with engine.connect() as connection:  # one of its own: a transaction sees who waits as it was when first asked
        return int(connection.execute(_WAITERS).scalar_one())


def done(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(_DONE).scalar_one())


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def events(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM event")).scalar_one())


def test_workers_killed_and_the_scheduler_restarted_it_completes_with_no_torn_state(cities: Cities, folder: Path, tmp_path: Path) -> None:
    here, there = cities(), cities()
    surroundings = os.environ | {"TRYGGHETSKARTA_DATABASE_URL": here.url.render_as_string(hide_password=False)}
    with hands(surroundings, tmp_path) as running, ThreadPoolExecutor(1) as thread:
        scheduler, first, second = running.scheduler(), running.worker(), running.worker()
        whole = thread.submit(backfill, here, FIRES, [str(folder)], Hands(scheduler=running.address))
        with here.begin() as connection:
            with held_up(here, _IN_THE_MIDDLE, 2):
                connection.execute(text(_LAST_FILE))
                first.kill()
                running.worker()
            until(lambda: done(here) == 7)
            until(lambda: waiters(here) >= 1)
            scheduler.kill()
            scheduler.wait()
            second.kill()
            assert events(here) == 0
            running.scheduler()
            running.worker()
            running.worker()
        assert {outcome.result.status for outcome in whole.result(120) if not isinstance(outcome.result, Exception)} == {"published"}
    assert_completed(here, there, folder)


def test_a_run_goes_on_where_one_was_interrupted_and_stages_again_what_a_crash_emptied(cities: Cities, fill: Fill, folder: Path) -> None:
    here, there = cities(), cities()
    interrupt_before_the_end(fill, here, folder)
    with here.begin() as connection:
        # As a crash of the server leaves what is unlogged, here of one file only.
        lost = connection.execute(text("SELECT delivery_id, path FROM staged ORDER BY number LIMIT 1")).one()
        connection.execute(text(f"TRUNCATE stage_{lost.delivery_id}"))
    assert events(here) == 0
    told: list[tuple[int, int]] = []
    fill(here, SourceId.BRANDER, folder, lambda *now: told.append(now))
    size = (folder / "2012.csv").stat().st_size
    assert lost.path.endswith("2012.csv")
    assert told[0] == (told[0][1] - size, sum(path.stat().st_size for path in folder.iterdir()))
    assert_completed(here, there, folder)


@pytest.mark.parametrize("killed", [False, True], ids=["an error", "killed"])
def test_a_run_interrupted_when_others_have_moved_the_events_has_published_nothing(
    cities: Cities, fill: Fill, folder: Path, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    here, there = cities(), cities()

    def stop(*_: object) -> None:
        raise InterruptedHereError

    with monkeypatch.context() as patched:
        patched.setattr("trygghetskarta.ingest.backfill.change_rollup", stop)
        if killed:  # nobody is left to remove anything
            patched.setattr("trygghetskarta.backfilling.moving.drop_loose", lambda *_: None)
        with pytest.raises(InterruptedHereError):
            fill(here, SourceId.BRANDER, folder)
    assert events(here) == 0
    with here.connect() as connection:
        assert connection.execute(_LOOSE).scalar_one() == killed
    fill(here, SourceId.BRANDER, folder)
    assert_completed(here, there, folder)


def test_what_was_staged_in_areas_that_have_changed_is_staged_again(cities: Cities, fill: Fill, folder: Path, tmp_path: Path) -> None:
    here, there = cities(), cities()
    interrupt_before_the_end(fill, here, folder)
    for number, engine in enumerate((here, there)):
        (tmp_path / str(number)).mkdir()
        with engine.begin() as connection:
            moved = {code: (left + 50, bottom, right + 50, top) for code, (left, bottom, right, top) in STADSDELAR.items()}
            Drawing(connection, tmp_path / str(number))(AreaLevel.STADSDEL, moved, replace=True)
    fill(here, SourceId.BRANDER, folder)
    assert_completed(here, there, folder)


def test_a_file_delivered_or_changed_meanwhile_is_seen(cities: Cities, fill: Fill, folder: Path) -> None:
    here, there = cities(), cities()
    interrupt_before_the_end(fill, here, folder)
    for engine in (here, there):
        deliver(engine, Settings(), FIRES, folder / "2015.csv")
    made = Fires(6, 30)
    made.write(folder / "2018.csv", made.year(2018))
    (folder / "2019.csv").unlink()
    fill(here, SourceId.BRANDER, folder)
    assert_completed(here, there, folder)


def test_two_backfills_of_one_source_do_not_meet(cities: Cities, fill: Fill, folder: Path) -> None:
    here = cities()

    def meanwhile(_done: int, _total: int) -> None:
        with pytest.raises(ConflictError):
            fill(here, SourceId.BRANDER, folder)
        raise InterruptedHereError

    with pytest.raises(InterruptedHereError):
        fill(here, SourceId.BRANDER, folder, meanwhile)


def test_a_scheduler_that_is_not_there_is_told_of(cities: Cities, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trygghetskarta.backfilling.whole._PATIENCE", 1)
    monkeypatch.setattr("trygghetskarta.backfilling.whole._CONNECT_SECONDS", 1)
    with pytest.raises(BusyError, match="svarar inte"):
        backfill(cities(), FIRES, [str(folder)], Hands(scheduler=f"tcp://127.0.0.1:{free_port()}"))


def interrupt_before_the_end(fill: Fill, engine: Engine, folder: Path) -> None:
    """Stage every file, and publish none."""

    def stop(now: int, total: int) -> None:
        if now == total:
            raise InterruptedHereError

    with pytest.raises(InterruptedHereError):
        fill(engine, SourceId.BRANDER, folder, stop)
