"""Counts per place, category and month: kept up with each delivery, or made anew from the events.

The table `rollup_month` holds one row for each source and month, with the places, categories and counts as arrays: a delivery writes the months
it touches, and nothing else. The view `rollup` shows the same a cell a row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, text

from trygghetskarta.ingest.copying import copy_in, encode, fixed, int_arrays

_REBUILD = text("""
    INSERT INTO rollup_month (source_id, month, place_ids, category_ids, antal)
    SELECT source_id, month, array_agg(place_id), array_agg(category_id), array_agg(antal) FROM (
        SELECT source_id, month, place_id, category_id, sum(antal)::int AS antal FROM event
        WHERE known_to IS NULL AND NOT withdrawn GROUP BY 1, 2, 3, 4 HAVING sum(antal) > 0
    ) AS cell GROUP BY 1, 2
""")
_TOUCHED = text("SELECT month, place_ids, category_ids, antal FROM rollup_month WHERE source_id = :source AND month = ANY(:months)")
_MONTHLY = text("""
    SELECT month, max(count) FROM (
        SELECT month, (SELECT coalesce(sum(one), 0) FROM unnest(antal) AS one) AS count FROM rollup_month WHERE source_id = :source
        UNION ALL SELECT month, 0 FROM coverage WHERE source_id = :source AND known_to IS NULL
    ) AS counted GROUP BY month
""")
_CLEAR = text("DELETE FROM rollup_month WHERE source_id = :source AND month = ANY(:months)")
Cells = npt.NDArray[np.int64]
"""Place, category, month and antal of each, (4, cells); antal is negative for what no longer counts."""


def rebuild_rollup(connection: Connection) -> None:
    """Count the current versions of all events anew.

    Args:
        connection: Inside a transaction.
    """
    connection.execute(text("DELETE FROM rollup_month"))
    connection.execute(_REBUILD)


def as_cells(ended: npt.NDArray[np.void]) -> Cells:
    """Give what `versions.end` and `versions.take_back` say as cells."""
    return np.stack([ended[name] for name in ("place", "category", "month", "antal")]).astype(np.int64)


def monthly_counts(connection: Connection, source: int) -> dict[int, int]:
    """Count the events of a source by month; 0 for a month that was delivered and has none."""
    rows = connection.execute(_MONTHLY, {"source": source}).all()
    return {month: int(count) for month, count in rows}


def together(cells: list[Cells]) -> Cells:
    """Add up cells: one for each place, category and month, sorted by month; those that come to nothing are left out.

    Args:
        cells: Any number of them.

    Returns:
        (4, cells).
    """
    place, category, month, antal = np.concatenate(cells, axis=1) if cells else np.zeros((4, 0), np.int64)
    if not len(place):
        return np.zeros((4, 0), np.int64)
    places, categories = int(place.max()) + 1, int(category.max()) + 1
    number, distinct = pd.factorize((month * places + place) * categories + category)
    total = np.bincount(number, weights=antal, minlength=len(distinct)).astype(np.int64)
    order = np.argsort(distinct)
    kept, total = distinct[order][total[order] != 0], total[order][total[order] != 0]
    return np.stack([kept // categories % places, kept % categories, kept // categories // places, total])


def change_rollup(connection: Connection, source: int, cells: list[Cells]) -> None:
    """Bring the rollup up to date.

    Args:
        connection: Inside a transaction that holds the source's lock.
        source: The source's number.
        cells: What is added, and as negatives what is taken away.
    """
    changed = together(cells)
    months = np.unique(changed[2]).tolist()
    if not months:
        return
    known = [
        np.stack([row.place_ids, row.category_ids, np.full(len(row.antal), row.month), row.antal]).astype(np.int64)
        for row in connection.execute(_TOUCHED, {"source": source, "months": months})
    ]
    connection.execute(_CLEAR, {"source": source, "months": months})
    place, category, month, antal = together([changed, *known])
    left, begins = np.unique(month, return_index=True)
    if not len(left):
        return
    borders = [*begins.tolist(), len(month)]
    fields = [
        fixed(np.full(len(left), source), ">i2"),
        fixed(left, ">i4"),
        int_arrays(place, borders),
        int_arrays(category, borders),
        int_arrays(antal, borders),
    ]
    copy_in(connection, "rollup_month", ("source_id", "month", "place_ids", "category_ids", "antal"), encode(fields))
