"""Counts dealt by share add up, whatever the shares, the counts and the months."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.ingest.place import NOWHERE
from trygghetskarta.ingest.sharing import Part, parts_of
from trygghetskarta.stats.dealing import WHOLE, dealt

CELLS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, WHOLE - 1), st.integers(0, 900)), min_size=1, max_size=30)
BORDERS = st.lists(st.integers(0, WHOLE), max_size=8).map(lambda inner: [0, *sorted(inner), WHOLE])


def got(cells: list[tuple[int, int, int]], begin: int, end: int) -> list[int]:
    counts, draws, months = np.array(cells, np.int64).T
    first, after = dealt(counts, (np.full(len(cells), begin), np.full(len(cells), end)), draws, months)
    return [int(number) for number in after - first]


@given(CELLS, BORDERS)
@settings(deadline=None)
def test_the_parts_of_the_whole_get_the_whole_and_none_is_as_much_as_one_from_its_share(
    cells: list[tuple[int, int, int]], borders: list[int]
) -> None:
    parts = [got(cells, begin, end) for begin, end in pairwise(borders)]
    assert [sum(column) for column in zip(*parts, strict=True)] == [count for count, _, _ in cells]
    for (begin, end), part in zip(pairwise(borders), parts, strict=True):
        for (count, _, _), number in zip(cells, part, strict=True):
            assert number >= 0
            assert abs(number - count * (end - begin) / WHOLE) < 1


@given(CELLS, st.tuples(*[st.integers(0, WHOLE)] * 3).map(sorted))
@settings(deadline=None)
def test_a_part_gets_what_its_two_parts_get(cells: list[tuple[int, int, int]], line: list[int]) -> None:
    begin, middle, end = line
    assert got(cells, begin, end) == [a + b for a, b in zip(got(cells, begin, middle), got(cells, middle, end), strict=True)]


class Level:
    """One level of areas, for the rules of nesting only."""

    def __init__(self, parent: list[int], nested: list[bool]) -> None:
        self.parent = np.array(parent, np.int32)
        self.nested = np.array(nested, bool)


@st.composite
def divisions(draw: st.DrawFn) -> tuple[list[Level], dict[int, int], dict[int, float], int]:
    sizes = sorted(draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)), reverse=True)
    layers = []
    for depth, size in enumerate(sizes):
        above = sizes[depth + 1] if depth + 1 < len(sizes) else 0
        parents = [draw(st.integers(0, above - 1)) if above else NOWHERE for _ in range(size)]
        layers.append(Level(parents, [bool(above) and draw(st.booleans()) for _ in range(size)]))
    depth = draw(st.integers(0, len(sizes)))
    known = {level: draw(st.integers(0, sizes[level] - 1)) for level in range(len(sizes)) if draw(st.integers(0, 3)) == 0}
    numbers = draw(st.lists(st.integers(0, sizes[depth] - 1), unique=True)) if depth < len(sizes) else []
    weights = [draw(st.integers(2, 1000)) for _ in numbers]
    scale = draw(st.sampled_from([1.0, 0.995, 0.8]))
    return layers, known, {number: scale * weight / sum(weights) for number, weight in zip(numbers, weights, strict=True)}, depth


@given(divisions())
@settings(deadline=None, max_examples=300)
def test_the_parts_of_every_level_are_the_whole_line_and_a_larger_areas_part_is_those_of_the_areas_in_it(
    division: tuple[list[Level], dict[int, int], dict[int, float], int],
) -> None:
    layers, known, shares, depth = division
    levels = parts_of(layers, known, shares, depth)
    assert len(levels) == len(layers)
    for level, parts in enumerate(levels):
        assert parts[0].begins == 0
        assert parts[-1].ends == WHOLE
        assert all(one.ends == other.begins for one, other in pairwise(parts))
        assert all(part.begins < part.ends for part in parts)
        numbers = [part.number for part in parts]
        assert len(set(numbers)) == len(numbers)
        if level in known:
            assert parts == [Part(known[level])]
    for level in range(depth, len(layers) - 1):
        for part in levels[level]:
            if (
                part.number >= 0
                and layers[level].nested[part.number]
                and level + 1 not in known
                and depth not in known
                and len(levels[depth]) > 1
            ):
                up = next(one for one in levels[level + 1] if one.number == layers[level].parent[part.number])
                assert up.begins <= part.begins < part.ends <= up.ends
