"""Answering a comparison of all areas, twelve months against the twelve before: the cube against SQL.

The events are taken in by our own load. SQL gets what helps it: the rollup its primary key, the events an index made for this very
question, both freshly vacuumed, so that neither reads the table itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from benchmarks import ours
from benchmarks.data import FIRST_YEAR, YEARS, Sample
from benchmarks.measuring import Way, clock, in_turns, median, print_table, times
from benchmarks.server import database, prepare_base, settle
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.store.cluster import Cluster

Counts = npt.NDArray[np.int64]

_BASE, _FILLED = "answering_base", "answering"
_LEVEL, _SOURCE = AreaLevel.BASOMRADE, SourceId.ANMALDA_BROTT
_OFTEN, _SELDOM = 200, 5

_NARROW = """
    SELECT place_id, sum(antal) FILTER (WHERE month >= :middle) AS span, sum(antal) FILTER (WHERE month < :middle) AS baseline
    FROM {counted} WHERE source_id = :source AND month BETWEEN :first AND :last {current} GROUP BY place_id
"""
_QUERY = """
    SELECT area_id, coalesce(sum(span), 0)::bigint AS span, coalesce(sum(baseline), 0)::bigint AS baseline
    FROM ({narrow}) AS narrow JOIN place_area USING (place_id)
    WHERE edition_id = :edition AND level = :level AND area_id IS NOT NULL GROUP BY area_id
"""
_ON_ROLLUP = _QUERY.format(narrow=_NARROW.format(counted="rollup", current=""))
_ON_EVENTS = _QUERY.format(narrow=_NARROW.format(counted="event", current="AND known_to IS NULL AND NOT withdrawn"))
_EVENT_INDEX = """
    CREATE INDEX event_answering ON event (source_id, month) INCLUDE (place_id, antal, known_to, withdrawn)
    WHERE known_to IS NULL AND NOT withdrawn
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer.

    Attributes:
        name: What the table calls it.
        answer: Gives the counts, (areas, 2).
        often: How often it is asked in one round.
    """

    name: str
    answer: Callable[[], Counts]
    often: int


def run(cluster: Cluster, sample: Sample, rounds: int) -> None:
    print(f"## Comparing all areas, 12 months against the 12 before, over {sample.rows:,} events of {YEARS} years")
    prepare_base(cluster, _BASE, sample)
    try:
        with database(cluster, _FILLED, _BASE) as engine:
            ours.in_full(engine, sample)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(_EVENT_INDEX))
                connection.execute(text("VACUUM ANALYZE"))
            settle(engine)
            with engine.begin() as connection:
                cube = load_cube(connection)
            with engine.connect() as connection:
                _measure(connection, cube, rounds)
    finally:
        cluster.drop_database(_BASE)


def _measure(connection: Connection, cube: Cube, rounds: int) -> None:
    last = Month((FIRST_YEAR + YEARS - 1970) * 12 - 1)
    span = Span(last.plus(-11), last)
    question = Question(level=_LEVEL, sources=(_SOURCE,), span=span, baseline=span.shifted(-12))
    ranges = {_SOURCE: [(0, len(cube.trees[_SOURCE].nodes))]}
    spans = (span, span.shifted(-12))
    ways = [
        Answer("the cube, compare() as a whole", lambda: compare(cube, question).counts, _OFTEN),
        Answer("the cube, cube.count() alone", lambda: cube.count(cube.cells(_LEVEL), ranges, spans), _OFTEN),
        Answer("SQL on the rollup", partial(_by_sql, connection, _ON_ROLLUP, cube, span), _SELDOM),
        Answer("SQL on the events, index only", partial(_by_sql, connection, _ON_EVENTS, cube, span), _SELDOM),
    ]
    truth = ways[0].answer()
    equal = {way.name: np.array_equal(way.answer(), truth) for way in ways}
    for name in (name for name, is_equal in equal.items() if not is_equal):
        print(f"  DISAGREEMENT: {name} answers otherwise; its figure does not count.")
    print(f"  answers compared: {truth[:, 0].sum():,} events in the span, {truth[:, 1].sum():,} in its baseline")
    taken = in_turns([Way(way.name, partial(_p50, way)) for way in ways], rounds)
    p50 = {name: median(seconds) for name, seconds in taken.items()}
    best = p50[ways[0].name]
    rows = [
        (way.name, f"{p50[way.name] * 1000:.3f}", times(p50[way.name] / best), "equal") if equal[way.name] else (way.name, "", "", "DIFFER")
        for way in ways
    ]
    print_table(("Way", "p50 ms", "compare() is faster by", "answers"), rows)


def _p50(way: Answer) -> float:
    return median([clock(way.answer) for _ in range(way.often)])


def _by_sql(connection: Connection, query: str, cube: Cube, span: Span) -> Counts:
    """Ask the database, and put its rows in the order of the areas as an answer must."""
    asked = {
        "source": _SOURCE.number,
        "edition": cube.edition.edition_id,
        "level": _LEVEL.value,
        "first": span.first.number - 12,
        "middle": span.first.number,
        "last": span.last.number,
    }
    number_of = {area.area_id: number for number, area in enumerate(cube.areas[_LEVEL])}
    counts = np.zeros((len(number_of), 2), np.int64)
    for area_id, in_span, in_baseline in connection.execute(text(query), asked):
        counts[number_of[area_id]] = in_span, in_baseline
    return counts
