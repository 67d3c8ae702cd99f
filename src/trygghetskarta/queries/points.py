"""Events as points, for densities and near repeats: the versions a question counts whose place is a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Measure, Question
from trygghetskarta.domain.periods import Span, local_days
from trygghetskarta.domain.points import NO_DAY, EventPoints, Floats, Ground, PointContent
from trygghetskarta.domain.sources import POINT, RATE
from trygghetskarta.errors import Fault, NotCoveredError
from trygghetskarta.queries.asking import refuse_other_than_counts
from trygghetskarta.queries.cube import Cube, delivered_months
from trygghetskarta.queries.events import UNKNOWN, events_of
from trygghetskarta.queries.slices import answer_with, part_of, refuse, refuse_what_cannot_be_answered

_DAY = 24 * 60
_OUTLINES = text("""
    SELECT ST_AsBinary(geom) FROM area WHERE edition_id = :edition AND level = :level AND code = ANY(:areas) ORDER BY code COLLATE "C"
""")
_INSIDE = text("""
    SELECT code, ST_X(point) AS x, ST_Y(point) AS y
    FROM area CROSS JOIN LATERAL (SELECT ST_PointOnSurface(geom) AS point) AS inside WHERE edition_id = :edition AND level = :level
    ORDER BY code COLLATE "C"
""")


def near_repeats(connection: Connection, cube: Cube, question: Question) -> ExactAnswer[PointContent]:
    """Read the events that a near-repeat test is of.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        The events with points, with all that a reader needs to judge them.

    Raises:
        InvalidQuestionError: It names an area, level or category that there is not, or asks for rates.
        NotCarriedError: A source has no points.
        NotCoveredError: No source delivered any of its months.
    """
    refuse_other_than_counts(question)
    _refuse(cube, question)
    return answer_with(cube, question, PointContent(_points(connection, cube, question, question.span)))


def densities(connection: Connection, cube: Cube, question: Question) -> ExactAnswer[PointContent]:
    """Read the events that a density is of, what it is set against, and what it is clipped to.

    Args:
        connection: Inside a transaction that sees the state the cube was read from.
        cube: The counts of the question's edition and day.
        question: What is asked. With a baseline its events are read too; with rates, where people live.

    Returns:
        The events with points, with all that a reader needs to judge them.

    Raises:
        InvalidQuestionError: It names what there is not, or asks for rates and a baseline at once.
        NotCarriedError: A source has no points, or no rates.
        NotCoveredError: No source delivered any of its months, or there is no such population.
    """
    if question.baseline is not None or question.measure is not Measure.RATE:
        refuse_other_than_counts(question)
    _refuse(cube, question)
    people, before, months = None, None, (question.span.months, 0)
    if question.measure is Measure.RATE:
        refuse(question.sources, RATE, "measure")
        people = _people(connection, cube, question)
    if question.baseline is not None:
        months = (_months_of_all(cube, question, question.span), _months_of_all(cube, question, question.baseline))
        before = _points(connection, cube, question, question.baseline)
    now = _points(connection, cube, question, question.span)
    return answer_with(cube, question, PointContent(now, before, people, _ground(connection, cube, question), months))


def _months_of_all(cube: Cube, question: Question, span: Span) -> int:
    """Count the delivered months of a span that is set against another.

    Raises:
        NotCoveredError: There are none, or the sources delivered different ones.
    """
    delivered = {tuple(delivered_months(cube, source, span).tolist()) for source in question.sources}
    months = delivered.pop()
    if delivered or not months:
        swedish, english = f"Källorna är inte levererade för {span.swedish}.", f"The sources are not delivered for {span.english}."
        raise NotCoveredError(swedish, english, (Fault("baseline", str(span), swedish, english),))
    return len(months)


def _refuse(cube: Cube, question: Question) -> None:
    refuse(question.sources, POINT, "source")
    refuse_what_cannot_be_answered(cube, question)
    part_of(cube, question)


def _points(connection: Connection, cube: Cube, question: Question, span: Span) -> EventPoints:
    found = events_of(connection, cube, question, span)
    pointed = ~np.isnan(found.x)
    starts, ends, days = found.starts[pointed], found.ends[pointed], found.days[pointed]
    # A local midnight is an hour or two before that of UTC; the later of them is in the same local day.
    begins = np.where(starts != UNKNOWN, starts, days * _DAY - 60)
    lasted = np.where(ends != UNKNOWN, ends - begins, 0).clip(0)
    known = days != UNKNOWN
    on = np.full(days.shape, NO_DAY)
    on[known] = local_days((begins[known] + lasted[known] // 2) // 60)
    return EventPoints(
        places=np.stack([found.x[pointed], found.y[pointed]], axis=1),
        antal=found.antal[pointed],
        days=on,
        lasted=np.where(known, lasted / _DAY, 0.0),
        without=int(found.antal[~pointed].sum()),
    )


def _codes(cube: Cube, level: AreaLevel, numbers: Sequence[int]) -> list[str]:
    return [cube.areas[level][number].code for number in numbers]


def _ground(connection: Connection, cube: Cube, question: Question) -> Ground:
    """Read the outlines to clip to: the areas asked for, or the whole city at its coarsest level."""
    asked = bool(question.areas) or question.within is not None
    level = question.level if asked else max(cube.areas, key=lambda found: found.rank)
    codes = _codes(cube, level, part_of(cube, question).areas.tolist()) if asked else [area.code for area in cube.areas[level]]
    rows = connection.execute(_OUTLINES, {"edition": cube.edition.edition_id, "level": level.value, "areas": codes})
    return Ground(cube.edition.srid, tuple(bytes(row[0]) for row in rows))


def _people(connection: Connection, cube: Cube, question: Question) -> tuple[Floats, Floats]:
    """Give a point in each of the finest areas that are counted, and how many live there on average over the span.

    Raises:
        NotCoveredError: There is no such population.
    """
    months = delivered_months(cube, question.sources[0], question.span)
    for level in cube.areas:
        years = cube.population.person_years(cube.cells(level), question.per, [months])[:, 0]
        if np.isfinite(years).any():
            rows: Sequence[Any] = connection.execute(_INSIDE, {"edition": cube.edition.edition_id, "level": level.value}).all()
            return np.array([(row.x, row.y) for row in rows], np.float64).reshape(-1, 2), np.nan_to_num(years) * 12 / max(len(months), 1)
    raise NotCoveredError(
        f"Det finns ingen befolkning ({question.per}) att räkna per.", f"There is no population ({question.per}) to count per."
    )
