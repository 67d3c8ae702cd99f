"""What a delivery looks like as it comes in: the figures that decide whether it waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import EventBatch
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.coverage import Days
from trygghetskarta.ingest.holding import Facts
from trygghetskarta.ingest.rollup import Cells

# A month that was delivered and had nothing to tell is known with 0.
_HISTORY = text("""
    SELECT month, sum(antal)::int AS antal FROM (
        SELECT month, (SELECT sum(each) FROM unnest(antal) AS each) AS antal FROM rollup_month WHERE source_id = :source
        UNION ALL SELECT DISTINCT month, 0 FROM coverage WHERE source_id = :source AND known_to IS NULL
    ) AS known GROUP BY month
""")


@dataclass(slots=True)
class Noticed:
    """What is counted of a delivery's rows, part by part.

    Attributes:
        source: Its source.
        with_point: Rows with a point.
        on_first: Rows on the point of the first row that has one; as many where all are on one.
        first: That point.
    """

    source: SourceId
    with_point: int = 0
    on_first: int = 0
    first: tuple[float, float] | None = field(default=None)

    def add(self, events: EventBatch) -> None:
        """Count a part's rows, with the points as they stand in the file."""
        known = np.flatnonzero(~np.isnan(events.x))
        if not len(known):
            return
        x, y = events.x[known], events.y[known]
        self.first = self.first or (float(x[0]), float(y[0]))
        self.with_point += len(known)
        self.on_first += int(((x == self.first[0]) & (y == self.first[1])).sum())

    def facts(self, connection: Connection, counted: Mapping[str, int], odd: tuple[int, int, int], days: Days, cells: list[Cells]) -> Facts:
        """Put together what the rules look at.

        Args:
            connection: Inside the delivery's transaction, before the rollup is brought up to date.
            counted: What became of the rows.
            odd: New and changed rows outside the municipality, rows of unknown kinds, and rows that would get replaced values back.
            days: The days the file tells of.
            cells: What the rollup gains and loses.

        Returns:
            The facts.
        """
        contract = CONTRACTS[self.source]
        history: dict[int, int] = dict(connection.execute(_HISTORY, {"source": self.source.number}).all())
        outside, unknown, reverted = odd
        return Facts(
            contract=contract,
            **counted,
            outside=outside,
            unknown=unknown,
            with_point=self.with_point,
            one_point=self.on_first,
            months={month: (history.get(month, 0), history.get(month, 0) + gained) for month, gained in _by_month(days, cells).items()},
            days=None if days.first is None or days.last is None else (days.first, days.last),
            history=history,
            reverted=reverted,
            # The press feed tells of its latest events, and a list of what there is to list: neither file is a month.
            polled=self.source is SourceId.POLISHANDELSER or not contract.every_month,
        )


def _by_month(days: Days, cells: list[Cells]) -> dict[int, int]:
    """Give what each month of the file, or touched by it, gains."""
    month, antal = np.concatenate([cell[2:4] for cell in cells], axis=1) if cells else np.zeros((2, 0), np.int64)
    gained: dict[int, int] = dict.fromkeys(days.rows, 0)
    numbers, at = np.unique(month, return_inverse=True)
    total = np.bincount(at, weights=antal, minlength=len(numbers))
    return gained | dict(zip(numbers.tolist(), total.astype(np.int64).tolist(), strict=True))
