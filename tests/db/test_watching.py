"""A folder whose files are taken in, by the command as a person or systemd runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, text

from tests.conftest import Drawing
from tests.db.delivering import fires
from tests.db.test_cli import COMMAND, ROOT, run
from tests.db.test_delivering import held
from trygghetskarta.domain.areas import AreaLevel


@pytest.fixture
def city(fresh_database: Engine, tmp_path: Path) -> Engine:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    return fresh_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "leveranser"
    (made / "brander").mkdir(parents=True)
    return made


def lay(folder: Path, name: str, *rows: str) -> Path:
    path = folder / "brander" / name
    path.write_text(fires(*rows), encoding="utf-8")
    return path


def names(folder: Path, where: str) -> list[str]:
    """Give what lies in one of a source's folders, without the time it was laid there."""
    return sorted(path.name.partition("-")[2] for path in (folder / "brander").glob(f"{where}/*"))


def begin(engine: Engine, folder: Path) -> subprocess.Popen[str]:
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {**os.environ, "TRYGGHETSKARTA_DATABASE_URL": address, "PYTHONUNBUFFERED": "1"}
    words = [str(COMMAND), "ingest", "--watch", str(folder)]
    return subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def test_each_file_is_laid_where_it_belongs_with_its_receipt(city: Engine, folder: Path, tmp_path: Path) -> None:
    waiting = tmp_path / "vantar.csv"
    waiting.write_text(fires("V;2025-03-01 12:00;10;10"), encoding="utf-8")
    number = held(city, waiting)
    (folder / "brander" / "vantar.csv").write_bytes(waiting.read_bytes())
    lay(folder, "bra.csv", "A;2025-03-01 12:00;10;10")
    lay(folder, "rader.csv", "B;2025-03-01 12:00;10;10", ";2025-03-01 12:00;10;10")
    (folder / "brander" / "fel.csv").write_text("id;namn\n1;2\n", encoding="utf-8")
    for unfinished in (".dold.csv", "halv.csv.part"):
        lay(folder, unfinished, "C;2025-03-01 12:00;10;10")
    done = run(city, "ingest", "--watch", str(folder), "--once")
    assert done.returncode == 2, done.stderr  # the worst of them
    assert names(folder, "klart") == ["bra.csv", "bra.csv.kvitto.json", "rader.csv", "rader.csv.avvisade.csv", "rader.csv.kvitto.json"]
    assert names(folder, "avvisat") == ["fel.csv", "fel.csv.kvitto.json"]
    assert names(folder, "kvar") == ["vantar.csv", "vantar.csv.kvitto.json"]
    assert sorted(path.name for path in (folder / "brander").iterdir() if path.is_file()) == [".dold.csv", ".lock", "halv.csv.part"]
    receipts = {path.name.partition("-")[2]: orjson.loads(path.read_bytes()) for path in folder.rglob("*.kvitto.json")}
    assert receipts["fel.csv.kvitto.json"]["status"] == "refused"
    assert (receipts["vantar.csv.kvitto.json"]["status"], receipts["vantar.csv.kvitto.json"]["delivery"]) == ("held", number)
    assert receipts["rader.csv.kvitto.json"]["rows"]["rejected"] == 1
    [rejected] = folder.rglob("*.avvisade.csv")
    assert "missing_id" in rejected.read_text(encoding="utf-8-sig")
    # Nothing is left to take.
    assert run(city, "ingest", "--watch", str(folder), "--once").returncode == 0


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_watcher_takes_what_comes_and_ends_when_told(city: Engine, folder: Path, told: signal.Signals) -> None:
    watcher = begin(city, folder)
    try:
        wait_until(lambda: (folder / "brander" / "klart").is_dir())
        lay(folder, "a.csv", "A;2025-03-01 12:00;10;10")
        wait_until(lambda: "a.csv" in names(folder, "klart"))
        watcher.send_signal(told)
        said, wrong = watcher.communicate(timeout=60)
    finally:
        watcher.kill()
    assert (watcher.returncode, wrong) == (0, "")
    assert said.splitlines()[-1] == "Slutar vänta på filer."


def test_a_file_that_grows_is_left_until_it_stands_still(city: Engine, folder: Path) -> None:
    watcher = begin(city, folder)
    try:
        wait_until(lambda: (folder / "brander" / "klart").is_dir())
        path = lay(folder, "a.csv", "0;2025-03-01 12:00;10;10")
        for number in range(1, 7):
            time.sleep(1)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{number};2025-03-01 12:00;1;150010;6580010;x\n")
        assert path.exists()
        wait_until(lambda: "a.csv" in names(folder, "klart"))
    finally:
        watcher.terminate()
        watcher.communicate(timeout=60)
    with city.connect() as connection:
        assert connection.execute(text("SELECT array_agg(rows_new) FROM delivery")).scalar_one() == [7]


def test_two_watchers_of_one_folder_take_each_file_once(city: Engine, folder: Path) -> None:
    for number in range(6):
        lay(folder, f"{number}.csv", f"{number};2025-03-01 12:00;10;10")
    watchers = [begin(city, folder) for _ in range(2)]
    try:
        wait_until(lambda: len(names(folder, "klart")) == 12)
    finally:
        for watcher in watchers:
            watcher.terminate()
        told = [watcher.communicate(timeout=60) for watcher in watchers]
    assert [wrong for _, wrong in told] == ["", ""]
    with city.connect() as connection:
        assert connection.execute(text("SELECT array_agg(DISTINCT status), count(*) FROM delivery")).one() == (["published"], 6)


def test_options_of_one_source_need_the_source(city: Engine, folder: Path) -> None:
    assert run(city, "ingest", "--watch", str(folder), "--once", "--crs", "3006").returncode == 2
    lay(folder, "a.csv", "A;2025-03-01 12:00;10;10")
    assert run(city, "ingest", "brander", "--watch", str(folder), "--once", "--crs", "3011").returncode == 0
    assert names(folder, "klart") == ["a.csv", "a.csv.kvitto.json"]
