"""Counts of a whole region, with who borders on whom: what clusters and patterns are looked for in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator, Exact, Measure, Question
from trygghetskarta.domain.periods import Interval, Period, cut
from trygghetskarta.domain.sources import CONTRACTS, RATE, RATE_BASOMRADE, SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.asking import refuse_other_than_counts
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import answer, part_of

Ints = npt.NDArray[np.int64]


def of_region(cube: Cube, question: Question) -> Exact:
    """Count for every area of the region over the question's span: what clusters and concentration are looked for in.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked; the areas it names are to be shown, and do not make the region smaller.

    Returns:
        Counts of all areas of the level, or of those within the area it names: a cluster is one among all.

    Raises:
        InvalidQuestionError: It asks for another measure than counts and rates.
    """
    _refuse_harm(question)
    return _whole_region(cube, question, (Period(str(question.span), question.span),))


def emerging(cube: Cube, question: Question) -> Exact:
    """Count for every area of the region and every period of the question's span.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Counts with a column for each period.

    Raises:
        InvalidQuestionError: The periods overlap, or it asks for another measure than counts and rates.
    """
    _refuse_harm(question)
    if question.interval is Interval.ROLLING12:
        swedish, english = "Rullande perioder överlappar och kan inte jämföras här.", "Rolling periods overlap and cannot be compared here."
        raise bad_parameter("interval", question.interval, swedish, english)
    return _whole_region(cube, question, cut(question.span, question.interval))


def pattern_change(cube: Cube, question: Question) -> Exact:
    """Count for every area of the region over the span and over its baseline.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Counts with one column for the span and one for the baseline.

    Raises:
        InvalidQuestionError: There is no baseline, or not counts are asked for.
    """
    refuse_other_than_counts(question)
    if question.baseline is None:
        raise bad_parameter("baseline", None, "Ange perioden att jämföra med.", "Give the span to compare with.")
    spans = (question.span, question.baseline)
    return _whole_region(cube, question, tuple(Period(str(span), span) for span in spans))


def measure_carried(cube: Cube, sources: tuple[SourceId, ...], level: AreaLevel, per: Denominator) -> Measure:
    """Give what clusters are looked for in when the question does not say: rates where there can be, else counts per square kilometre."""
    wanted = (RATE, RATE_BASOMRADE) if level.is_smallest else (RATE,)
    refused = any(CONTRACTS[source].refusal(what) is not None for source in sources for what in wanted)
    return Measure.COUNT if refused or per not in cube.population.dates else Measure.RATE


def borders(cube: Cube, question: Question) -> Ints:
    """Give the areas of the question's region that border on each other.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked.

    Returns:
        Shape (pairs, 2): their numbers in the answer's areas, each pair both ways.
    """
    region = part_of(cube, replace(question, areas=())).areas
    number = np.full(len(cube.areas[question.level]), -1)
    number[region] = np.arange(len(region))
    pairs = number[cube.neighbours[question.level]].reshape(-1, 2)
    return pairs[(pairs >= 0).all(axis=1)]


def _refuse_harm(question: Question) -> None:
    if question.measure not in (Measure.COUNT, Measure.RATE):
        raise bad_parameter("measure", question.measure, "Frågan räknas på antal eller tal.", "This question is about counts or rates.")


def _whole_region(cube: Cube, question: Question, periods: tuple[Period, ...]) -> Exact:
    # Asked for as it stands first: an area that there is not is refused.
    part_of(cube, question)
    return replace(answer(cube, replace(question, areas=()), periods), question=question)
