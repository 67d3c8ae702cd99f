"""All counts of one edition as one block per source: category x month x area, with running sums.

The block is summed along categories and months, so the count of any part of the tree over any run of months is four values for each area,
however many events there are. Besides the areas each level has three cells for the events that are in none of them, so the ledger is counted
the same way as the areas and closes by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.disclosure.drawing import margin_of, variance_of
from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.counts import Ledger, MonthKnown, Protected, Status
from trygghetskarta.domain.periods import LOCAL_TIME, Month, Span
from trygghetskarta.domain.sources import CONTRACTS, CountsBy, SourceId
from trygghetskarta.errors import NotCoveredError, NotFoundError, bad_parameter
from trygghetskarta.queries.adjacency import load_neighbours
from trygghetskarta.queries.blocks import Block, Blocks, Counted, Kinds, Knowledge, load_blocks
from trygghetskarta.queries.cells import BUCKETS, load_cells
from trygghetskarta.queries.completeness import load_completeness
from trygghetskarta.queries.coverage import Delivered, load_coverage, load_latest
from trygghetskarta.queries.dating import as_far_as_told, counted_otherwise
from trygghetskarta.queries.kept import Kept
from trygghetskarta.queries.kept_counts import Keep, made_here
from trygghetskarta.queries.layers import Layers
from trygghetskarta.queries.population import Population, load_population
from trygghetskarta.queries.trees import Tree, load_trees
from trygghetskarta.queries.weights import Weights, lay_out
from trygghetskarta.store.editions import list_editions

Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int32]

_LAST_DAY = date.max - timedelta(days=1)
_AREAS = text("""
    SELECT area_id, level, code, name, parent_code, square_metres FROM area WHERE edition_id = :edition_id ORDER BY code COLLATE "C"
""")
_VERSION = text("""
    SELECT version, published_at FROM publication WHERE CAST(:instant AS timestamptz) IS NULL OR published_at <= :instant
    ORDER BY version DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Cube:
    """Everything that questions about one edition are answered from.

    Attributes:
        edition: The edition.
        as_of: The day whose knowledge it holds; None for the present.
        by: The date that puts an event in a month, of sources that tell it; None for each source's own.
        version: Number of the last publication in it.
        published_at: When that was.
        areas: Areas by level, sorted by code; levels finest first.
        neighbours: Which areas border on each other by level, shape (pairs, 2): their numbers in `areas`, each pair both ways.
        blocks: Counts by source.
        estimated: By source, how many of its counts are dealt to their areas by share; only sources of which some are.
        withheld: By source, how many counts it withholds; see `Blocks`.
        undated: By source, events without the date they are counted by; see `Blocks`.
        unknown: By source, how many counts are missing in it or not known to it; see `Blocks`.
        inapplicable: By source, how many counts there are none to give of; see `Blocks`.
        noughts: By source, how many it says are 0, where it says some are inapplicable; see `Blocks`.
        trees: Categories by source.
        delivered: Months delivered by source.
        known_on: Day of the last delivery by source.
        completeness: How much of the last months is known, by source.
        population: The denominators.
        editions: The editions, the one in force first, without those that wait for a yes and were not asked for.
        weights: The sets of harm weights by name, the newest first.
        cells_limit: The most figures of one answer, areas times periods; None for any number.
        released: Whether its counts are those released to the public, so that its months delivered are the months released.
        worked_out: What question after question rests on, by what it is called and what it is of. A copy of which something is
            replaced begins with nothing.
    """

    edition: Edition
    as_of: date | None
    by: CountsBy | None
    version: int
    published_at: datetime
    areas: Mapping[AreaLevel, tuple[Area, ...]]
    neighbours: Mapping[AreaLevel, Ints]
    blocks: Mapping[SourceId, Counted]
    estimated: Mapping[SourceId, Block]
    withheld: Mapping[SourceId, Counted]
    undated: Mapping[SourceId, Block]
    trees: Mapping[SourceId, Tree]
    delivered: Mapping[SourceId, Delivered]
    known_on: Mapping[SourceId, date]
    completeness: Mapping[SourceId, tuple[MonthKnown, ...]]
    population: Population
    weights: Mapping[str, Weights]
    editions: tuple[Edition, ...] = ()
    cells_limit: int | None = None
    released: bool = False
    unknown: Mapping[SourceId, Counted] = field(default_factory=dict)
    inapplicable: Mapping[SourceId, Counted] = field(default_factory=dict)
    noughts: Mapping[SourceId, Counted] = field(default_factory=dict)
    worked_out: Kept = field(default_factory=Kept, init=False, compare=False, repr=False)

    @property
    def covered(self) -> Mapping[SourceId, Ints]:
        """Months delivered by source, whole or in part, ascending."""
        return {source: delivered.months for source, delivered in self.delivered.items()}

    def known_on_day(self, day: date) -> Cube:
        """Give the same counts as what was known on a day; what has been worked out of them is the same too."""
        same = replace(self, as_of=day)
        object.__setattr__(same, "worked_out", self.worked_out)  # a copy of the same, not one with other counts
        return same

    def refuse_too_many(self, areas: int, periods: int) -> None:
        """Refuse an answer of more figures than it may hold, before anything is counted."""
        if self.cells_limit is not None and areas * periods > self.cells_limit:
            raise bad_parameter(
                "area",
                None,
                f"{areas} områden gånger {periods} perioder är fler än de {self.cells_limit} tal ett svar får ha. Ange färre.",
                f"{areas} areas times {periods} periods are more than the {self.cells_limit} figures of an answer. Ask for fewer.",
            )

    def cells(self, level: AreaLevel) -> slice:
        """Give the cells of the areas of a level."""
        return _cells(self.areas, level)

    def count(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count the events of several sources together; shape (cells, periods)."""
        return _together(self.blocks, cells, ranges, spans)

    def estimated_counts(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count those of them that are dealt by share; shape (cells, periods)."""
        return _together(self.estimated, cells, ranges, spans)

    def withheld_counts(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count the counts that the sources withhold; shape (cells, periods)."""
        return _together(self.withheld, cells, ranges, spans)

    def lacking(
        self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...], counts: Ints
    ) -> npt.NDArray[np.int8]:
        """Tell which figures are none though their months are delivered, and why.

        Args:
            cells: Which cells.
            ranges: The categories of each source.
            spans: The periods.
            counts: What `count` gives for them, (cells, periods).

        Returns:
            The number of a Status, shape (cells, periods): withheld where the source withholds all that there is, missing where it lacks all that
            it does not withhold, not applicable where that is all it says, and else a value. A released figure is shown when every cell of it is.
        """
        none = counts == 0
        status = np.zeros(counts.shape, np.int8)
        for blocks, why in ((self.inapplicable, Status.NOT_APPLICABLE), (self.unknown, Status.MISSING), (self.withheld, Status.WITHHELD)):
            if blocks.keys().isdisjoint(ranges):
                continue
            many = _together(blocks, cells, ranges, spans)
            if why is Status.NOT_APPLICABLE and many.any():
                many[_together(self.noughts, cells, ranges, spans) > 0] = 0
            status[(many > 0) & (none | (self.released and why is Status.WITHHELD))] = why.number
        return status

    def protected(self, cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Protected | None:
        """Tell how released counts are put together; None where all that is counted is exact."""
        layers = {source: block for source in ranges if isinstance(block := self.blocks.get(source), Layers)}
        if not layers:
            return None
        many = np.stack([layer.nodes(cells, ranges[source], spans) for source, layer in layers.items()])
        told = np.stack([[bool(len(delivered_months(self, source, span))) for span in spans] for source in layers])
        # Where a source has released nothing of a period, the others are the whole answer.
        nodes = many.sum(axis=0)
        return Protected(((many > 0) | ~told).all(axis=0), nodes, variance_of(nodes), margin_of(nodes))

    def whereabouts(self, level: AreaLevel, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]) -> Ints:
        """Count the events of some spans that are in an area of a level, only in a larger one, unplaced and outside; shape (4, spans).

        Of sources whose counts are protected none: where they went may not leave.
        """
        told = {source: runs for source, runs in ranges.items() if not isinstance(self.blocks.get(source), Layers)}
        everywhere = self.count(slice(0, self._after), told, spans)
        return np.vstack([everywhere[self.cells(level)].sum(axis=0), everywhere[_rest(self.areas, level)]])

    @property
    def _after(self) -> int:
        """The cell after the last."""
        return int(_rest(self.areas, list(self.areas)[-1]).stop)

    def ledger(self, level: AreaLevel, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], span: Span) -> Ledger:
        """Say where every event of a span went at a level; of sources whose counts are protected nothing."""
        placed, area_only, unplaced, outside = self.whereabouts(level, ranges, (span,))[:, 0].tolist()
        after = self._after
        withheld = _sum(self.withheld, slice(after, after + 1), ranges, span)
        unknown = _sum(self.unknown, slice(after, after + 1), ranges, span)
        undated = _sum(self.undated, slice(0, 1), ranges, span)
        estimated = _sum(self.estimated, self.cells(level), ranges, span)
        return Ledger(placed, area_only, unplaced, outside, withheld, undated, estimated, unknown)


def _sum(blocks: Mapping[SourceId, Counted], cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], span: Span) -> int:
    return sum(int(blocks[source].count(cells, runs, (span,)).sum()) for source, runs in ranges.items() if source in blocks)


def _together(
    blocks: Mapping[SourceId, Counted], cells: slice, ranges: Mapping[SourceId, Iterable[tuple[int, int]]], spans: tuple[Span, ...]
) -> Ints:
    total = np.zeros((cells.stop - cells.start, len(spans)), np.int64)
    for source, runs in ranges.items():
        if source in blocks:
            total += blocks[source].count(cells, runs, spans)
    return total


def load_cube(
    connection: Connection, edition: date | None = None, as_of: date | None = None, by: CountsBy | None = None, keep: Keep = made_here
) -> Cube:
    """Read the counts of an edition into memory.

    Args:
        connection: Inside a transaction that sees one state of the data throughout (`store.engine.one_state`).
        edition: First day of the edition; None for the one that is meant then.
        as_of: Count what was known at the end of this day; None for what is known now.
        by: Count by this date the sources that tell it; None for each source's own.
        keep: Where the counts may have been kept.

    Returns:
        The cube.

    Raises:
        NotFoundError: There is no such edition.
        NotCoveredError: No areas are loaded at all, or nothing was on that day.
    """
    found = find_edition(connection, edition)
    areas = load_areas(connection, found)
    instant = end_of_day(as_of) if as_of is not None else None
    version = connection.execute(_VERSION, {"instant": instant}).one_or_none()
    if version is None:
        raise NotCoveredError(f"Ingenting var inläst den {as_of}.", f"Nothing was loaded on {as_of}.")
    trees, node_of = load_trees(connection)
    delivered, known_on = load_coverage(connection, instant), load_latest(connection, instant)
    kinds = Kinds({source: tree.nodes for source, tree in trees.items()}, node_of)
    what = Knowledge(instant, by, delivered)
    # Which cell and which category a number stands for hangs on the areas and the trees.
    known_by = (tuple(connection.execute(_VERSION, {"instant": None}).one()), instant, by, found, areas, trees)
    blocks = Blocks.of(keep("exact", known_by, lambda: load_blocks(connection, load_cells(connection, found, areas), kinds, what).arrays()))
    told = as_far_as_told(delivered, by)
    in_step = {source: months for source, months in told.items() if source not in counted_otherwise(by)}
    return Cube(
        edition=found,
        as_of=as_of,
        by=by,
        version=version.version,
        published_at=version.published_at,
        areas=areas,
        blocks=blocks.counts,
        estimated=blocks.estimated,
        withheld=blocks.withheld,
        undated=blocks.undated,
        unknown=blocks.unknown,
        inapplicable=blocks.inapplicable,
        noughts=blocks.noughts,
        trees=trees,
        delivered=told,
        known_on=known_on,
        completeness=load_completeness(connection, in_step, known_on, instant),
        population=load_population(connection, found, areas, instant),
        weights=lay_out(connection, {source: tree.nodes for source, tree in trees.items()}),
        neighbours=load_neighbours(connection, found, areas),
        editions=tuple(one for one in list_editions(connection) if not one.held or one.edition_id == found.edition_id),
    )


def newest_version(connection: Connection) -> int:
    """Give the number of the last publication; 0 before the first."""
    return int(connection.execute(text("SELECT coalesce(max(version), 0) FROM publication")).scalar_one())


def end_of_day(day: date) -> datetime:
    """Give the instant at which a local day ends."""
    # The last day that a calendar holds has no next one; it is as good as the day before.
    return datetime.combine(min(day, _LAST_DAY) + timedelta(days=1), time(), LOCAL_TIME)


def find_edition(connection: Connection, valid_from: date | None) -> Edition:
    """Read an edition.

    Args:
        connection: Inside a transaction.
        valid_from: Its first day; None for the one that is meant then.

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
    days = ", ".join(sorted((str(row.valid_from) for row in rows), reverse=True))
    raise NotFoundError(
        f"Det finns ingen indelning från {valid_from}. De som finns är från {days}.", f"No edition of {valid_from}; there are {days}."
    )


def load_areas(connection: Connection, edition: Edition) -> dict[AreaLevel, tuple[Area, ...]]:
    """Read an edition's areas by level, the finest first, each level by code."""
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
    start = sum(len(rows) for rows in areas.values()) + list(areas).index(level) * len(BUCKETS)
    return slice(start, start + len(BUCKETS))


def delivered_months(cube: Cube, source: SourceId, span: Span) -> Ints:
    """Give the months of a span that a source delivered, as months since 1970."""
    delivered = cube.delivered.get(source)
    return _within(delivered.months, span) if delivered is not None else np.zeros(0, np.int64)


def partial_months(cube: Cube, source: SourceId, span: Span) -> tuple[Month, ...]:
    """List the months of a span that a source delivered only some days of."""
    delivered = cube.delivered.get(source)
    if delivered is None or not len(delivered.partial):
        return ()
    return tuple(Month(number) for number in _within(delivered.partial, span).tolist())


def missing_months(cube: Cube, source: SourceId, span: Span) -> tuple[Month, ...]:
    """List the months of a span that a source never delivered."""
    delivered = cube.delivered.get(source)
    if delivered is None:
        return tuple(span)
    return () if delivered.every.issuperset(span.numbers) else tuple(month for month in span if month.number not in delivered.every)


def provisional_months(cube: Cube, source: SourceId, span: Span) -> tuple[Month, ...]:
    """List the delivered months of a span whose figures are not final.

    They are not while the source itself calls them so, as far as was known when it last delivered, nor while too little is estimated to be known.
    """
    known_on = cube.known_on.get(source)
    if known_on is None:
        return ()
    told = cube.delivered.get(source)
    # Months that more will be added to: by another date than the source's own those still open, by its own those known too little of.
    to_grow = set(_within(told.open, span).tolist()) if told is not None and len(told.open) else set()
    to_grow |= {known.month.number for known in cube.completeness.get(source, ()) if known.provisional and span.holds(known.month)}
    finality, number = CONTRACTS[source].finality, span.last.number
    # A month is never final before an earlier one.
    while number >= span.first.number and known_on < finality.final_from(Month(number)):
        to_grow.add(number)
        number -= 1
    missing = {month.number for month in missing_months(cube, source, span)} if to_grow else set()
    return tuple(Month(number) for number in sorted(to_grow - missing))


def _within(months: Ints, span: Span) -> Ints:
    """Give those of ascending months that lie in a span."""
    return months[months.searchsorted(span.first.number) : months.searchsorted(span.last.number, "right")]
