"""Denominators: how many live in each area, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.counts import Denominator, DenominatorUsed
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.other_ground import other_ground

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_DAYS_A_MONTH = 365.2425 / 12
REACH_MONTHS = 60
"""A count is held no longer than this before the first and after the last: after five years it says little of who is there."""

_KNOWN = text("""
    SELECT question AS kind, level, code, on_date, value, delivery_id FROM indicator
    WHERE source_id = :source AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant) ORDER BY on_date
""")


@dataclass(frozen=True, slots=True)
class Population:
    """How many there are of each kind in every area.

    Attributes:
        dates: When they were counted, in months since 1970 with decimals, ascending, by kind.
        values: Shape (areas of all levels, dates), NaN where an area was not counted on a date, by kind.
        days: The same dates as days, by kind.
        deliveries: Numbers of the deliveries that told of each date, by kind.
    """

    dates: Mapping[Denominator, Floats]
    values: Mapping[Denominator, Floats]
    days: Mapping[Denominator, tuple[date, ...]] = field(default_factory=dict)
    deliveries: Mapping[Denominator, tuple[frozenset[int], ...]] = field(default_factory=dict)

    def person_years(self, cells: slice, kind: Denominator, periods: Sequence[Ints]) -> Floats:
        """Inhabitants times years.

        Between two counts of an area the number is interpolated; before its first and after its last it is held, for at most five years.

        Args:
            cells: Which areas.
            kind: Of whom.
            periods: The months of each period, as months since 1970.

        Returns:
            Shape (areas, periods); NaN for an area that was never counted, and for periods with a month that no count reaches.
        """
        result = np.full((cells.stop - cells.start, len(periods)), np.nan)
        if kind not in self.dates:
            return result
        values = self.values[kind][cells]
        # Areas counted on the same dates share their weights.
        counted_on = ~np.isnan(values)
        packed = np.packbits(counted_on, axis=1)
        for pattern in {row.tobytes() for row in packed}:
            mine = np.flatnonzero((packed == np.frombuffer(pattern, np.uint8)).all(axis=1))
            counted = counted_on[mine[0]]
            if counted.any():
                weights = _weights(self.dates[kind][counted], periods)
                result[mine] = values[np.ix_(mine, np.flatnonzero(counted))] @ weights
        return result

    def reaches(self, kind: Denominator, months: Ints) -> bool:
        """Tell whether there are counts of a kind near enough to every month, as months since 1970."""
        dates = self.dates.get(kind)
        return dates is not None and bool(_within_reach(dates, months).all())

    def used(self, kind: Denominator, months: Ints) -> DenominatorUsed:
        """Say what the rates of some months are counted on.

        Args:
            kind: Of whom; there are counts of it.
            months: Months since 1970, at least one.

        Returns:
            The counts within the months, and the nearest before and after.
        """
        dates, middles = self.dates[kind], months + 0.5
        first = max(int(np.searchsorted(dates, middles.min(), side="right")) - 1, 0)
        last = min(int(np.searchsorted(dates, middles.max(), side="left")), len(dates) - 1)
        told = frozenset[int]().union(*self.deliveries[kind][first : last + 1])
        held = bool(middles.min() < dates[0] or middles.max() > dates[-1])
        return DenominatorUsed(kind, self.days[kind][first : last + 1], held, tuple(sorted(told)))


def _within_reach(dates: Floats, months: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each month whether it lies between the first and the last count, or near enough to either."""
    within: npt.NDArray[np.bool_] = (months + 0.5 >= dates[0] - REACH_MONTHS) & (months + 0.5 <= dates[-1] + REACH_MONTHS)
    return within


def _weights(dates: Floats, periods: Sequence[Ints]) -> Floats:
    """Give what the count of each date adds to the person-years of each period, shape (dates, periods); NaN for one out of reach."""
    weights = np.zeros((len(dates), len(periods)))
    unit = np.eye(len(dates))
    for column, months in enumerate(periods):
        if not _within_reach(dates, months).all():
            weights[:, column] = np.nan
            continue
        for row in range(len(dates)):
            weights[row, column] = np.interp(months + 0.5, dates, unit[row]).sum() / 12
    return weights


def load_population(
    connection: Connection, edition: Edition, areas: Mapping[AreaLevel, tuple[Area, ...]], instant: datetime | None = None
) -> Population:
    """Read the denominators of an edition's areas; an area not counted itself has the sum of those in it.

    A count of a day when the code meant other ground is another area's, and is passed over.

    Args:
        connection: Inside a transaction.
        edition: The edition.
        areas: Areas by level, finest first.
        instant: Read what was known then; None for what is known now.

    Returns:
        The denominators.
    """
    known = connection.execute(_KNOWN, {"source": SourceId.POPULATION.number, "instant": instant}).all()
    other = other_ground(connection, edition) if known else None
    rows = [row for row in known if other is not None and (row.level, row.code) not in other.on(row.on_date)]
    dates: dict[Denominator, Floats] = {}
    values: dict[Denominator, Floats] = {}
    counted: dict[Denominator, tuple[date, ...]] = {}
    deliveries: dict[Denominator, tuple[frozenset[int], ...]] = {}
    for kind in Denominator:
        mine = [row for row in rows if row.kind == kind.value]
        if not mine:
            continue
        days = sorted({row.on_date for row in mine})
        column = {day: number for number, day in enumerate(days)}
        own = {(row.level, row.code, column[row.on_date]): row.value for row in mine}
        dates[kind] = np.array([_months(day) for day in days])
        values[kind] = _by_area(areas, own, len(days))
        counted[kind] = tuple(days)
        deliveries[kind] = tuple(frozenset(row.delivery_id for row in mine if row.on_date == day) for day in days)
    return Population(dates, values, counted, deliveries)


def _months(day: date) -> float:
    return (day - date(1970, 1, 1)).days / _DAYS_A_MONTH


def _by_area(areas: Mapping[AreaLevel, tuple[Area, ...]], own: Mapping[tuple[str, str, int], float], dates: int) -> Floats:
    levels = []
    below: Floats = np.zeros((0, dates))
    children: tuple[Area, ...] = ()
    for level, rows in areas.items():
        table = np.array([[own.get((level.value, area.code, d), np.nan) for d in range(dates)] for area in rows]).reshape(len(rows), dates)
        number = {area.code: i for i, area in enumerate(rows)}
        sums = np.zeros_like(table)
        held = np.zeros(len(rows), bool)
        for child, value in zip(children, below, strict=True):
            if child.parent in number:
                sums[number[child.parent]] += value
                held[number[child.parent]] = True
        below = np.where(np.isnan(table), np.where(held[:, None], sums, np.nan), table)
        children = rows
        levels.append(below)
    return np.concatenate(levels) if levels else np.zeros((0, dates))
