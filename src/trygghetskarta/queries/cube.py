"""All counts of one edition as one block per source: area x category x month, with running sums.

The block is summed along categories and months, so the count of any part of the tree over any run of months is four values for each area,
however many events there are. Besides the areas each level has three cells for the events that are in none of them, so the ledger is counted
the same way as the areas and closes by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.counts import Ledger
from trygghetskarta.domain.periods import LOCAL_TIME, Month, Span, local_day
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.errors import NotCoveredError, NotFoundError
from trygghetskarta.queries.population import Population, load_population

Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int32]

_BUCKETS = ("areaOnly", "unplaced", "outside")
_CURRENT = text("SELECT place_id, source_id, category_id, month, antal FROM rollup")
_AS_OF = text("""
    SELECT place_id, source_id, category_id, month, sum(antal)::int AS antal FROM event
    WHERE known_from <= :instant AND (known_to IS NULL OR known_to > :instant) AND NOT withdrawn
    GROUP BY place_id, source_id, category_id, month
""")
_WITHHELD = text("""
    SELECT place_id, source_id, category_id, month, count(*)::int AS antal FROM event
    WHERE detail ? 'withheld' AND NOT withdrawn AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    GROUP BY place_id, source_id, category_id, month
""")
_AREAS = text("""
    SELECT area_id, level, code, name, parent_code, square_metres FROM area WHERE edition_id = :edition_id ORDER BY code COLLATE "C"
""")
_VERSION = text("""
    SELECT version, published_at FROM publication WHERE CAST(:instant AS timestamptz) IS NULL OR published_at <= :instant
    ORDER BY version DESC LIMIT 1
""")
_COVERAGE = text("""
    SELECT DISTINCT source_id, month FROM coverage
    WHERE (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant) ORDER BY month
""")
_LATEST = text("""
    SELECT source_id, max(published_at) AS latest FROM delivery
    WHERE published_at IS NOT NULL AND (CAST(:instant AS timestamptz) IS NULL OR published_at <= :instant) GROUP BY source_id
""")


@dataclass(frozen=True, slots=True)
class Block:
    """The counts of one source.

    Attributes:
        first: Number of the first month.
        sums: Shape (cells, categories + 1, months + 1): counts of all categories and months before, in the order of `Tree`.
    """

    first: int
    sums: Sums

    def count(self, cells: slice, ranges: Iterable[tuple[int, int]], spans: Iterable[Span]) -> Ints:
        """Count events.

        Args:
            cells: Which cells.
            ranges: Categories, as runs of the tree's order [begin, end).
            spans: The periods.

        Returns:
            Shape (cells, periods).
        """
        months = self.sums.shape[2] - 1
        begin = [min(max(span.first.number - self.first, 0), months) for span in spans]
        end = [min(max(span.last.number - self.first + 1, 0), months) for span in spans]
        part = self.sums[cells]
        total = np.zeros((part.shape[0], len(begin)), np.int64)
        for low, high in ranges:
            total += part[:, high][:, end] - part[:, high][:, begin] - part[:, low][:, end] + part[:, low][:, begin]
        return total


@dataclass(frozen=True, slots=True)
class Tree:
    """The categories of one source in the order of its block: each group, then what is under it.

    Attributes:
        nodes: In that order.
        ranges: For each code the run [begin, end) of itself and all below it.
    """

    nodes: tuple[Category, ...]
    ranges: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Cube:
    """Everything that questions about one edition are answered from.

    Attributes:
        edition: The edition.
        as_of: The day whose knowledge it holds; None for the present.
        version: Number of the last publication in it.
        published_at: When that was.
        areas: Areas by level, sorted by code; levels finest first.
        blocks: Counts by source.
        withheld: By source, how many counts it withholds.
        trees: Categories by source.
        covered: Months delivered by source, ascending.
        known_on: Day of the last delivery by source.
        population: The denominators.
    """

    edition: Edition
    as_of: date | None
    version: int
    published_at: datetime
    areas: Mapping[AreaLevel, tuple[Area, ...]]
    blocks: Mapping[SourceId, Block]
    withheld: Mapping[SourceId, Block]
    trees: Mapping[SourceId, Tree]
    covered: Mapping[SourceId, Ints]
    known_on: Mapping[SourceId, date]
    population: Population

    def cells(self, level: AreaLevel) -> slice:
        """Give the cells of the areas of a level."""
        return _cells(self.areas, level)

    def count(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count the events of several sources together; shape (cells, periods)."""
        return _together(self.blocks, cells, ranges, spans)

    def withheld_counts(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count the counts that the sources withhold; shape (cells, periods)."""
        return _together(self.withheld, cells, ranges, spans)

    def ledger(self, level: AreaLevel, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], span: Span) -> Ledger:
        """Say where every event of a span went at a level."""
        rest = _rest(self.areas, level)
        placed = int(self.count(self.cells(level), ranges, (span,)).sum())
        area_only, unplaced, outside = (int(value) for value in self.count(rest, ranges, (span,))[:, 0])
        withheld = sum(int(self.withheld_counts(cells, ranges, (span,)).sum()) for cells in (self.cells(level), rest))
        return Ledger(placed, area_only, unplaced, outside, withheld)


def _together(
    blocks: Mapping[SourceId, Block], cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]
) -> Ints:
    total = np.zeros((cells.stop - cells.start, len(spans)), np.int64)
    for source, runs in ranges.items():
        if source in blocks:
            total += blocks[source].count(cells, runs, spans)
    return total


def load_cube(connection: Connection, edition: date | None = None, as_of: date | None = None) -> Cube:
    """Read the counts of an edition into memory.

    Args:
        connection: Inside a transaction that sees one state of the data throughout (`store.engine.one_state`).
        edition: First day of the edition; None for the newest.
        as_of: Count what was known at the end of this day; None for what is known now.

    Returns:
        The cube.

    Raises:
        NotFoundError: There is no such edition.
        NotCoveredError: No areas are loaded at all, or nothing was on that day.
    """
    found = find_edition(connection, edition)
    areas = _areas(connection, found)
    instant = end_of_day(as_of) if as_of is not None else None
    version = connection.execute(_VERSION, {"instant": instant}).one_or_none()
    if version is None:
        raise NotCoveredError(f"Ingenting var inläst den {as_of}.", f"Nothing was loaded on {as_of}.")
    trees, node_of = _trees(connection)
    cells = _cells_of_places(connection, found, areas)
    counted = connection.execute(_AS_OF, {"instant": instant}) if instant is not None else connection.execute(_CURRENT)
    blocks = _blocks(counted, cells, trees, node_of)
    withheld = _blocks(connection.execute(_WITHHELD, {"instant": instant}), cells, trees, node_of)
    covered: dict[SourceId, list[int]] = {}
    source_of = {source.number: source for source in SourceId}
    for number, month in connection.execute(_COVERAGE, {"instant": instant}):
        covered.setdefault(source_of[number], []).append(month)
    return Cube(
        edition=found,
        as_of=as_of,
        version=version.version,
        published_at=version.published_at,
        areas=areas,
        blocks=blocks,
        withheld=withheld,
        trees=trees,
        covered={source: np.array(months, np.int64) for source, months in covered.items()},
        known_on={source_of[number]: local_day(latest) for number, latest in connection.execute(_LATEST, {"instant": instant})},
        population=load_population(connection, areas, instant),
    )


def newest_version(connection: Connection) -> int:
    """Give the number of the last publication; 0 before the first."""
    return int(connection.execute(text("SELECT coalesce(max(version), 0) FROM publication")).scalar_one())


def end_of_day(day: date) -> datetime:
    """Give the instant at which a local day ends."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL_TIME)


def find_edition(connection: Connection, valid_from: date | None) -> Edition:
    """Read an edition.

    Args:
        connection: Inside a transaction.
        valid_from: Its first day; None for the newest.

    Returns:
        The edition.

    Raises:
        NotFoundError: There is no such edition.
        NotCoveredError: There is none at all.
    """
    rows = list_editions(connection)
    if not rows:
        raise NotCoveredError("Inga områden är inlästa än.", "No areas are loaded yet.")
    if valid_from is None:
        return rows[0]
    for row in rows:
        if row.valid_from == valid_from:
            return row
    days = ", ".join(str(row.valid_from) for row in rows)
    raise NotFoundError(
        f"Det finns ingen indelning från {valid_from}. De som finns är från {days}.", f"No edition of {valid_from}; there are {days}."
    )


def list_editions(connection: Connection) -> list[Edition]:
    """Read every edition that holds areas, newest first."""
    rows = connection.execute(
        text("""
            SELECT edition_id, valid_from, edition.name, srid, schematic, level, count(*) AS areas FROM edition JOIN area USING (edition_id)
            GROUP BY edition_id, level ORDER BY valid_from DESC
        """)
    ).all()
    editions = []
    for edition_id in dict.fromkeys(row.edition_id for row in rows):
        mine = {AreaLevel(row.level): row for row in rows if row.edition_id == edition_id}
        first = next(iter(mine.values()))
        levels = {level: int(mine[level].areas) for level in AreaLevel if level in mine}
        editions.append(Edition(edition_id, first.valid_from, first.name, first.srid, levels, first.schematic))
    return editions


def _areas(connection: Connection, edition: Edition) -> dict[AreaLevel, tuple[Area, ...]]:
    by_level: dict[AreaLevel, list[Area]] = {level: [] for level in edition.levels}
    for row in connection.execute(_AREAS, {"edition_id": edition.edition_id}):
        level = AreaLevel(row.level)
        by_level[level].append(Area(row.area_id, level, row.code, row.name, row.parent_code, row.square_metres))
    return {level: tuple(rows) for level, rows in by_level.items()}


def _cells(areas: Mapping[AreaLevel, tuple[Area, ...]], level: AreaLevel) -> slice:
    start = 0
    for other, rows in areas.items():
        if other is level:
            return slice(start, start + len(rows))
        start += len(rows)
    raise KeyError(level)


def _rest(areas: Mapping[AreaLevel, tuple[Area, ...]], level: AreaLevel) -> slice:
    """Give the cells of a level's events that are in none of its areas, in the order of the buckets."""
    start = sum(len(rows) for rows in areas.values()) + list(areas).index(level) * len(_BUCKETS)
    return slice(start, start + len(_BUCKETS))


def _trees(connection: Connection) -> tuple[dict[SourceId, Tree], dict[int, int]]:
    """Read the categories: a tree per source, and each category's place in its tree."""
    source_of = {source.number: source for source in SourceId}
    rows: dict[SourceId, list[Any]] = {source: [] for source in SourceId}
    for row in connection.execute(
        text("SELECT category_id, source_id, code, parent_code, name, name_en FROM category ORDER BY category_id")
    ):
        rows[source_of[row.source_id]].append(row)
    trees, node_of = {}, {}
    for source, found in rows.items():
        nodes: list[Category] = []
        ranges: dict[str, tuple[int, int]] = {}
        for group in (row for row in found if row.parent_code is None):
            begin = len(nodes)
            for row in (group, *(row for row in found if row.parent_code == group.code)):
                ranges[row.code] = (len(nodes), len(nodes) + 1)
                node_of[row.category_id] = len(nodes)
                nodes.append(Category(source, row.code, row.parent_code, row.name, row.name_en))
            ranges[group.code] = (begin, len(nodes))
        trees[source] = Tree(tuple(nodes), ranges)
    return trees, node_of


def _blocks(
    rows: Iterable[Row[Any]], cells: tuple[Ints, int], trees: Mapping[SourceId, Tree], node_of: Mapping[int, int]
) -> dict[SourceId, Block]:
    cells_of, total = cells
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 5)
    node = np.zeros(max(node_of, default=0) + 1, np.int64)
    node[list(node_of)] = list(node_of.values())
    blocks = {}
    for source in SourceId:
        mine = table[table[:, 1] == source.number]
        if len(mine):
            blocks[source] = _block(mine, node, cells_of, (total, len(trees[source].nodes)))
    return blocks


def _cells_of_places(connection: Connection, edition: Edition, areas: Mapping[AreaLevel, tuple[Area, ...]]) -> tuple[Ints, int]:
    """Give for every place the cell it counts in at each level, shape (places, levels), and how many cells there are."""
    levels = list(areas)
    cell_of_area = {area.area_id: cell for cell, area in enumerate(area for rows in areas.values() for area in rows)}
    most = connection.execute(text("SELECT coalesce(max(place_id), 0) FROM place")).scalar_one()
    # A place that had no cell would be counted in none: -1 makes the count fail instead.
    cells = np.full((most + 1, len(levels)), -1, np.int64)
    rows = connection.execute(
        text("SELECT place_id, level, area_id, bucket FROM place_area WHERE edition_id = :edition_id"), {"edition_id": edition.edition_id}
    )
    for place_id, level, area_id, bucket in rows:
        depth = levels.index(AreaLevel(level))
        if area_id is not None:
            cells[place_id, depth] = cell_of_area[area_id]
        else:
            cells[place_id, depth] = len(cell_of_area) + depth * len(_BUCKETS) + _BUCKETS.index(bucket)
    return cells, len(cell_of_area) + len(levels) * len(_BUCKETS)


def _block(rows: Ints, node: Ints, cells_of: Ints, shape: tuple[int, int]) -> Block:
    cells, nodes = shape
    first = int(rows[:, 3].min())
    months = int(rows[:, 3].max()) - first + 1
    column = node[rows[:, 2]] * months + rows[:, 3] - first
    counts = np.zeros((cells, nodes * months), np.int64)
    for depth in range(cells_of.shape[1]):
        flat = cells_of[rows[:, 0], depth] * (nodes * months) + column
        counts += np.bincount(flat, weights=rows[:, 4], minlength=counts.size).astype(np.int64).reshape(counts.shape)
    sums: Sums = np.zeros((cells, nodes + 1, months + 1), np.int32)
    sums[:, 1:, 1:] = counts.reshape(cells, nodes, months).cumsum(axis=1).cumsum(axis=2)
    sums.setflags(write=False)
    return Block(first, sums)


def delivered_months(cube: Cube, source: SourceId, span: Span) -> Ints:
    """Give the months of a span that a source delivered, as months since 1970."""
    asked = np.arange(span.first.number, span.last.number + 1)
    return asked[np.isin(asked, cube.covered.get(source, np.zeros(0, np.int64)))]


def missing_months(cube: Cube, source: SourceId, span: Span) -> tuple[Month, ...]:
    """List the months of a span that a source never delivered."""
    delivered = set(delivered_months(cube, source, span).tolist())
    return tuple(month for month in span if month.number not in delivered)


def provisional_months(cube: Cube, source: SourceId, span: Span) -> tuple[Month, ...]:
    """List the delivered months of a span whose figures were not final when the source last delivered."""
    known_on = cube.known_on.get(source)
    if known_on is None:
        return ()
    missing = set(missing_months(cube, source, span))
    finality = CONTRACTS[source].finality
    return tuple(month for month in span if month not in missing and known_on < finality.final_from(month))
