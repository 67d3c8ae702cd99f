"""Which cells are shown: decided when they are drawn, by what the wholes show that they are parts of, and known by being there ever after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.disclosure.dividing import enough_for_months, parts_shown
from trygghetskarta.disclosure.lattice import YEAR, bundles_of, every_kind, periods_of
from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.trees import Tree
from trygghetskarta.store.arrays import ints_of

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOT_SHOWN = -2
"""Stands for the count of a cell that was not written when its period was drawn, and is shown to nobody."""

_FIRST_YEARS = text("""
    SELECT first_month, known_at, level, array_send(area_ids) AS areas, array_send(category_ids) AS categories, array_send(counts) AS counts
    FROM public_draw JOIN public_cell USING (draw_id)
    WHERE source_id = :source AND edition_id = :edition AND months = 12 AND number = 1 AND perturbed
        AND first_month = ANY(CAST(:years AS integer[]))
""")


@dataclass(frozen=True, slots=True)
class Grid:
    """Every cell there may be of a source and an edition.

    Attributes:
        areas: The areas by level, the outermost first.
        parents: The key of the area that each lies in, of the level before, by its own key; an area that lies in none has none.
        kinds: What each category is to the lattice, then what all of them together are, and then each bundle, (categories,).
        parts: Each of them with each that it is a part of, (pairs, 2).
        category_ids: Their keys in the database; 0 for all.
    """

    areas: Mapping[AreaLevel, tuple[Area, ...]]
    parents: Mapping[int, int]
    kinds: Ints
    parts: Ints
    category_ids: Ints

    @classmethod
    def of(cls, areas: Mapping[AreaLevel, tuple[Area, ...]], source: SourceId, tree: Tree) -> Grid:
        """Give the grid of some areas and of a source's tree."""
        outermost_first = {level: areas[level] for level in reversed(tuple(areas))}
        parents: dict[int, int] = {}
        for outer, inner in pairwise(outermost_first.values()):
            key_of = {area.code: area.area_id for area in outer}
            parents |= {area.area_id: key_of[area.parent] for area in inner if area.parent in key_of}
        every, bundles = len(tree.nodes), bundles_of(source)
        number = {node.code: place for place, node in enumerate(tree.nodes)}
        parts = [(place, every if node.parent is None else number[node.parent]) for place, node in enumerate(tree.nodes)]
        for bundle, codes in enumerate(bundle.codes for bundle in bundles):
            parts += [(every + 1 + bundle, every), *((number[code], every + 1 + bundle) for code in codes)]
        return cls(
            outermost_first,
            parents,
            every_kind(source, tree.nodes),
            np.array(parts, np.int64).reshape(-1, 2),
            np.array([*tree.category_ids, 0, *(bundle.key for bundle in bundles)], np.int64),
        )

    def has(self, level: AreaLevel, months: int) -> Bools:
        """Tell which categories the lattice has at a level for a length of time, (categories,)."""
        return np.array([months in periods_of(level, kind) for kind in self.kinds.tolist()])

    def blank(self, months: int, periods: int, value: int = 0) -> dict[AreaLevel, Ints]:
        """Give a value for each cell of each level that the lattice has any of for a length of time, (areas, categories, periods)."""
        levels = [level for level in self.areas if self.has(level, months).any()]
        return {level: np.full((len(self.areas[level]), len(self.kinds), periods), value, np.int64) for level in levels}

    def laid(self, months: int, first: int, rows: Sequence[Any]) -> dict[AreaLevel, Ints]:
        """Lay released cells out by level, (areas, categories, periods): NOT_SHOWN for what is not among them.

        Args:
            months: How long their periods are.
            first: The number of the first period, which is its first month divided by that.
            rows: The cells, a row of the database for each period and level: `first_month`, `level`, and `areas`, `categories`, `counts` as sent.
        """
        last = max(row.first_month for row in rows) // months
        sheets = self.blank(months, last - first + 1, NOT_SHOWN)
        for level, sheet in sheets.items():
            mine = [row for row in rows if row.level == level.value]
            areas, categories, counts = ([ints_of(getattr(row, name)) for row in mine] for name in ("areas", "categories", "counts"))
            if mine:
                period = np.repeat([row.first_month // months - first for row in mine], [len(part) for part in areas])
                ids = np.array([area.area_id for area in self.areas[level]], np.int64)
                category = np.concatenate(categories)
                # A bundle that was drawn when its group held other categories is none of those that there are now.
                still = np.isin(category, self.category_ids)
                cells = _places(ids, np.concatenate(areas)[still]), _places(self.category_ids, category[still])
                sheet[(*cells, period[still])] = np.concatenate(counts)[still]
        return sheets


Sheets = Mapping[AreaLevel, npt.NDArray[Any]]
"""A value for each cell of each level of an edition, for periods of one length, (areas, categories, periods) each."""


def seen_together(
    grids: Sequence[Grid], inside: Collection[tuple[int, int]], months: int, shown: Sequence[Sheets], in_time: Sequence[Sheets] | None
) -> list[dict[AreaLevel, Bools]]:
    """Tell which cells of periods of one length are shown.

    Args:
        grids: The cells, by edition.
        inside: Which areas lie wholly in which of other editions, by key.
        months: The length.
        shown: What the cells show, by edition: of the levels of `Grid.blank`.
        in_time: Which of them are parts of a year that shows enough, likewise; None for years.

    Returns:
        By edition, likewise.
    """
    sheets = [(number, level) for number, levels in enumerate(shown) for level in levels]
    areas = [area for number, level in sheets for area in grids[number].areas[level]]
    row_of = {area.area_id: row for row, area in enumerate(areas)}
    parents = {inner: outer for grid in grids for inner, outer in grid.parents.items()}
    parts = [(row_of[inner], row_of[outer]) for inner, outer in _wholes(parents, inside) if inner in row_of and outer in row_of]
    has = np.concatenate(
        [np.broadcast_to(grids[number].has(level, months)[:, None], shown[number][level].shape) for number, level in sheets]
    )
    if in_time is not None:
        has = has & np.concatenate([in_time[number][level] for number, level in sheets])
    # An area that ought to lie in another, and does in none, is not shown.
    lost = [
        area.area_id not in parents and level is not next(iter(grids[number].areas))
        for number, level in sheets
        for area in grids[number].areas[level]
    ]
    has = has & ~np.array(lost)[:, None, None]
    together = np.concatenate([shown[number][level] for number, level in sheets])
    seen = parts_shown(together, has, np.array(parts, np.int64).reshape(-1, 2), grids[0].parts)
    ends = np.cumsum([len(shown[number][level]) for number, level in sheets])
    found: list[dict[AreaLevel, Bools]] = [{} for _ in grids]
    for (number, level), part in zip(sheets, np.split(seen, ends[:-1]), strict=True):
        found[number][level] = part
    return found


def _wholes(parents: Mapping[int, int], inside: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Give each area with each that it is a part of.

    That is the one it lies in, those of other editions that it lies in, and for one of those that is the same area the one that this lies in.
    """
    same = {pair for pair in inside if pair[::-1] in inside}
    found = set(parents.items()) | {pair for pair in inside if pair not in same}
    return found | {(inner, parents[twin]) for inner, twin in same if twin in parents}


def _places(ids: Ints, wanted: Ints) -> Ints:
    order = np.argsort(ids)
    return order[np.searchsorted(ids, wanted, sorter=order)]


@dataclass(frozen=True, slots=True)
class Years:
    """Which cells of years show enough to be divided in time, as they were first drawn: later draws change nothing for the months before.

    Attributes:
        first: Number of the first year: its months since 1970 divided by twelve.
        known_at: By the number of each year that was drawn, when it first was.
        divided: By level, (areas, categories, years).
    """

    first: int
    known_at: Mapping[int, datetime]
    divided: Mapping[AreaLevel, Bools]

    @classmethod
    def load(cls, connection: Connection, grid: Grid, of: tuple[SourceId, Edition], months: Iterable[int]) -> Years:
        """Read those that decide what is shown of some months, of a source in an edition."""
        source, edition = of
        own = {month // YEAR * YEAR for month in months}
        asked = {"source": source.number, "edition": edition.edition_id, "years": sorted(own | {first - YEAR for first in own})}
        rows = connection.execute(_FIRST_YEARS, asked).all()
        if not rows:
            return cls(0, {}, {level: cells.astype(bool) for level, cells in grid.blank(YEAR, 1).items()})
        first = min(row.first_month for row in rows) // YEAR
        divided = {level: enough_for_months(shown) for level, shown in grid.laid(YEAR, first, rows).items()}
        return cls(first, {row.first_month // YEAR: row.known_at for row in rows}, divided)

    def in_time(self, periods: Sequence[tuple[int, datetime]]) -> dict[AreaLevel, Bools]:
        """Tell which cells of shorter periods may be shown: those whose year before showed enough when they were drawn.

        Of a period whose year before was not drawn its own year decides, where that was drawn with it or before; else none are shown.

        Args:
            periods: The first month of each, and when it was drawn.

        Returns:
            By level, (areas, categories, periods).
        """
        deciding = np.array([self._deciding(month // YEAR, drawn) for month, drawn in periods])
        return {level: divided[:, :, deciding] & (deciding >= 0) for level, divided in self.divided.items()}

    def _deciding(self, own: int, drawn: datetime) -> int:
        """Give the place of the year that decides of a period, among those of `divided`; -1 where none does."""
        for year in (own - 1, own):
            if year in self.known_at and self.known_at[year] <= drawn:
                return year - self.first
        return -1
