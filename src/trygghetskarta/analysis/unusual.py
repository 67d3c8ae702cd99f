"""Which months of a released series are unusual, judged by what came before them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from trygghetskarta.analysis.months import Ints, Lacking, Months
from trygghetskarta.domain.periods import Span
from trygghetskarta.stats.control import FALSE_ALARMS, Chart, control_chart

NOT_JUDGED = Lacking(
    "Ingen månad kan prövas: historiken är kortare än tre år, eller månaderna är inte levererade i sin helhet.",
    "No month can be judged: the history is shorter than three years, or the months are not delivered in full.",
)


class Judgement(StrEnum):
    """What a month is, beside what its history lets one expect."""

    HIGHER = "higher"
    LOWER = "lower"
    USUAL = "usual"
    CANNOT_TELL = "cannotTell"
    NOT_APPLICABLE = "notApplicable"


@dataclass(frozen=True, slots=True)
class Judged:
    """The months of a span, judged.

    Attributes:
        numbers: The months, (months,).
        chart: The limits, (areas, months).
        judgements: By area, then by month.
    """

    numbers: Ints
    chart: Chart
    judgements: tuple[tuple[Judgement, ...], ...]

    def count(self, area: int) -> int:
        """Count the months of an area that could be judged."""
        return sum(judgement is not Judgement.NOT_APPLICABLE for judgement in self.judgements[area])

    def by_chance(self, area: int) -> float:
        """Give how many of them would be expected outside the limits if none of them were unusual."""
        return FALSE_ALARMS * self.count(area)


def judge(months: Months, span: Span) -> Judged:
    """Judge the months of a span.

    A month that is known to be incomplete, or may be, is never called low: what is missing may only not be registered yet.

    Args:
        months: The months of the span and before it.
        span: Which to judge.

    Returns:
        The judgements.
    """
    at = np.flatnonzero((months.numbers >= span.first.number) & (months.numbers <= span.last.number))
    chart = control_chart(months.counts, months.numbers, at, months.trusted)
    counts = months.counts[:, at]
    judgements = tuple(
        tuple(
            _judgement(
                (float(counts[area, column]), float(chart.low[area, column]), float(chart.high[area, column])), bool(months.open[place])
            )
            for column, place in enumerate(at.tolist())
        )
        for area in range(len(counts))
    )
    return Judged(months.numbers[at], chart, judgements)


def _judgement(month: tuple[float, float, float], is_open: bool) -> Judgement:
    count, low, high = month
    if np.isnan(month).any():
        return Judgement.NOT_APPLICABLE
    if count > high:
        return Judgement.HIGHER
    if count < low:
        return Judgement.CANNOT_TELL if is_open else Judgement.LOWER
    return Judgement.USUAL
