"""Figures per area over time."""

from __future__ import annotations

from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.periods import cut
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import answer


def series(cube: Cube, question: Question) -> Exact:
    """Count per area for every period that the question's interval cuts its span into.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Counts with a column for each period.
    """
    return answer(cube, question, cut(question.span, question.interval))
