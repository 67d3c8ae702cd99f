"""Where the points of a chart stand: places along an axis with the labels that fit, and a scale for the figures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trygghetskarta.domain.periods import Month
from trygghetskarta.reports.document import Chart, Point
from trygghetskarta.reports.strokes import width_of
from trygghetskarta.serialize.swedish import decimal, whole

_PERIOD = re.compile(r"(19|20)\d{2}(-.*)?")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_TICKS = 5
_APART = 10.0
Labels = dict[int, tuple[str, ...]]


def all_points(chart: Chart) -> Iterator[Point]:
    """Give the points of every series."""
    for series in chart.series:
        yield from series.points


def names_of(chart: Chart) -> dict[str, str]:
    """Give the label of every x, in their order: times in time's, others as the series have them."""
    found = {point.x: point.label for point in all_points(chart)}
    return {x: found[x] for x in sorted(found)} if is_over_time(chart) else found


def is_over_time(chart: Chart) -> bool:
    """Tell whether the points are months, or periods that begin with their year."""
    return all(_PERIOD.fullmatch(point.x) for point in all_points(chart))


def labels_along(chart: Chart, room: float) -> Labels:
    """Choose the labels that there is room for along an axis, by their places; the lines of each from the top.

    Args:
        chart: The chart.
        room: Width of each place.

    Returns:
        Of months their short names, with the year under the first and every January; of many months the years alone.
    """
    names = names_of(chart)
    if names and all(_MONTH.fullmatch(x) for x in names):
        return _month_labels([Month.parse(x) for x in names], room)
    step = _step(max((width_of(label) for label in names.values()), default=0), room)
    return {place: (label,) for place, label in enumerate(names.values()) if place % step == 0}


def _month_labels(months: Sequence[Month], room: float) -> Labels:
    if len(months) > 36:
        januaries = [place for place, month in enumerate(months) if month.of_year == 1]
        step = _step(width_of("2026"), room * 12)
        return {place: (str(months[place].year),) for number, place in enumerate(januaries) if number % step == 0}
    step = next(step for step in (1, 2, 3, 6, 12) if step * room >= width_of("maj") + _APART or step == 12)
    shown = [place for place, month in enumerate(months) if (month.of_year - 1) % step == 0]
    return {place: _month_label(months[place], first=place == shown[0]) for place in shown}


def _month_label(month: Month, *, first: bool) -> tuple[str, ...]:
    name = _SHORT_MONTHS[month.of_year - 1]
    return (name, str(month.year)) if first or month.of_year == 1 else (name,)


def _step(width: float, room: float) -> int:
    return max(1, math.ceil((width + _APART) / room))


@dataclass(frozen=True, slots=True)
class Scale:
    """Figures to places: from `low` at `start` to `high` at `end`, with the figures that a line or a label stands at."""

    low: float
    high: float
    ticks: tuple[float, ...]
    start: float = 0.0
    end: float = 1.0

    @classmethod
    def of(cls, chart: Chart) -> Scale:
        """Make a scale from zero past the largest figure, or interval, in steps of 1, 2 or 5."""
        found = [
            float(end) for point in all_points(chart) for end in (point.cell.value, point.low, point.high) if isinstance(end, int | float)
        ]
        low, high = min([0.0, *found]), max([0.0, *found])
        if low == high:
            high = 1.0
        step = _nice((high - low) / _TICKS, whole=all(isinstance(point.cell.value, int | None) for point in all_points(chart)))
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        return cls(first * step, last * step, tuple(number * step for number in range(first, last + 1)))

    def between(self, start: float, end: float) -> Scale:
        """Give the scale over a stretch of the picture."""
        return Scale(self.low, self.high, self.ticks, start, end)

    def put(self, value: float) -> float:
        """Give the place of a figure."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def labels(self) -> list[str]:
        """Write the ticks with as many decimals as tell them apart."""
        step = self.ticks[1] - self.ticks[0]
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        return [decimal(tick, decimals) if decimals else whole(round(tick)) for tick in self.ticks]


def _nice(rough: float, *, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= rough * 0.999)
    return max(1.0, step) if whole else step
