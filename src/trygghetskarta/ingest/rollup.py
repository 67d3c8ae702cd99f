"""Counts per place, category and month: kept up with each delivery, or made anew from the events.

The table `rollup_month` holds one row for each source and month, with the places, categories and counts as arrays: a delivery writes the months
it touches, and nothing else. The view `rollup` shows the same a cell a row.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.ingest.copying import copy_in, encode, fixed, int_arrays
from trygghetskarta.store.arrays import ints_of

Ints = npt.NDArray[np.int64]

_REBUILD = text("""
    INSERT INTO rollup_month (source_id, month, place_ids, category_ids, antal)
    SELECT source_id, month, array_agg(place_id), array_agg(category_id), array_agg(antal) FROM (
        SELECT source_id, month, place_id, category_id, sum(antal)::int AS antal FROM event
        WHERE known_to IS NULL AND NOT withdrawn GROUP BY 1, 2, 3, 4 HAVING sum(antal) > 0
    ) AS cell GROUP BY 1, 2
""")
_MONTHLY = text("""
    SELECT month, max(count) FROM (
        SELECT month, (SELECT coalesce(sum(one), 0) FROM unnest(antal) AS one) AS count FROM rollup_month WHERE source_id = :source
        UNION ALL SELECT month, 0 FROM coverage WHERE source_id = :source AND known_to IS NULL
    ) AS counted GROUP BY month
""")
_KNOWN = text("""
    SELECT month, array_send(place_ids) AS place_ids, array_send(category_ids) AS category_ids, array_send(antal) AS antal
    FROM rollup_month WHERE source_id = :source AND month = ANY(:months) AND cardinality(antal) > 0
""")
_STAGED = text("""
    SELECT month, array_send(place_ids) AS place_ids, array_send(category_ids) AS category_ids, array_send(antal) AS antal
    FROM staged_month WHERE delivery_id = :delivery AND cardinality(antal) > 0
""")
_CLEAR = text("DELETE FROM rollup_month WHERE source_id = :source AND month = ANY(:months)")
# An int[] as it is sent: its dimensions in 20 bytes, then a length and a number for each.
# A cell is one number: month, place and category, in that order.
_PLACE_BITS, _CATEGORY_BITS = 28, 22
_MONTH_BITS = _PLACE_BITS + _CATEGORY_BITS
_MOST_WAITING = 1 << 18
_MONTHS_AT_ONCE = 24


def rebuild_rollup(connection: Connection) -> None:
    """Count the current versions of all events anew.

    Args:
        connection: Inside a transaction.
    """
    connection.execute(text("DELETE FROM rollup_month"))
    connection.execute(_REBUILD)


def monthly_counts(connection: Connection, source: int) -> dict[int, int]:
    """Count the events of a source by month; 0 for a month that was delivered and has none."""
    rows = connection.execute(_MONTHLY, {"source": source}).all()
    return {month: int(count) for month, count in rows}


@dataclass(slots=True)
class Changes:
    """What the rollup gains and loses, in little memory however much that is.

    Attributes:
        file: Holds the sorted cells that have been put aside.
        months: What each month gains or loses in all; a month touched is there also with 0.
    """

    file: IO[bytes]
    months: dict[int, int] = field(default_factory=dict)
    _waiting: list[tuple[Ints, Ints]] = field(default_factory=list)
    _aside: list[tuple[int, Ints, Ints]] = field(default_factory=list)

    def add(self, place: Ints, category: Ints, month: Ints, antal: Ints) -> None:
        """Note what comes to count in some cells, or with negative numbers no longer counts; (cells,) each."""
        if not len(month):
            return
        earliest = int(month.min())
        counted = np.bincount(month - earliest, weights=antal).astype(np.int64).tolist()
        for number in np.flatnonzero(np.bincount(month - earliest)).tolist():
            self.months[earliest + number] = self.months.get(earliest + number, 0) + counted[number]
        self._waiting.append(((month << _MONTH_BITS) + (place << _CATEGORY_BITS) + category, antal))
        if sum(len(cells) for cells, _ in self._waiting) > _MOST_WAITING:
            self._put_aside()

    def add_rows(self, rows: npt.NDArray[np.void]) -> None:
        """Note what no longer counts, as `versions.end` and `versions.take_back` tell it."""
        place, category, month, antal = (rows[name].astype(np.int64) for name in ("place", "category", "month", "antal"))
        self.add(place, category, month, antal)

    def between(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Give the cells of the months from the first to the last one, added up and sorted, and what each gains or loses."""
        self._put_aside()
        borders = [first << _MONTH_BITS, (last + 1) << _MONTH_BITS]
        parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for at, marks, places in self._aside:
            begin, end = (int(places[border]) for border in np.searchsorted(marks, borders))
            parts.append((self._read(at, begin, end), self._read(at + 8 * int(places[-1]), begin, end)))
        return _together(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _put_aside(self) -> None:
        if not self._waiting:
            return
        cells, antal = _together(*(np.concatenate(column) for column in zip(*self._waiting, strict=True)))
        self._waiting = []
        marks, begins = np.unique(cells >> _MONTH_BITS, return_index=True)
        at = self.file.seek(0, os.SEEK_END)
        self.file.write(cells.tobytes())
        self.file.write(antal.tobytes())
        self.file.flush()
        self._aside.append((at, marks << _MONTH_BITS, np.append(begins, len(cells))))

    def _read(self, at: int, begin: int, end: int) -> Ints:
        return np.frombuffer(os.pread(self.file.fileno(), 8 * (end - begin), at + 8 * begin), np.int64)


def _together(cells: Ints, antal: Ints) -> tuple[Ints, Ints]:
    """Add up equal cells: each once, sorted; those that come to nothing are left out."""
    if not len(cells):
        return cells, antal
    if (antal == 1).all():  # as nearly always, and then there is nothing to bring along
        cells = np.sort(cells)
    else:
        order = np.argsort(cells, kind="stable")
        cells, antal = cells[order], antal[order]
    begins = np.flatnonzero(np.append(True, cells[1:] != cells[:-1]))
    total = np.add.reduceat(antal, begins)
    return cells[begins][total != 0], total[total != 0]


def change_rollup(connection: Connection, source: int, changes: Changes) -> None:
    """Bring the rollup up to date, some months at a time.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: The source's number.
        changes: What is added and taken away.
    """
    for months in stretches(changes.months):
        known = list(_known(connection, source, months))
        connection.execute(_CLEAR, {"source": source, "months": months})
        parts = [*known, changes.between(months[0], months[-1])]
        together = _together(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        write_cells(connection, ("rollup_month", "source_id", ">i2"), source, *together)


def stretches(months: Iterable[int]) -> list[list[int]]:
    """Give months in order, so many together as are written at once."""
    ordered = sorted(months)
    return [ordered[begin : begin + _MONTHS_AT_ONCE] for begin in range(0, len(ordered), _MONTHS_AT_ONCE)]


def _known(connection: Connection, source: int, months: list[int]) -> Iterator[tuple[Ints, Ints]]:
    """Read the cells of some months, and their counts."""
    for row in connection.execute(_KNOWN, {"source": source, "months": months}):
        place, category, antal = (ints_of(sent) for sent in (row.place_ids, row.category_ids, row.antal))
        yield (row.month << _MONTH_BITS) + (place << _CATEGORY_BITS) + category, antal


def add_staged(connection: Connection, delivery: int, changes: Changes) -> None:
    """Note what comes to count by a staged file."""
    for row in connection.execute(_STAGED, {"delivery": delivery}):
        place, category, antal = (ints_of(sent) for sent in (row.place_ids, row.category_ids, row.antal))
        changes.add(place, category, np.full(len(place), row.month), antal)


def write_cells(connection: Connection, whose: tuple[str, str, str], owner: int, cells: Ints, antal: Ints) -> None:
    """Write cells, a row for each of their months.

    Args:
        connection: Inside a transaction.
        whose: The table, the column that tells whose they are, and that column's type as `fixed` has it.
        owner: Whose they are.
        cells: As `Changes.between` gives them, (cells,).
        antal: What each counts, (cells,).
    """
    table, column, kind = whose
    months, begins = np.unique(cells >> _MONTH_BITS, return_index=True)
    if not len(months):
        return
    borders = [*begins.tolist(), len(cells)]
    fields = [
        fixed(np.full(len(months), owner), kind),
        fixed(months, ">i4"),
        int_arrays(cells >> _CATEGORY_BITS & (1 << _PLACE_BITS) - 1, borders),
        int_arrays(cells & (1 << _CATEGORY_BITS) - 1, borders),
        int_arrays(antal, borders),
    ]
    copy_in(connection, table, (column, "month", "place_ids", "category_ids", "antal"), encode(fields))
