"""What a source has delivered of the months that a question is about."""

from __future__ import annotations

from collections.abc import Callable

from trygghetskarta.domain.counts import Question, SourceCoverage
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import Cube, missing_months, partial_months, provisional_months
from trygghetskarta.queries.dating import counted_otherwise


def ends(cube: Cube, source: SourceId) -> tuple[Month, Month] | None:
    """Give the first and the last month a source delivered."""
    delivered = cube.delivered.get(source)
    return (Month(int(delivered.months[0])), Month(int(delivered.months[-1]))) if delivered is not None else None


def coverage_of(cube: Cube, source: SourceId, spans: tuple[Span, ...]) -> SourceCoverage:
    """Tell what a source has delivered of some periods, and how final it is."""
    first, last = ends(cube, source) or (None, None)
    return SourceCoverage(
        source,
        first,
        last,
        missing=_months(missing_months, cube, source, spans),
        provisional=_months(provisional_months, cube, source, spans),
        partial=_months(partial_months, cube, source, spans),
        incomplete=tuple(
            known
            for known in cube.completeness.get(source, ())
            if known.share is not None and known.share < 1 and any(span.holds(known.month) for span in spans)
        ),
        otherwise=cube.by if source in counted_otherwise(cube.by) else None,
    )


def deliveries_of(cube: Cube, question: Question) -> tuple[int, ...]:
    """Number the deliveries that told of the months of a question and its baseline, ascending."""
    spans = (question.span,) if question.baseline is None else (question.span, question.baseline)
    told = [cube.delivered[source].deliveries for source in question.sources if source in cube.delivered]
    return tuple(sorted(set().union(*(deliveries.get(month, ()) for deliveries in told for span in spans for month in span.numbers))))


def _months(
    which: Callable[[Cube, SourceId, Span], tuple[Month, ...]], cube: Cube, source: SourceId, spans: tuple[Span, ...]
) -> tuple[Month, ...]:
    return tuple(sorted({month for span in spans for month in which(cube, source, span)}))
