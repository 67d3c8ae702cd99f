"""What a comparison is judged against: all areas of the level, the same months of earlier years, and what borders on what."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.surroundings import Surroundings
from trygghetskarta.errors import NotCarriedError, NotCoveredError, bad_parameter
from trygghetskarta.queries.cube import Cube, missing_months, partial_months
from trygghetskarta.queries.slices import months_of_all, part_of, person_years, refuse_rates

_EARLIER = 5
_YEAR = 12


def surroundings(cube: Cube, question: Question, spans: tuple[Span, ...], comparable: bool) -> Surroundings:
    """Count all areas of the question's level, now and in earlier years.

    Args:
        cube: The counts of the question's edition and day.
        question: What is asked; it has been let through.
        spans: The periods of the answer.
        comparable: Whether the sources delivered as much of each period.

    Returns:
        What the answer is judged against.

    Raises:
        InvalidQuestionError: It holds the areas against one that there is not.
    """
    part = part_of(cube, question)
    cells = cube.cells(question.level)
    protected = cube.protected(cells, part.ranges, spans)
    earlier = _carried(cube, question, earlier_spans(cube, question))
    counts = cube.count(cells, part.ranges, spans + earlier)
    lacking = cube.lacking(cells, part.ranges, spans, counts[:, : len(spans)])
    delivered = np.array([len(months_of_all(cube, question, span)) > 0 for span in spans])
    years, no_rate = _rates(cube, question, spans)
    return Surroundings(
        shown=part.areas,
        counts=counts[:, : len(spans)],
        known=delivered & (lacking == 0) & (protected is None or protected.carried),
        person_years=years,
        no_rate=no_rate,
        days=cube.worked_out.of(("days", question.sources, spans, comparable), lambda: _days(cube, question, spans, comparable)),
        history=counts[:, len(spans) :],
        history_spans=earlier,
        neighbours=cube.neighbours[question.level],
        against=_against(cube, question),
        noise=float(protected.variance.max()) if protected is not None else 0.0,
    )


def _carried(cube: Cube, question: Question, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Leave out the spans that the released cells do not make up for every area shown."""
    part, cells = part_of(cube, question), cube.cells(question.level)
    protected = cube.protected(cells, part.ranges, spans) if spans else None
    if protected is None:
        return spans
    whole = protected.carried & ~(cube.withheld_counts(cells, part.ranges, spans)[part.areas] > 0).any(axis=0)
    return tuple(span for span, carried in zip(spans, whole.tolist(), strict=True) if carried)


def _against(cube: Cube, question: Question) -> tuple[int, str] | None:
    if question.against is None:
        return None
    for number, area in enumerate(cube.areas[question.level]):
        if area.code == question.against:
            return number, area.name
    swedish = f"Indelningen från {cube.edition.valid_from} saknar {question.level.swedish} {question.against}."
    english = f"The edition of {cube.edition.valid_from} has no {question.level} {question.against}."
    raise bad_parameter("against", question.against, swedish, english)


def earlier_spans(cube: Cube, question: Question) -> tuple[Span, ...]:
    """Give the same months of up to five earlier years, newest first: those that every source delivered whole.

    A span longer than a year is moved back by as many whole years as it takes to be clear of itself, so that no month is in two of them: a span of
    18 months by two years at a time.
    """
    return cube.worked_out.of(("earlier", question.sources, question.span), lambda: _earlier(cube, question))


def _earlier(cube: Cube, question: Question) -> tuple[Span, ...]:
    span = question.span
    step = -(-span.months // _YEAR) * _YEAR
    before = [span.shifted(-step * number) for number in range(1, _EARLIER + 1)]
    return tuple(one for one in before if all(_whole(cube, question, one)))


def _whole(cube: Cube, question: Question, span: Span) -> list[bool]:
    """Tell for each source whether it delivered every month of a span, and each of them whole."""
    return [not missing_months(cube, source, span) and not partial_months(cube, source, span) for source in question.sources]


def _rates(cube: Cube, question: Question, spans: tuple[Span, ...]) -> tuple[npt.NDArray[np.float64] | None, tuple[str, str] | None]:
    """Give the denominator of a rate, or why there is none: a question about counts is answered without."""
    try:
        refuse_rates(question)
        return person_years(cube, question, spans), None
    except (NotCarriedError, NotCoveredError) as error:
        return None, (error.swedish, error.english)


def _days(cube: Cube, question: Question, spans: tuple[Span, ...], comparable: bool) -> npt.NDArray[np.float64]:
    """Count the days delivered of each period.

    Periods of different length can be held against each other by the day when all of both was delivered, and periods that lack as many months as each
    other likewise. Of a month delivered in part nobody knows how many days.
    """
    whole = all(all(_whole(cube, question, span)) for span in spans)
    partial = any(partial_months(cube, source, span) for source in question.sources for span in spans)
    if not whole and (partial or not comparable):
        return np.full(len(spans), np.nan)
    days = [sum(Span(month, month).days for month in map(Month, months_of_all(cube, question, span).tolist())) for span in spans]
    return np.array([float(count) if count else np.nan for count in days])
