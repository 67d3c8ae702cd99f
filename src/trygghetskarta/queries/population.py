"""Denominators: how many live in each area, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import Area, AreaLevel
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.periods import Span

Floats = npt.NDArray[np.float64]

_DAYS_A_MONTH = 365.2425 / 12


@dataclass(frozen=True, slots=True)
class Population:
    """How many there are of each kind in every area.

    Attributes:
        dates: When they were counted, in months since 1970 with decimals, ascending, by kind.
        values: Shape (areas of all levels, dates), NaN where not known, by kind.
    """

    dates: Mapping[Denominator, Floats]
    values: Mapping[Denominator, Floats]

    def person_years(self, cells: slice, kind: Denominator, spans: tuple[Span, ...]) -> Floats:
        """Inhabitants times years.

        Between two counts the number is interpolated; before the first and after the last it is held.

        Args:
            cells: Which areas.
            kind: Of whom.
            spans: The periods.

        Returns:
            Shape (areas, periods); NaN where not known.
        """
        if kind not in self.dates:
            return np.full((cells.stop - cells.start, len(spans)), np.nan)
        dates = self.dates[kind]
        weights = np.zeros((len(dates), len(spans)))
        for column, span in enumerate(spans):
            middles = np.arange(span.first.number, span.last.number + 1) + 0.5
            for row in range(len(dates)):
                weights[row, column] = np.interp(middles, dates, np.eye(len(dates))[row]).sum() / 12
        return np.asarray(self.values[kind][cells] @ weights, np.float64)


def load_population(connection: Connection, areas: Mapping[AreaLevel, tuple[Area, ...]]) -> Population:
    """Read the denominators of an edition's areas; an area without its own has the sum of those in it.

    Args:
        connection: Inside a transaction.
        areas: Areas by level, finest first.

    Returns:
        The denominators.
    """
    rows = connection.execute(text("SELECT kind, level, code, on_date, value FROM population ORDER BY on_date")).all()
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
