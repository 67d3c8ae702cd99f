"""A backfill leaves what `ingest` of the same files, one after another, leaves: event for event, version for version, receipt for receipt."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.backfilling.conftest import Cities, Fill
from tests.backfilling.made import Fires, crimes_in, everything, fires_in, left_behind
from tests.faults.whole import assert_whole
from trygghetskarta.backfilling.files import fetched, find_files
from trygghetskarta.backfilling.whole import Hands, backfill
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError, InvalidQuestionError
from trygghetskarta.ingest.backfill import Outcome
from trygghetskarta.settings import Settings


def one_after_another(engine: Engine, source: SourceId, folder: Path) -> list[str]:
    """Deliver the files of a folder, and give what became of each."""
    told = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("_"):
            try:
                told.append(deliver(engine, Settings(), Delivering(source), path).status)
            except BadDeliveryError as error:
                told.append(error.code)
    return told


def fate(outcome: Outcome) -> str:
    return outcome.result.code if isinstance(outcome.result, BadDeliveryError) else outcome.result.status


def assert_same(here: Engine, there: Engine) -> None:
    with here.connect() as one, there.connect() as other:
        ours, theirs = everything(one), everything(other)
        for name, rows in theirs.items():
            assert ours[name] == rows, name
        assert not left_behind(one)


def test_by_two_processes_a_backfill_is_the_deliveries_one_after_another(cities: Cities, tmp_path: Path) -> None:
    here, there = cities(), cities()
    folder = tmp_path / "files"
    folder.mkdir()
    fires_in(folder, 3, 2_000)
    expected = one_after_another(there, SourceId.BRANDER, folder)
    assert {"published", "unchanged", "held", "missing_column"} == set(expected)
    assert [fate(outcome) for outcome in backfill(here, Delivering(SourceId.BRANDER), [str(folder)], Hands(2))] == expected
    assert_same(here, there)


@pytest.mark.parametrize(
    ("source", "made"), [(SourceId.BRANDER, fires_in), (SourceId.ANMALDA_BROTT, crimes_in)], ids=["with ids", "without ids"]
)
def test_a_backfill_of_what_is_partly_known_is_the_deliveries_one_after_another(
    cities: Cities, fill: Fill, tmp_path: Path, source: SourceId, made: Callable[[Path, int, int], None]
) -> None:
    here, there = cities(), cities()
    # First into a table that is not there yet; then again, with other files that tell of some of the same.
    for number, seed in enumerate((1, 2)):
        folder = tmp_path / f"files-{number}"
        folder.mkdir()
        made(folder, seed, 100)
        expected = one_after_another(there, source, folder)
        assert [fate(outcome) for outcome in fill(here, source, folder)] == expected
        assert_same(here, there)
        if "held" not in expected:
            with here.connect() as connection:
                assert_whole(connection)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(1, 3)), max_size=8), min_size=1, max_size=5))
def test_whatever_files_tell_of_the_same_events(cities: Cities, fill: Fill, files: list[list[tuple[int, int, int]]]) -> None:
    here, there = cities(), cities()
    with tempfile.TemporaryDirectory() as named:
        for number, rows in enumerate(files):
            lines = [f"F{event};2020-0{month}-05 12:00;1;{150_010 + 600 * values};6580010;Storgatan" for event, values, month in rows]
            Fires(0, 0).write(Path(named) / f"{number}.csv", lines)
        expected = one_after_another(there, SourceId.BRANDER, Path(named))
        assert [fate(outcome) for outcome in fill(here, SourceId.BRANDER, Path(named))] == expected
    assert_same(here, there)


def test_values_and_answers_of_a_feed_are_left_to_ingest(cities: Cities, fill: Fill, tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "data" / "sample"
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "befolkning.csv").write_bytes(next(sample.rglob("population*.csv")).read_bytes())
    outcomes = fill(cities(), SourceId.POPULATION, folder)
    assert [fate(outcome) for outcome in outcomes] == ["only_by_ingest"]


def test_a_prefix_without_files_or_without_a_reader_is_told_of(cities: Cities, fill: Fill, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "none"):
        with pytest.raises(InvalidQuestionError, match="inga filer"):
            fill(cities(), SourceId.BRANDER, tmp_path / name)
    with pytest.raises(InvalidQuestionError, match="går inte att läsa"):
        find_files(["nosuch://bucket/folder"])


def test_files_in_another_store_are_found_in_order_and_fetched() -> None:
    store = fsspec.filesystem("memory")
    for name in ("b.csv", "a/2.csv", "a/1.csv", "_SUCCESS", "a/.part"):
        store.pipe(f"/arkiv/{name}", name.encode())
    found = find_files(["memory://arkiv"])
    assert [file.path for file in found] == ["memory:///arkiv/a/1.csv", "memory:///arkiv/a/2.csv", "memory:///arkiv/b.csv"]
    with fetched(found[1].path) as path:
        assert (path.name, path.read_text()) == ("2.csv", "a/2.csv")
    assert not path.exists()
