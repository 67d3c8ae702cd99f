"""The events that a question counts, read as columns for what the cube does not know: times and points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Span
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.divided import COUNTED, DEALT, counted_parameters, deal
from trygghetskarta.store.arrays import floats_of, ints_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = -(2**31)
"""A minute or a day that is not known."""

# A crime known to the day is kept as its local midnight, which is the day before in UTC.
_TIMES = """extract(epoch FROM starts_at) AS first, extract(epoch FROM ends_at) AS last, time_precision,
            (starts_at AT TIME ZONE 'Europe/Stockholm')::date - DATE '1970-01-01' AS day"""
_COLUMNS = """
    SELECT array_send(array_agg(antal)) AS antal,
        array_send(array_agg(coalesce(CASE WHEN time_precision = 0 THEN floor(first / 60) END, :unknown)::int)) AS starts,
        array_send(array_agg(coalesce(floor(last / 60), :unknown)::int)) AS ends,
        array_send(array_agg(coalesce(day, :unknown)::int)) AS days,
        array_send(array_agg(coalesce(ST_X(geom), 'NaN'))) AS x, array_send(array_agg(coalesce(ST_Y(geom), 'NaN'))) AS y
    FROM counted
"""
# An instant known to the day only is sent as not known: its midnight is no time of day. The places are found first: else each event's would be
# looked up, as the planner takes the events to be few.
_EVENTS = text(
    """
    WITH asked AS (
        SELECT category_id FROM category
        JOIN unnest(CAST(:sources AS smallint[]), CAST(:categories AS text[])) AS wanted (source_id, code) USING (source_id, code)
    ), held AS MATERIALIZED (
        SELECT place_id FROM place_area JOIN area USING (area_id)
        WHERE place_area.edition_id = :edition AND place_area.level = :level AND area.code = ANY(:areas)
            AND begins = 0 AND ends = 1000000
    ), counted AS (
        SELECT antal, geom, {_TIMES}
        FROM event JOIN asked USING (category_id) JOIN held USING (place_id)
        WHERE source_id = ANY(:sources) AND month BETWEEN :first AND :last AND NOT withdrawn AND antal > 0
            AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
        ORDER BY source_id, key
    )
    {_COLUMNS}
""".replace("{_TIMES}", _TIMES).replace("{_COLUMNS}", _COLUMNS)  # nosec B608  # constants of ours
)
# By another date than the source's own, which no index knows.
_OTHERWISE = text(
    """
    WITH {COUNTED}, counted AS (
        SELECT antal, geom, {_TIMES}
        FROM made WHERE whole AND antal > 0 ORDER BY source_id, key
    )
    {_COLUMNS}
""".replace("{COUNTED}", COUNTED)  # nosec B608  # constants of ours
    .replace("{_TIMES}", _TIMES)
    .replace("{_COLUMNS}", _COLUMNS)
)
# Events of a divided place: as many of each cell as its areas are dealt, one row after another in the order of their keys.
_DEALT = text(
    """
    WITH {COUNTED}, {DEALT}, numbered AS (
        SELECT *, sum(antal) OVER (PARTITION BY place_id, begins, category_id, counted_in ORDER BY key) AS upto FROM made WHERE NOT whole
    ), counted AS (
        SELECT (least(upto, dealt.after) - greatest(upto - antal, dealt.first))::int AS antal, geom,
            {_TIMES}
        FROM numbered JOIN dealt USING (place_id, begins, category_id, counted_in)
        WHERE least(upto, dealt.after) > greatest(upto - antal, dealt.first) ORDER BY source_id, key, begins
    )
    {_COLUMNS}
""".replace("{COUNTED}", COUNTED)  # nosec B608  # constants of ours
    .replace("{DEALT}", DEALT)
    .replace("{_TIMES}", _TIMES)
    .replace("{_COLUMNS}", _COLUMNS)
)


@dataclass(frozen=True, slots=True)
class Events:
    """When and where events happened, a row for each version of an event that counts.

    Attributes:
        antal: How many events each row stands for, (rows,), >= 1.
        starts: First minute in which it may have happened, minutes since 1970 UTC, (rows,); UNKNOWN where the time of day is not known.
        ends: Last instant at which it may have happened in the same minutes, (rows,); UNKNOWN where it is not known.
        days: Days of the local calendar since 1970, (rows,); UNKNOWN where the day is not known.
        x: Easting in the plane of the edition, metres, (rows,); NaN without a point.
        y: Northing, likewise.
        estimated: How many of the events are counted here by share of a divided area: others of its events might as well have been.
    """

    antal: Ints
    starts: Ints
    ends: Ints
    days: Ints
    x: Floats
    y: Floats
    estimated: int = 0


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
    parameters = {**counted_parameters(cube, question, span), "unknown": UNKNOWN}
    rows = [connection.execute(_EVENTS if cube.by is None else _OTHERWISE, parameters).one()]
    estimated = 0
    if any(source in cube.estimated for source in question.sources):
        shared = deal(connection, parameters)
        rows.append(connection.execute(_DEALT, {**parameters, **shared.columns}).one())
        estimated = shared.antal
    antal, starts, ends, days = (
        np.concatenate([ints_of(getattr(row, name)) for row in rows]) for name in ("antal", "starts", "ends", "days")
    )
    x, y = (np.concatenate([floats_of(getattr(row, name)) for row in rows]) for name in ("x", "y"))
    return Events(antal, starts, ends, days, x, y, estimated)
