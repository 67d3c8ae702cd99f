"""Figures per area over time."""

from __future__ import annotations

from dataclasses import replace

from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.periods import Interval, Month, Span, cut
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import answer

BACKGROUND = 72
"""So many months before the first asked for are counted with it: the five years that a month is judged by, and a year that moves with it."""


def series(cube: Cube, question: Question) -> Exact:
    """Count per area for every period that the question's interval cuts its span into.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Counts with a column for each period.
    """
    return answer(cube, question, cut(question.span, question.interval))


def background(cube: Cube, question: Question) -> Exact:
    """Count per area for every month of the question's span and of the six years before it.

    What is found in a series rests on more months than are shown. They are a question of their own, released by itself.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Counts with a column for each month, from the first that any of the sources delivered.
    """
    delivered = [int(cube.covered[source][0]) for source in question.sources if source in cube.covered]
    first = max(question.span.first.number - BACKGROUND, min([*delivered, question.span.first.number]))
    longer = replace(question, span=Span(Month(first), question.span.last), interval=Interval.MONTH, baseline=None)
    return answer(cube, longer, cut(longer.span, Interval.MONTH))
