"""Denominators: how many live in each area, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.sources import SourceId

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_DAYS_A_MONTH = 365.2425 / 12
_KNOWN = text("""
    SELECT question AS kind, level, code, on_date, value FROM indicator
    WHERE source_id = :source AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant) ORDER BY on_date
""")


@dataclass(frozen=True, slots=True)
class Population:
    """How many there are of each kind in every area.

    Attributes:
        dates: When they were counted, in months since 1970 with decimals, ascending, by kind.
        values: Shape (areas of all levels, dates), NaN where an area was not counted on a date, by kind.
    """

    dates: Mapping[Denominator, Floats]
    values: Mapping[Denominator, Floats]

    def person_years(self, cells: slice, kind: Denominator, periods: Sequence[Ints]) -> Floats:
        """Inhabitants times years.

        Between two counts of an area the number is interpolated; before its first and after its last it is held.

        Args:
            cells: Which areas.
            kind: Of whom.
            periods: The months of each period, as months since 1970.

        Returns:
            Shape (areas, periods); NaN for an area that was never counted.
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


def _weights(dates: Floats, periods: Sequence[Ints]) -> Floats:
    """Give what the count of each date adds to the person-years of each period, shape (dates, periods)."""
    weights = np.zeros((len(dates), len(periods)))
    unit = np.eye(len(dates))
    for column, months in enumerate(periods):
        for row in range(len(dates)):
            weights[row, column] = np.interp(months + 0.5, dates, unit[row]).sum() / 12
    return weights


def load_population(connection: Connection, areas: Mapping[AreaLevel, tuple[Area, ...]], instant: datetime | None = None) -> Population:
    """Read the denominators of an edition's areas; an area not counted itself has the sum of those in it.

    Args:
        connection: Inside a transaction.
        areas: Areas by level, finest first.
        instant: Read what was known then; None for what is known now.

    Returns:
        The denominators.
    """
    rows = connection.execute(_KNOWN, {"source": SourceId.POPULATION.number, "instant": instant}).all()
    dates: dict[Denominator, Floats] = {}
    values: dict[Denominator, Floats] = {}
    for kind in Denominator:
        mine = [row for row in rows if row.kind == kind.value]
        if not mine:
            continue
        days = sorted({row.on_date for row in mine})
        column = {day: number for number, day in enumerate(days)}
        own = {(row.level, row.code, column[row.on_date]): row.value for row in mine}
        dates[kind] = np.array([_months(day) for day in days])
        values[kind] = _by_area(areas, own, len(days))
    return Population(dates, values)


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
