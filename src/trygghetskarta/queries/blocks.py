"""The counts of each source as a block with running sums: read from the rollup, or for an earlier day from the versions of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.categories import Category
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.queries.cells import DIVIDED, Cells
from trygghetskarta.queries.coverage import Delivered
from trygghetskarta.queries.dating import OTHER_MONTH, counted_otherwise
from trygghetskarta.queries.kept_counts import Arrays, arrays_of, parts_of
from trygghetskarta.stats.dealing import dealt, draw_of
from trygghetskarta.store.arrays import ints_of

Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int32]

_PLACE, _CATEGORY, _MONTH, _ANTAL = range(4)
"""What the counts of a source are read as: a row of each."""

_CURRENT = text("""
    SELECT source_id, month, array_send(place_ids) AS place_ids, array_send(category_ids) AS category_ids, array_send(antal) AS antal
    FROM rollup_month WHERE cardinality(antal) > 0 AND source_id <> ALL(CAST(:otherwise AS smallint[]))
""")
# An int[] as it is sent: its dimensions in 20 bytes, then a length and a number for each.
_ARRAY_HEAD, _ARRAY_CELL = 20, np.dtype([("length", ">i4"), ("value", ">i4")])
_AS_OF = text("""
    SELECT place_id, source_id, category_id, month, sum(antal)::int AS antal FROM event
    WHERE known_from <= :instant AND (known_to IS NULL OR known_to > :instant) AND NOT withdrawn
        AND source_id <> ALL(CAST(:otherwise AS smallint[]))
    GROUP BY place_id, source_id, category_id, month
""")
_OTHERWISE = text(
    """
    SELECT place_id, source_id, category_id, coalesce(dated, month) AS month, sum(antal)::int AS antal, dated IS NULL AS undated FROM (
        SELECT place_id, source_id, category_id, month, antal, {OTHER_MONTH} AS dated FROM event
        WHERE source_id = ANY(CAST(:otherwise AS smallint[])) AND NOT withdrawn AND antal > 0 AND (known_to IS NULL OR known_to > :instant)
            AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    ) AS told GROUP BY 1, 2, 3, 4, 6
""".replace("{OTHER_MONTH}", OTHER_MONTH)  # nosec B608  # constants of ours
)
_NOT_TOLD = text("""
    SELECT place_id, source_id, category_id, month, count(*)::int AS antal, CASE
            WHEN detail::jsonb->'absent'->>'antal' = 'notApplicable' THEN 'inapplicable'
            WHEN detail::jsonb->'absent' ? 'antal' THEN 'unknown' ELSE 'withheld'
        END AS why
    FROM event
    WHERE antal = 0 AND (detail::jsonb ? 'withheld' OR detail::jsonb->'absent' ? 'antal') AND NOT withdrawn
        AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    GROUP BY place_id, source_id, category_id, month, why
""")
_NOUGHTS = text("""
    SELECT source_id, month, array_send(array_agg(place_id)) AS place, array_send(array_agg(category_id)) AS category FROM event
    WHERE source_id = ANY(CAST(:sources AS smallint[])) AND antal = 0 AND (detail::jsonb ?| ARRAY['withheld', 'absent']) IS NOT TRUE
        AND NOT withdrawn AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    GROUP BY source_id, month
""")


class Counted(Protocol):
    """The counts of one source, wherever they come from."""

    def count(self, cells: slice, ranges: Iterable[tuple[int, int]], spans: Iterable[Span]) -> Ints:
        """Count events by cell and period."""


@dataclass(frozen=True, slots=True)
class Block:
    """The counts of one source.

    Attributes:
        first: Number of the first month.
        used: The categories that were ever counted, by their number in `Tree`, ascending: most of a tree is not met in one city.
        sums: Shape (cells, used + 1, months + 1): counts of all used categories and months before.
    """

    first: int
    used: Ints
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
        columns = np.array(end + begin, np.intp)
        part = self.sums[cells]
        total = np.zeros((part.shape[0], len(columns)), np.int64)
        for low, high in self.used.searchsorted(list(ranges)).tolist():
            total += part[:, high][:, columns]
            if low:  # before the first category there is nothing
                total -= part[:, low][:, columns]
        return np.asarray(total[:, : len(end)] - total[:, len(end) :])


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Which state of knowledge is counted, and by which date.

    Attributes:
        instant: As it was known then; None for now.
        by: The date that puts an event in a month; None for each source's own.
        delivered: What each source had delivered: by another date than its own it is counted in the months from its first to its last.
    """

    instant: datetime | None = None
    by: CountsBy | None = None
    delivered: Mapping[SourceId, Delivered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The categories of every source in the order of its tree.

    Attributes:
        nodes: By source.
        node_of: Number of each category among its source's nodes, (categories + 1,).
    """

    nodes: Mapping[SourceId, tuple[Category, ...]]
    node_of: Ints


@dataclass(frozen=True, slots=True)
class Blocks:
    """The counts of every source.

    Attributes:
        counts: All of them.
        estimated: How many of them are dealt to their cells by share; only sources of which some are.
        withheld: How many counts the source withholds. A count of a divided place may be in any of its cells, so it is in each of them;
            the cell after the last has every count once.
        unknown: Likewise how many counts are missing in the source, or not known to it.
        inapplicable: Likewise how many it says there are none to give of, as the code was not in force.
        noughts: Likewise how many it says are 0; only of sources that say so of the inapplicable.
        undated: Events that do not tell the date they are counted by, by the source's own month and in one cell.
    """

    counts: dict[SourceId, Block]
    estimated: dict[SourceId, Block]
    withheld: dict[SourceId, Block]
    undated: dict[SourceId, Block]
    unknown: dict[SourceId, Block]
    inapplicable: dict[SourceId, Block]
    noughts: dict[SourceId, Block]

    def arrays(self) -> Arrays:
        """Give them as arrays that `of` makes them from again."""
        return arrays_of({f"{what.name}/{source}": block for what in fields(self) for source, block in getattr(self, what.name).items()})

    @classmethod
    def of(cls, arrays: Arrays) -> Blocks:
        """Give the counts that were given as arrays."""
        return cls(*({SourceId(source): block for source, block in parts_of(arrays, what.name, Block).items()} for what in fields(cls)))


@dataclass(frozen=True, slots=True)
class Spread:
    """Counts on the cells of one level: the row each is of, its cell, and how many, (entries,) each."""

    row: Ints
    cell: Ints
    antal: Ints


def load_blocks(connection: Connection, cells: Cells, kinds: Kinds, knowledge: Knowledge) -> Blocks:
    """Read the counts of every source.

    Args:
        connection: Inside a transaction.
        cells: Where every place counts.
        kinds: The categories.
        knowledge: What is counted.

    Returns:
        The counts.
    """
    found = Blocks({}, {}, {}, {}, {}, {}, {})
    counted, undated = _counted(connection, knowledge)
    not_told = _not_told(connection, knowledge.instant)
    for source in SourceId:
        if source.number in counted:
            mine = counted[source.number]
            levels, by_share = spread_out(mine, cells, kinds, source)
            found.counts[source] = _block(mine, kinds, [*levels, *by_share], cells.total)
            if by_share:
                found.estimated[source] = _estimated(mine, kinds, by_share, cells.total)
        for why, rows in not_told.items():
            if source.number in rows:
                mine = rows[source.number]
                getattr(found, why)[source] = _block(mine, kinds, _everywhere(mine, cells), cells.total + 1)
        if source.number in undated:
            mine = undated[source.number]
            found.undated[source] = _block(mine, kinds, [_in_one(mine, 0)], 1)
    return found


def _counted(connection: Connection, knowledge: Knowledge) -> tuple[dict[int, Ints], dict[int, Ints]]:
    """Read the counts, by the dates asked for; and those of events that do not tell that date. Both as `_by_source` gives them."""
    otherwise = counted_otherwise(knowledge.by)
    parameters = {"instant": knowledge.instant, "otherwise": [source.number for source in otherwise]}
    own = _by_source(connection.execute(_AS_OF, parameters)) if knowledge.instant is not None else _current(connection, parameters)
    if not otherwise:
        return own, {}
    rows = connection.execute(_OTHERWISE, {**parameters, "by": knowledge.by}).all()
    told, undated = (_by_source(row[:5] for row in rows if row.undated is lacks) for lacks in (False, True))
    for source in otherwise:
        if source.number in told and source in knowledge.delivered:
            mine, months = told[source.number], knowledge.delivered[source].months
            within = mine[:, (mine[_MONTH] >= months[0]) & (mine[_MONTH] <= months[-1])]
            if within.size:
                own[source.number] = within
    return own, undated


def _not_told(connection: Connection, instant: datetime | None) -> dict[str, dict[int, Ints]]:
    """Read the counts that are none, by the field of `Blocks` that holds them: each as `_by_source` gives them."""
    rows = connection.execute(_NOT_TOLD, {"instant": instant}).all()
    found = {why: _by_source(row[:5] for row in rows if row.why == why) for why in ("withheld", "unknown", "inapplicable")}
    noughts: dict[int, list[Ints]] = {}
    for row in connection.execute(_NOUGHTS, {"sources": list(found["inapplicable"]), "instant": instant}) if found["inapplicable"] else ():
        place, category = ints_of(row.place), ints_of(row.category)
        noughts.setdefault(row.source_id, []).append(np.stack([place, category, np.full_like(place, row.month), np.ones_like(place)]))
    return found | {"noughts": {source: np.concatenate(parts, axis=1) for source, parts in noughts.items()}}


def _by_source(rows: Iterable[Sequence[Any]]) -> dict[int, Ints]:
    """Give rows of place, source, category, month and antal by source: place, category, month and antal, (4, rows)."""
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 5)
    return {source: table[table[:, 1] == source][:, [0, 2, 3, 4]].T for source in np.unique(table[:, 1]).tolist()}


def _current(connection: Connection, parameters: Mapping[str, Any]) -> dict[int, Ints]:
    """Read the rollup by source: place, category, month and antal of every cell, (4, cells)."""
    months: dict[int, list[Ints]] = {}
    for row in connection.execute(_CURRENT, parameters):
        part = np.empty((4, (len(row.antal) - _ARRAY_HEAD) // _ARRAY_CELL.itemsize), np.int64)
        for number, sent in ((_PLACE, row.place_ids), (_CATEGORY, row.category_ids), (_ANTAL, row.antal)):
            part[number] = np.frombuffer(sent, _ARRAY_CELL, offset=_ARRAY_HEAD)["value"]
        part[_MONTH] = row.month
        months.setdefault(row.source_id, []).append(part)
    return {source: np.concatenate(parts, axis=1) for source, parts in months.items()}


def spread_out(rows: Ints, cells: Cells, kinds: Kinds, source: SourceId) -> tuple[list[Spread], list[Spread]]:
    """Give counts on the cells of each level.

    Args:
        rows: Place, category, month and antal of each, (4, rows).
        cells: Where every place counts.
        kinds: The categories.
        source: Whose counts.

    Returns:
        Those of places that lie in one cell, one for each level; and those dealt by share, one for each level that has any.
    """
    levels, by_share = [], []
    draws: Ints | None = None
    for depth in range(cells.levels):
        cell = cells.of[rows[_PLACE], depth]
        divided = np.flatnonzero(cell == DIVIDED)
        if not len(divided):
            levels.append(Spread(np.arange(rows.shape[1]), cell, rows[_ANTAL]))
            continue
        whole = np.flatnonzero(cell != DIVIDED)
        levels.append(Spread(whole, cell[whole], rows[_ANTAL, whole]))
        if draws is None:
            draws = _draws(rows, cells, [node.code for node in kinds.nodes[source]], kinds.node_of, source)
        row, part = _parts(rows, divided, cells.parts_at(depth))
        first, after = dealt(rows[_ANTAL, row], (part[:, 3], part[:, 4]), draws[row], rows[_MONTH, row])
        by_share.append(Spread(row, part[:, 2], after - first))
    return levels, by_share


def _draws(rows: Ints, cells: Cells, codes: list[str], node_of: Ints, source: SourceId) -> Ints:
    """Give the draw of each row that is of a divided place, (rows,); 0 for the others."""
    divided = np.flatnonzero((cells.of[rows[_PLACE]] == DIVIDED).any(axis=1))
    pairs, pair_of = np.unique(rows[[_PLACE, _CATEGORY]][:, divided], axis=1, return_inverse=True)
    drawn = np.array([draw_of(cells.known_by[place], source, codes[node_of[category]]) for place, category in pairs.T.tolist()], np.int64)
    draws = np.zeros(rows.shape[1], np.int64)
    draws[divided] = drawn[pair_of.ravel()]
    return draws


def _parts(rows: Ints, divided: Ints, parts: Ints) -> tuple[Ints, Ints]:
    """Give for some rows of divided places every part of each: the row's number, (entries,), and the part, (entries, 5)."""
    place = rows[_PLACE, divided]
    first, last = np.searchsorted(parts[:, 0], place), np.searchsorted(parts[:, 0], place, side="right")
    many = last - first
    before = np.cumsum(many) - many
    return np.repeat(divided, many), parts[np.arange(many.sum()) - np.repeat(before - first, many)]


def _everywhere(rows: Ints, cells: Cells) -> list[Spread]:
    """Give counts on every cell that they may be in, and each once on the cell after the last."""
    spread = [_in_one(rows, cells.total)]
    for depth in range(cells.levels):
        cell = cells.of[rows[_PLACE], depth]
        whole = np.flatnonzero(cell != DIVIDED)
        spread.append(Spread(whole, cell[whole], rows[_ANTAL, whole]))
        row, part = _parts(rows, np.flatnonzero(cell == DIVIDED), cells.parts_at(depth))
        spread.append(Spread(row, part[:, 2], rows[_ANTAL, row]))
    return spread


def _in_one(rows: Ints, cell: int) -> Spread:
    return Spread(np.arange(rows.shape[1]), np.full(rows.shape[1], cell), rows[_ANTAL])


def _estimated(rows: Ints, kinds: Kinds, by_share: list[Spread], cells: int) -> Block:
    """Make the block of what is dealt by share, no larger than the rows that are."""
    kept, number = np.unique(np.concatenate([spread.row for spread in by_share]), return_inverse=True)
    borders = np.cumsum([len(spread.row) for spread in by_share])[:-1]
    numbers = np.split(number.ravel(), borders)
    return _block(
        rows[:, kept], kinds, [Spread(row, spread.cell, spread.antal) for row, spread in zip(numbers, by_share, strict=True)], cells
    )


def _block(rows: Ints, kinds: Kinds, spreads: list[Spread], cells: int) -> Block:
    _, category, month, _ = rows
    first = int(month.min())
    months = int(month.max()) - first + 1
    # Numbered through a table, as sorting a million of them would take longer than all the rest.
    used: Ints = np.flatnonzero(np.bincount(kinds.node_of[category]))
    column_of = np.zeros(int(kinds.node_of.max()) + 1, np.int64)
    column_of[used] = np.arange(len(used))
    column = column_of[kinds.node_of][category] * months + (month - first)
    size = cells * len(used) * months
    counts = np.zeros(size)
    for spread in spreads:
        counts += np.bincount(spread.cell * (len(used) * months) + column[spread.row], weights=spread.antal, minlength=size)
    return _summed(first, used, counts.astype(np.int64).reshape(cells, len(used), months))


def summed(rows: Ints, cells: int) -> Block:
    """Give counts as a block.

    Args:
        rows: Cell, category by its number in the tree, month and antal of each count, (4, rows), rows >= 1.
        cells: How many cells there are.

    Returns:
        The block.
    """
    cell, node, month, antal = rows
    first, used = int(month.min()), np.unique(node)
    counts = np.zeros((cells, len(used), int(month.max()) - first + 1), np.int64)
    np.add.at(counts, (cell, np.searchsorted(used, node), month - first), antal)
    return _summed(first, used, counts)


def _summed(first: int, used: Ints, counts: Ints) -> Block:
    sums: Sums = np.zeros((counts.shape[0], counts.shape[1] + 1, counts.shape[2] + 1), np.int32)
    sums[:, 1:, 1:] = counts.cumsum(axis=1).cumsum(axis=2)
    sums.setflags(write=False)
    return Block(first, used, sums)
