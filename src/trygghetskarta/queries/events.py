"""The events that a question counts, read as columns for what the cube does not know: times and points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Span
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.slices import Slice, part_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = -(2**31)
"""A minute or a day that is not known."""

# An instant known to the day only is sent as not known: its midnight is no time of day.
_EVENTS = text("""
    WITH asked AS (
        SELECT category_id FROM category
        JOIN unnest(CAST(:sources AS smallint[]), CAST(:categories AS text[])) AS wanted (source_id, code) USING (source_id, code)
    ), held AS (
        SELECT place_id FROM place_area JOIN area USING (area_id)
        WHERE place_area.edition_id = :edition AND place_area.level = :level AND area.code = ANY(:areas)
    ), counted AS (
        SELECT antal, geom, extract(epoch FROM starts_at) AS first, extract(epoch FROM ends_at) AS last, time_precision
        FROM event JOIN asked USING (category_id) JOIN held USING (place_id)
        WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND NOT withdrawn AND antal > 0
            AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
        ORDER BY source_id, key
    )
    SELECT array_send(array_agg(antal)) AS antal,
        array_send(array_agg(coalesce(CASE WHEN time_precision = 0 THEN floor(first / 60) END, :unknown)::int)) AS starts,
        array_send(array_agg(coalesce(floor(last / 60), :unknown)::int)) AS ends,
        array_send(array_agg(coalesce(floor(first / 86400), :unknown)::int)) AS days,
        array_send(array_agg(coalesce(ST_X(geom), 'NaN'))) AS x, array_send(array_agg(coalesce(ST_Y(geom), 'NaN'))) AS y
    FROM counted
""")
# An array as it is sent: its dimensions in 20 bytes, then a length and a number for each.
_HEAD = 20
_INT4, _FLOAT8 = np.dtype([("length", ">i4"), ("value", ">i4")]), np.dtype([("length", ">i4"), ("value", ">f8")])


@dataclass(frozen=True, slots=True)
class Events:
    """When and where events happened, a row for each version of an event that counts.

    Attributes:
        antal: How many events each row stands for, (rows,), >= 1.
        starts: First minute in which it may have happened, minutes since 1970 UTC, (rows,); UNKNOWN where the time of day is not known.
        ends: Last instant at which it may have happened in the same minutes, (rows,); UNKNOWN where it is not known.
        days: Days since 1970 UTC, (rows,); UNKNOWN where the day is not known.
        x: Easting in the plane of the edition, metres, (rows,); NaN without a point.
        y: Northing, likewise.
    """

    antal: Ints
    starts: Ints
    ends: Ints
    days: Ints
    x: Floats
    y: Floats


def events_of(connection: Connection, cube: Cube, question: Question, span: Span) -> Events:
    """Read when and where the events of a question's areas happened.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: What is asked.
        span: Its span, or its baseline.

    Returns:
        The events placed in its areas, always in the same order.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not.
    """
    part = part_of(cube, question)
    wanted = categories_of(cube, part)
    row = connection.execute(
        _EVENTS,
        {
            "sources": [source for source, _ in wanted],
            "categories": [code for _, code in wanted],
            "edition": cube.edition.edition_id,
            "level": question.level.value,
            "areas": [cube.areas[question.level][number].code for number in part.areas.tolist()],
            "first": span.first.number,
            "last": span.last.number,
            "instant": end_of_day(question.as_of) if question.as_of is not None else None,
            "unknown": UNKNOWN,
        },
    ).one()
    whole = [_numbers(sent, _INT4).astype(np.int64) for sent in (row.antal, row.starts, row.ends, row.days)]
    return Events(whole[0], whole[1], whole[2], whole[3], *(_numbers(sent, _FLOAT8).astype(np.float64) for sent in (row.x, row.y)))


def categories_of(cube: Cube, part: Slice) -> list[tuple[int, str]]:
    """List the categories that a slice counts, by source and code."""
    return [
        (source.number, node.code)
        for source, ranges in part.ranges.items()
        for low, high in ranges
        for node in cube.trees[source].nodes[low:high]
    ]


def _numbers(sent: bytes | None, layout: np.dtype[Any]) -> npt.NDArray[Any]:
    """Give the numbers of an array as PostgreSQL sends it; none for the array of no row."""
    found: npt.NDArray[Any] = np.zeros(0, layout) if sent is None else np.frombuffer(sent, layout, offset=_HEAD)
    return found["value"]
