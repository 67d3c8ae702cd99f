"""Figures per area for one span, and for the span they are compared with."""

from __future__ import annotations

from dataclasses import replace

from trygghetskarta.domain.counts import Exact, Question, Statistics
from trygghetskarta.domain.periods import Period
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import answer, denominator_used
from trygghetskarta.queries.surroundings import surroundings


def compare(cube: Cube, question: Question, *, harm: bool = True) -> Exact:
    """Count per area for the question's span, then for its baseline.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.
        harm: Whether to weigh what is counted.

    Returns:
        Counts with one column for the span and, where there is a baseline, one for it; where statistics are asked for, with what they are
        judged against.
    """
    spans = (question.span,) if question.baseline is None else (question.span, question.baseline)
    exact = answer(cube, question, tuple(Period(str(span), span) for span in spans), harm=harm)
    if question.statistics is Statistics.NONE:
        return exact
    around = surroundings(cube, question, spans, exact.comparable)
    used = None if around.person_years is None else denominator_used(cube, question, spans, around.person_years[around.shown])
    return replace(exact, surroundings=around, provenance=replace(exact.provenance, denominator=used))
