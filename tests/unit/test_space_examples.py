"""The examples on the pages about where events lie, worked out again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trygghetskarta.stats.clusters import getis_ord, local_moran
from trygghetskarta.stats.concentration import areas_holding, by_chance, generalized_gini, gini
from trygghetskarta.stats.density import grid_over, kernel_density
from trygghetskarta.stats.emerging import classes
from trygghetskarta.stats.near_repeat import Bands, knox
from trygghetskarta.stats.pattern import share_tests, similarity

METHODS = Path(__file__).parents[2] / "docs" / "methods"


def rows(page: str, first: str) -> list[list[str]]:
    """Give the rows of the table on a page whose first heading is this."""
    lines = (METHODS / f"{page}.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_the_example_of_clusters() -> None:
    table = rows("clusters", "Område")
    values = np.array([float(row[1]) for row in table])
    pairs = np.array([(int(row[0]) - 1, int(other) - 1) for row in table for other in row[2].split()])
    found = np.stack([getis_ord(values, pairs, itself=False), getis_ord(values, pairs, itself=True), local_moran(values, pairs)], axis=1)
    assert found.round(4).tolist() == [[float(cell) for cell in row[3:]] for row in table]


def test_the_example_of_emerging_hot_spots() -> None:
    for marks, kind in rows("emerging", "Delperioder"):
        hot = np.array([[mark == "1" for mark in marks]])
        assert classes(hot, np.ones_like(hot))[0].value == kind


def test_the_example_of_density() -> None:
    grid = grid_over((0, 0, 2000, 2000), 10)
    found = kernel_density((np.array([[1005.0, 1005.0]]), np.ones(1)), grid, np.ones((200, 200), bool), 500).per_km2
    for metres, density in rows("density", "Meter"):
        assert f"{found[100, 100 + int(metres) // 10]:.2f}" == density


def test_the_example_of_near_repeats() -> None:
    events = np.array([[float(cell) for cell in row] for row in rows("near-repeat", "Öst")])
    found = knox(events[:, :2], events[:, 2].astype(np.int64), Bands((0.0, 1.0, 100.0), (0, 7)))
    stated = rows("near-repeat", "Meter från")
    for band, row in enumerate(stated):
        assert [int(row[4]), float(row[5]), float(row[6])] == [
            found.observed[band, 0],
            round(found.expected[band, 0], 4),
            round(float(found.ratio[band, 0]), 4),
        ]
    assert round(float(knox(events[:, :2], events[:, 2].astype(np.int64), Bands((0.0, 1.0, 100.0), (0, 7))).p[1, 0]), 2) == 0.33


def test_the_example_of_a_changed_pattern() -> None:
    table = rows("pattern-change", "Område")
    base, test = (np.array([int(row[column]) for row in table]) for column in (1, 2))
    found = similarity(base, test)
    shares = np.stack([found.base, found.test, found.low, found.high], axis=1) * 100
    assert shares.round(1).tolist() == [[float(cell) for cell in row[3:7]] for row in table]
    assert found.local.tolist() == [int(row[7]) for row in table]
    assert np.stack(share_tests(base, test), axis=1).round(4).tolist() == [[float(cell) for cell in row[8:]] for row in table]
    assert found.s == 0.5


def test_the_example_of_concentration() -> None:
    for counts, *stated in rows("concentration", "Händelser"):
        x = np.array([int(count) for count in counts.split()])
        chance, even, against = by_chance(x), gini(x), generalized_gini(x)
        assert chance is not None
        assert even is not None
        assert against is not None
        per_cent = [f"{100 * value:.1f}" for value in (chance.share, chance.low, chance.high)]
        assert [str(areas_holding(x)), *per_cent, *(f"{value + 0.0:.3f}" for value in (chance.p, even, abs(against)))] == stated
