"""The months of a released series as arrays: which have a count, which may be trusted, what a count is per."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.stats.series import days_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why something cannot be told.

    Attributes:
        reason: One Swedish sentence.
        reason_en: The same in English.
        status: Whether it does not apply, or may not be shown.
    """

    reason: str
    reason_en: str
    status: Status = Status.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a released series.

    Attributes:
        numbers: The months, consecutive, (months,).
        counts: (areas, months); NaN where there is none to show, or where the month was delivered in part.
        exposure: What counts are proportional to, (areas, months): person-years where rates were asked for and are known, else days.
        trusted: (months,): False where less than 98 per cent is estimated to be known, or the month was delivered in part.
        open: (months,): True where more may be registered later, so that a low count says nothing.
        lacking: Per area, why nothing at all can be told; None where something can.
    """

    numbers: Ints
    counts: Floats
    exposure: Floats
    trusted: Bools
    open: Bools
    lacking: tuple[Lacking | None, ...]

    def place(self, month: Month) -> int:
        """Give where a month stands; below 0 for one before the first."""
        return month.number - int(self.numbers[0])

    def total(self, span: Span) -> Floats:
        """Sum over a span, (areas,); NaN where a month of it is a gap or lies outside."""
        first, last = self.place(span.first), self.place(span.last)
        if first < 0 or last >= len(self.numbers):
            return np.full(len(self.counts), np.nan)
        summed: Floats = self.counts[:, first : last + 1].sum(axis=1)
        return summed

    def trusted_of(self, area: int, span: Span) -> tuple[Floats, Ints]:
        """Give an area's counts of a span, NaN where they may not be trusted, and their months; months not delivered at either end are left out."""
        inside = (self.numbers >= span.first.number) & (self.numbers <= span.last.number)
        values, numbers = np.where(self.trusted, self.counts[area], np.nan)[inside], self.numbers[inside]
        told = np.flatnonzero(~np.isnan(values))
        part = slice(int(told[0]), int(told[-1]) + 1) if len(told) else slice(0, 0)
        return values[part], numbers[part]

    def exposure_of(self, area: int, numbers: Ints) -> Floats:
        """Give what an area's counts of some months are proportional to."""
        some: Floats = self.exposure[area, numbers - self.numbers[0]]
        return some


def months_of(background: Published, span: Span) -> Months:
    """Read a released answer by month.

    Args:
        background: The answer, a column for each month.
        span: The months that are shown.

    Returns:
        Its months.
    """
    numbers = np.array([period.span.first.number for period in background.periods], np.int64)
    partial = _in(numbers, [month for coverage in background.coverage for month in coverage.partial])
    estimated = [known for coverage in background.coverage for known in coverage.incomplete if known.share is not None]
    # A month of which too little is known is no part of what others are judged by.
    incomplete = _in(numbers, [known.month for known in estimated if known.provisional])
    unestimated = background.provisional & ~_in(numbers, [known.month for known in estimated])
    shown = background.status == Status.VALUE.number
    asked = (numbers >= span.first.number) & (numbers <= span.last.number)
    return Months(
        numbers=numbers,
        counts=np.where(shown & ~partial, background.counts, np.nan),
        exposure=_exposure(background, numbers),
        trusted=~(partial | incomplete),
        open=partial | incomplete | unestimated,
        lacking=tuple(_lacking(status) for status in background.status[:, asked]),
    )


def newest_run(values: Floats, numbers: Ints) -> tuple[Floats, Ints]:
    """Give the last values without a gap between them, and their months."""
    gaps = np.flatnonzero(np.isnan(values))
    start = int(gaps[-1]) + 1 if len(gaps) else 0
    return values[start:], numbers[start:]


def _in(numbers: Ints, months: list[Month]) -> Bools:
    return np.isin(numbers, np.array([month.number for month in months], np.int64))


def _exposure(background: Published, numbers: Ints) -> Floats:
    days: Floats = np.broadcast_to(days_of(numbers).astype(np.float64), background.counts.shape)
    if background.person_years is None:
        return days
    whole = np.all(background.person_years > 0, axis=1, keepdims=True)
    return np.where(whole, background.person_years, days)


def _lacking(status: npt.NDArray[np.int8]) -> Lacking | None:
    if (status == Status.VALUE.number).any():
        return None
    if (status == Status.WITHHELD.number).any():
        return Lacking("Värdena är skyddade.", "The values are withheld.", Status.WITHHELD)
    return Lacking("Ingenting är levererat för perioden.", "Nothing is delivered for the span.", Status.MISSING)
