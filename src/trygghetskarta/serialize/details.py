"""Answers of other shapes than areas and periods to the rows that every format writes."""

from __future__ import annotations

from trygghetskarta.analysis.hours import peak
from trygghetskarta.domain.answers import Hexagons, Hours, HourTable, PublishedAnswer
from trygghetskarta.domain.grid import outline_of
from trygghetskarta.serialize.estimates import METHOD
from trygghetskarta.serialize.figures import Row, columns_of
from trygghetskarta.serialize.formats import Figures, Writing, write
from trygghetskarta.serialize.geojson import Outlines
from trygghetskarta.serialize.saying.hexagons import sentences as said_of_hexagons
from trygghetskarta.serialize.saying.hours import sentences as said_of_hours
from trygghetskarta.serialize.swedish import WEEKDAYS
from trygghetskarta.stats.hours import HOURS

_DECIMALS = 3
_HEXAGON = ("cell", "count")


def write_hours(published: PublishedAnswer[Hours], writing: Writing) -> bytes:
    """Write the answer to a question of weekday and hour.

    Args:
        published: The answer.
        writing: How.

    Returns:
        The bytes.
    """
    found = published.content
    beside: Row = {"timed": round(float(found.span.expected.sum())), "untimed": found.span.untimed, "spread": found.span.spread}
    beside |= {"estimated": found.span.estimated, "peak": _peak(found.span)}
    methods = ("aoristic", METHOD) if found.span.estimated else ("aoristic",)
    return write(
        published,
        Figures(
            columns_of(hour_rows(found)),
            said_of_hours(published),
            methods,
            beside,
            key="hourOfWeek",
            dimensions=("weekday", "hour"),
            fractions=("count", "baselineCount"),
        ),
        writing,
    )


def _peak(table: HourTable) -> Row | None:
    """Tell the three hours in a row that hold the most, with their share in per cent; None where no time of day is known."""
    found = peak(table)
    if found is None:
        return None
    when = {"weekday": found.first // 24 + 1, "hour": found.first % 24, "hours": 3}
    return {**when, "share": round(100 * found.share, _DECIMALS), "even": round(100 * found.even, _DECIMALS), "isSure": found.certain}


def hour_rows(found: Hours) -> list[Row]:
    """Give one row per hour of the week, Monday 00 first.

    Args:
        found: The released tables.

    Returns:
        168 rows: the expected count, its share of the whole in per cent (None when there is no event), and the same of the baseline.
    """
    rows: list[Row] = []
    for hour in range(HOURS):
        row: Row = {"hourOfWeek": hour, "weekday": hour // 24 + 1, "weekdayName": WEEKDAYS[hour // 24], "hour": hour % 24}
        for prefix, table in (("", found.span), ("baseline", found.baseline)):
            count = None if table is None else float(table.expected[hour])
            total = 0.0 if table is None else float(table.expected.sum())
            row[f"{prefix}Count" if prefix else "count"] = None if count is None else round(count, _DECIMALS)
            row[f"{prefix}Share" if prefix else "share"] = round(100 * count / total, _DECIMALS) if count is not None and total else None
        rows.append(row)
    return rows


def write_hexagons(published: PublishedAnswer[Hexagons], writing: Writing) -> bytes:
    """Write the answer to a question of hexagons; every format names the cells, GeoJSON draws them.

    Args:
        published: The answer.
        writing: How; its outlines are not used.

    Returns:
        The bytes.
    """
    found = published.content
    outlines: Outlines = {cell: outline_of(cell) for cell in found.cells}
    beside = {"resolution": found.resolution, "withoutPoint": int(found.without_point[0])}
    if len(found.without_point) > 1:
        beside["baselineWithoutPoint"] = int(found.without_point[1])
    names = _HEXAGON if found.counts.shape[1] == 1 else (*_HEXAGON, "baselineCount", "difference")
    figures = Figures(columns_of(hexagon_rows(found), names), said_of_hexagons(published), ("h3",), beside, outlines, key="cell")
    return write(published, figures, writing)


def hexagon_rows(found: Hexagons) -> list[Row]:
    """Give one row per cell that holds an event.

    Args:
        found: The released counts.

    Returns:
        The cell, its count, and with a baseline that count and the difference.
    """
    rows: list[Row] = []
    for cell, counts in zip(found.cells, found.counts.tolist(), strict=True):
        row: Row = {"cell": cell, "count": counts[0]}
        if len(counts) > 1:
            row |= {"baselineCount": counts[1], "difference": counts[0] - counts[1]}
        rows.append(row)
    return rows
