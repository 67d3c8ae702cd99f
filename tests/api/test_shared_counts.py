"""Workers of one host hold their counts once, and what is not whole in a file is never counted from."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy import Engine

from trygghetskarta.api.shared_counts import SharedCounts
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.kept_counts import Arrays, made_here
from trygghetskarta.queries.layers import Layers
from trygghetskarta.queries.public_cube import load_public_cube
from trygghetskarta.store.engine import one_state

COUNTS: Arrays = {
    "counts/brander/sums": np.arange(3000, dtype=np.int32).reshape(10, 20, 15),
    "counts/brander/used": np.array([1, 2, 5], np.int64),
    "counts/brander/first": np.asarray(480),
    "shown/brander/stad/1/released": np.array([True, False, True]),
    "shown/brander/stad/1/sums": np.zeros((0, 2, 4), np.int32),
}


class Making:
    """Makes counts, and tells how often."""

    def __init__(self, seconds: float = 0) -> None:
        self.times = 0
        self._seconds = seconds
        self._counting = threading.Lock()

    def __call__(self) -> Arrays:
        with self._counting:
            self.times += 1
        time.sleep(self._seconds)
        return {name: array.copy() for name, array in COUNTS.items()}


def same(one: Arrays, other: Arrays) -> bool:
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and np.array_equal(one[name], other[name]) and one[name].shape == other[name].shape
        for name in one
    )


@pytest.fixture
def shared(tmp_path: Path) -> SharedCounts:
    return SharedCounts(tmp_path / "counts")


def file_in(shared: SharedCounts) -> Path:
    (found,) = shared.folder.glob("exact-*")
    return found


def test_many_who_need_the_same_counts_at_once_have_them_made_once(shared: SharedCounts) -> None:
    making = Making(seconds=0.3)
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: shared.keep("exact", (1, "a"), making), range(8)))
    assert making.times == 1
    assert all(same(arrays, COUNTS) for arrays in found)
    assert not any(array.flags.writeable for arrays in found for array in arrays.values())
    assert same(shared.keep("exact", (1, "b"), making), COUNTS)
    assert same(shared.keep("released", (1, "a"), making), COUNTS)
    assert making.times == 3


def test_who_makes_counts_and_fails_leaves_the_turn_to_the_next(shared: SharedCounts) -> None:
    def fail() -> Arrays:
        raise ConnectionError("the database has gone")

    with pytest.raises(ConnectionError):
        shared.keep("exact", 1, fail)
    assert same(shared.keep("exact", 1, Making()), COUNTS)


def truncated(to: Callable[[int], int]) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, to(path.stat().st_size))


def turned(at: int) -> Callable[[Path], None]:
    def turn(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)

    return turn


@pytest.mark.parametrize(
    "tear",
    [
        pytest.param(truncated(lambda _: 0), id="empty"),
        pytest.param(truncated(lambda _: 20), id="within its digest"),
        pytest.param(truncated(lambda _: 100), id="within its head"),
        pytest.param(truncated(lambda size: size // 2), id="half"),
        pytest.param(truncated(lambda size: size - 1), id="all but the last byte"),
        *(pytest.param(turned(at), id=f"byte {at}") for at in (0, 33, 45, 900, -100)),
    ],
)
def test_a_file_that_is_not_whole_is_made_anew(shared: SharedCounts, tear: Callable[[Path], None]) -> None:
    making = Making()
    shared.keep("exact", 1, making)
    tear(file_in(shared))
    assert same(shared.keep("exact", 1, making), COUNTS)
    assert same(shared.keep("exact", 1, making), COUNTS)
    assert making.times == 2


def test_a_file_under_the_name_of_another_is_not_taken_for_it(shared: SharedCounts) -> None:
    shared.keep("exact", 1, lambda: {"counts/brander/first": np.asarray(1)})
    exact = file_in(shared)
    shared.keep("released", 1, Making())
    (released,) = shared.folder.glob("released-*")
    released.write_bytes(exact.read_bytes())
    assert same(shared.keep("released", 1, Making()), COUNTS)


def test_a_worker_that_finds_no_room_holds_its_own_counts_and_says_so(shared: SharedCounts, caplog: pytest.LogCaptureFixture) -> None:
    making = Making()
    shared.keep("exact", 1, making)
    path = file_in(shared)
    path.unlink()
    path.with_name(path.name + ".part").symlink_to("/dev/full")
    assert same(shared.keep("exact", 1, making), COUNTS)
    assert making.times == 2
    assert "No space left on device" in caplog.text
    assert list(shared.folder.glob("exact-*")) == []


def test_a_folder_that_cannot_be_used_is_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for number, folder in enumerate((tmp_path / "open", tmp_path / "file", tmp_path / "link", Path("/proc/counts")), 1):
        assert same(SharedCounts(folder).keep("exact", 1, Making()), COUNTS)
        assert caplog.text.count("this one holds its own") == number
    assert list((tmp_path / "open").iterdir()) == []


def test_nobody_waits_for_ever_for_one_who_makes_counts(shared: SharedCounts, caplog: pytest.LogCaptureFixture) -> None:
    begun, going_on = threading.Event(), threading.Event()

    def stuck() -> Arrays:
        begun.set()
        going_on.wait(60)
        return COUNTS

    with ThreadPoolExecutor(1) as other:
        slow = other.submit(shared.keep, "exact", 1, stuck)
        begun.wait(60)
        assert same(SharedCounts(shared.folder, patience_seconds=0.1).keep("exact", 1, Making()), COUNTS)
        going_on.set()
        assert same(slow.result(), COUNTS)
    assert "another worker has been making them" in caplog.text


def test_only_the_latest_are_kept_and_what_is_mapped_outlives_its_file(shared: SharedCounts) -> None:
    first = shared.keep("exact", 0, Making())
    shared.keep("released", 0, Making())
    for number in range(1, 10):
        shared.keep("exact", number, Making())
    assert len(list(shared.folder.glob("exact-*"))) == 6
    assert len(list(shared.folder.glob("released-*"))) == 1
    assert same(first, COUNTS)


def loaded(engine: Engine, load: Callable[..., Cube], as_of: date | None, shared: SharedCounts | None) -> Cube:
    with one_state(engine) as connection:
        return load(connection, None, as_of, keep=made_here if shared is None else shared.keep)


def laid_out(cube: Cube) -> list[tuple[str, str, npt.NDArray[np.int32]]]:
    """Give all sums of a cube, with where they stand in it."""
    found: list[tuple[str, str, npt.NDArray[np.int32]]] = []
    for what in ("blocks", "estimated", "withheld", "undated", "unknown", "inapplicable", "noughts"):
        for source, block in getattr(cube, what).items():
            if isinstance(block, Block):
                found.append((what, f"{source}/{block.first}/{block.used.tolist()}", block.sums))
            elif isinstance(block, Layers):
                found += [(what, f"{source}/{key}/{layer.first}/{layer.used.tolist()}", layer.sums) for key, layer in block.layers.items()]
    return found


@pytest.mark.parametrize("load", [load_cube, load_public_cube])
@pytest.mark.parametrize("as_of", [None, date(2100, 1, 1)])
def test_counts_from_a_file_are_those_of_the_database(
    sample: Engine, shared: SharedCounts, load: Callable[..., Cube], as_of: date | None
) -> None:
    own, made, mapped = (loaded(sample, load, as_of, where) for where in (None, shared, shared))
    expected = laid_out(own)
    assert len(expected) >= 4
    for cube in (made, mapped):
        assert [where[:2] for where in laid_out(cube)] == [where[:2] for where in expected]
        assert all(np.array_equal(one[2], other[2]) for one, other in zip(laid_out(cube), expected, strict=True))
        assert (cube.delivered.keys(), cube.known_on) == (own.delivered.keys(), own.known_on)
    assert len(list(shared.folder.glob("*-*"))) == 1
