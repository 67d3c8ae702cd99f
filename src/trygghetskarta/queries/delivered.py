"""What a source has delivered of the months that a question is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Question, SourceCoverage
from trygghetskarta.domain.periods import Interval, Month, Span
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
    what = ("deliveries", question.sources, question.span, question.baseline)
    return cube.worked_out.of(what, lambda: _deliveries(cube, question))


def _deliveries(cube: Cube, question: Question) -> tuple[int, ...]:
    spans = (question.span,) if question.baseline is None else (question.span, question.baseline)
    told = [cube.delivered[source].deliveries for source in question.sources if source in cube.delivered]
    return tuple(sorted(set().union(*(deliveries.get(month, ()) for deliveries in told for span in spans for month in span.numbers))))


def _months(
    which: Callable[[Cube, SourceId, Span], tuple[Month, ...]], cube: Cube, source: SourceId, spans: tuple[Span, ...]
) -> tuple[Month, ...]:
    return tuple(sorted({month for span in spans for month in which(cube, source, span)}))


@dataclass(frozen=True, slots=True)
class Told:
    """What the sources of a question have delivered of its periods.

    Attributes:
        coverage: Per source.
        missing: As `Exact` has it, (periods,).
        comparable: Likewise.
        provisional: Likewise, (periods,).
    """

    coverage: tuple[SourceCoverage, ...]
    missing: npt.NDArray[np.bool_]
    comparable: bool
    provisional: npt.NDArray[np.bool_]


def told_of(cube: Cube, question: Question, spans: tuple[Span, ...]) -> Told:
    """Tell what the sources of a question have delivered of its periods."""

    def find() -> Told:
        coverage = tuple(coverage_of(cube, source, spans) for source in question.sources)
        lacking = _lacking(coverage, spans)
        provisional = np.asarray((lacking.provisional > 0).any(axis=0))
        return Told(coverage, _is_missing(question, lacking), _comparable(lacking), provisional)

    return cube.worked_out.of(("told", question.sources, question.interval, spans), find)


@dataclass(frozen=True, slots=True)
class _Lacking:
    """How many months of each period each source lacks, tells in part and may yet change, (sources, periods); and how long each is, (periods,)."""

    months: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    partial: npt.NDArray[np.int64]
    provisional: npt.NDArray[np.int64]


def _lacking(coverage: Sequence[SourceCoverage], spans: tuple[Span, ...]) -> _Lacking:
    ends = np.array([(span.first.number, span.last.number + 1) for span in spans], np.int64).reshape(-1, 2)

    def many(found: Sequence[Sequence[Month]]) -> npt.NDArray[np.int64]:
        counted = np.zeros((len(found), len(spans)), np.int64)
        for row, months in enumerate(found):
            if months:  # most have none
                before = np.searchsorted([month.number for month in months], ends)
                counted[row] = before[:, 1] - before[:, 0]
        return counted

    missing, partial, provisional = ([getattr(one, name) for one in coverage] for name in ("missing", "partial", "provisional"))
    return _Lacking(ends[:, 1] - ends[:, 0], many(missing), many(partial), many(provisional))


def _is_missing(question: Question, lacking: _Lacking) -> npt.NDArray[np.bool_]:
    """Tell of each period whether some source lacks the whole of it, so that a sum over the sources would be a part taken for the whole.

    A rolling year that lacks a month is missing as well: the years beside it differ from it by a month each, and a line through it would rise
    or fall by what was not delivered.
    """
    found = lacking.missing > 0 if question.interval is Interval.ROLLING12 else lacking.missing == lacking.months
    return np.asarray(found.any(axis=0))


def _comparable(lacking: _Lacking) -> bool:
    """Tell whether every source delivered as many months of each period, and as many of them whole."""
    delivered = lacking.months - lacking.missing
    return bool((delivered == delivered[:, :1]).all() and (lacking.partial == lacking.partial[:, :1]).all())
