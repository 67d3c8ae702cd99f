"""When in the week events happened."""

from __future__ import annotations

from sqlalchemy import Connection

from trygghetskarta.domain.answers import ExactAnswer, Hours, HourTable
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Span, hour_of_week
from trygghetskarta.queries.asking import refuse_other_than_counts
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.events import UNKNOWN, events_of
from trygghetskarta.queries.slices import answer_with, refuse_what_cannot_be_answered
from trygghetskarta.stats.hours import HOURS, aoristic


def hours(connection: Connection, cube: Cube, question: Question) -> ExactAnswer[Hours]:
    """Count the events of a question's areas by weekday and hour, for its span and for its baseline.

    Args:
        connection: Inside a transaction that sees the state the cube was read from (`store.engine.one_state`).
        cube: The counts of the question's edition and day.
        question: What is asked; its areas are counted together.

    Returns:
        The tables, with the ledger of the span.

    Raises:
        InvalidQuestionError: The question names an area, level or category that there is not, or asks for rates or harm.
        NotCarriedError: A source cannot carry it.
        NotCoveredError: No source delivered any of its months.
    """
    refuse_other_than_counts(question)
    refuse_what_cannot_be_answered(cube, question)
    baseline = None if question.baseline is None else _table(connection, cube, question, question.baseline)
    return answer_with(cube, question, Hours(_table(connection, cube, question, question.span), baseline))


def _table(connection: Connection, cube: Cube, question: Question, span: Span) -> HourTable:
    found = events_of(connection, cube, question, span)
    timed = found.starts != UNKNOWN
    starts, ends, antal = found.starts[timed], found.ends[timed], found.antal[timed]
    over_hours = (ends > starts) & ((ends - 1) // 60 > starts // 60)
    return HourTable(
        aoristic(starts, ends, antal, hour_of_week).reshape(HOURS),
        int(found.antal[~timed].sum()),
        int(antal[over_hours].sum()),
        found.estimated,
    )
