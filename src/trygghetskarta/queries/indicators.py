"""Values that are not events: survey answers, inhabitants, counts per police region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.queries.cube import end_of_day

_KNOWN = text("""
    SELECT level, code, on_date, question, of_group, value, n, half_width, delivery_id, line FROM indicator
    WHERE source_id = :source AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant) AND (CAST(:level AS text) IS NULL OR level = :level)
    ORDER BY level, code COLLATE "C", on_date, question, of_group
""")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One value.

    Attributes:
        source: Who tells it.
        level: An area level, or "polisregion".
        code: The area's code at that level.
        on_date: The day it was counted; the first day of the year or month that it is about.
        question: What was asked or counted.
        group: Of whom.
        value: The value; None where the source withholds it.
        n: How many answers it rests on; None where that is no question.
        half_width: Half its 95 % interval; None where it has none.
        delivery: The delivery that told it.
        line: The line of its file.
    """

    source: SourceId
    level: str
    code: str
    on_date: date
    question: str
    group: str
    value: float | None
    n: int | None
    half_width: float | None
    delivery: int
    line: int

    @property
    def is_shown(self) -> bool:
        """Tell whether it may stand on a map or in a figure: there is a value, and enough answers by the source's contract."""
        smallest = CONTRACTS[self.source].smallest_n
        return self.value is not None and (smallest is None or (self.n is not None and self.n >= smallest))


def load_indicators(connection: Connection, source: SourceId, as_of: date | None = None, level: str | None = None) -> tuple[Indicator, ...]:
    """Read the values of a source.

    Args:
        connection: Inside a transaction.
        source: Which source.
        as_of: Read what was known at the end of this day; None for what is known now.
        level: Read the values of areas of this level only; None for all.

    Returns:
        The values by level, code, date, question and group.
    """
    instant = end_of_day(as_of) if as_of is not None else None
    rows = connection.execute(_KNOWN, {"source": source.number, "instant": instant, "level": level})
    return tuple(Indicator(source, *row) for row in rows)
