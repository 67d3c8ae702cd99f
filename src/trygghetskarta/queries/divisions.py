"""Counts on the areas of every division, with the sums of the keys of what was counted: what a release is drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from trygghetskarta.disclosure.cellkey import KEYS
from trygghetskarta.disclosure.drawing import Contributions
from trygghetskarta.disclosure.lattice import bundles_of
from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.area_links import load_inside
from trygghetskarta.queries.blocks import Kinds, spread_out
from trygghetskarta.queries.cells import BUCKETS, Cells, load_cells
from trygghetskarta.queries.contributors import Contributors
from trygghetskarta.queries.cube import load_areas
from trygghetskarta.queries.trees import Tree, load_trees
from trygghetskarta.store.editions import list_editions

Ints = npt.NDArray[np.int64]

_MIX, _MIX_ANTAL = 0x9E3779B1, 0x85EBCA6B


@dataclass(frozen=True, slots=True)
class Division:
    """An edition, with where every place counts in it; keys of areas by cell, negative where the cell is no area's."""

    edition: Edition
    areas: Mapping[AreaLevel, tuple[Area, ...]]
    cells: Cells

    def of_level(self, level: AreaLevel) -> slice:
        """Give the cells of a level."""
        before = sum(len(self.areas[other]) for other in list(self.areas)[: list(self.areas).index(level)])
        return slice(before, before + len(self.areas[level]))

    @property
    def areas_in_all(self) -> int:
        """How many areas there are, which are also the first cells."""
        return sum(map(len, self.areas.values()))

    def beside(self, level: AreaLevel) -> slice:
        """Give the cells of a level's events that are in none of its areas."""
        before = sum(map(len, self.areas.values())) + list(self.areas).index(level) * len(BUCKETS)
        return slice(before, before + len(BUCKETS))


@dataclass(frozen=True, slots=True)
class City:
    """The divisions of the city and the trees of the sources.

    Attributes:
        divisions: The editions, the one in force first.
        trees: The categories of each source.
        kinds: The same by their keys.
        above: Of each source, what every category counts under; see `_above`.
        inside: Which areas lie wholly in which of other divisions, by key.
    """

    divisions: tuple[Division, ...]
    trees: Mapping[SourceId, Tree]
    kinds: Kinds
    above: Mapping[SourceId, Ints]
    inside: frozenset[tuple[int, int]]

    @classmethod
    def load(cls, connection: Connection) -> City:
        """Read them."""
        divisions = []
        for edition in list_editions(connection):
            areas = load_areas(connection, edition)
            divisions.append(Division(edition, areas, load_cells(connection, edition, areas)))
        trees, node_of = load_trees(connection)
        above = {source: _above(source, tree) for source, tree in trees.items()}
        kinds = Kinds({source: tree.nodes for source, tree in trees.items()}, node_of)
        return cls(tuple(divisions), trees, kinds, above, load_inside(connection))


def _above(source: SourceId, tree: Tree) -> Ints:
    """Give for each category what it counts under, by number; -1 where there are fewer.

    That is itself, all it stands below, the bundles that hold any of those, and the number after the last category for all; bundles come after that.
    """
    every = len(tree.nodes)
    number_of = {node.code: number for number, node in enumerate(tree.nodes)}
    bundles: dict[str, list[int]] = {}
    for number, bundle in enumerate(bundles_of(source)):
        for code in bundle.codes:
            bundles.setdefault(code, []).append(every + 1 + number)
    found: list[list[int]] = []
    for number, node in enumerate(tree.nodes):  # each before all that stand below it
        outer = found[number_of[node.parent]] if node.parent is not None else [every]
        found.append([*outer, *bundles.get(node.code, ()), number])
    deepest = max(map(len, found), default=0)
    return np.array([[*nodes, *[-1] * (deepest - len(nodes))] for nodes in found], np.int64).reshape(len(found), deepest)


def together(events: Contributors, keys: Ints) -> tuple[Ints, Ints]:
    """Add up the events of one place, category and month: the rows, and the sums of their keys."""
    cells, row = np.unique(events.rows[:3], axis=1, return_inverse=True)
    row = row.ravel()
    antal, sums = np.zeros(cells.shape[1], np.int64), np.zeros(cells.shape[1], np.int64)
    np.add.at(antal, row, events.rows[3])
    np.add.at(sums, row, keys)
    return np.concatenate([cells, antal[None]]), sums % KEYS


def contributions(city: City, division: Division, source: SourceId, counted: tuple[Ints, Ints, Ints]) -> Contributions:
    """Give what counts on each area of a division, under each category that it stands below.

    Of a place that is divided nobody knows which of its events a part has, so a part's key is made of all their keys and of how many it has: it is
    the same wherever the same events are dealt the same way.

    Args:
        city: The trees.
        division: The division.
        source: Whose counts.
        counted: Place, category, month and antal of each count, (4, rows); its key, (rows,); and the counts that the source withholds, (4, counts).

    Returns:
        The contributions, those of no area left out.
    """
    rows, keys, withheld = counted
    levels, by_share = spread_out(rows, division.cells, city.kinds, source)
    parts = [(rows[1, entry.row], rows[2, entry.row], entry.cell, entry.antal, keys[entry.row]) for entry in levels]
    for entry in by_share:
        has = entry.antal > 0
        row, cell, antal = entry.row[has], entry.cell[has], entry.antal[has]
        mixed = (keys[row] * _MIX + antal * _MIX_ANTAL) % KEYS
        parts.append((rows[1, row], rows[2, row], cell, antal, np.where(antal == rows[3, row], keys[row], mixed)))
    for category, month, cell in _everywhere(division, withheld):
        none = np.zeros(len(cell), np.int64)
        parts.append((category, month, cell, none, none))
    category, month, cell, antal, key = (np.concatenate(column) for column in zip(*parts, strict=True))
    node = city.above[source][city.kinds.node_of[category]]
    at, depth = np.nonzero((node >= 0) & (cell < division.areas_in_all)[:, None])
    return Contributions(cell[at], node[at, depth], month[at], antal[at], key[at])


def _everywhere(division: Division, rows: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Give the counts that the source withholds on every cell that they may be in: category, month and cell."""
    for depth in range(division.cells.levels):
        cell = division.cells.of[rows[0], depth]
        whole = cell >= 0
        yield rows[1][whole], rows[2][whole], cell[whole]
        parts = division.cells.parts_at(depth)
        for number in np.flatnonzero(~whole).tolist():
            mine = parts[parts[:, 0] == rows[0, number], 2]
            yield np.full(len(mine), rows[1, number]), np.full(len(mine), rows[2, number]), mine
