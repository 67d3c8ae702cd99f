"""Values that are not events: what a survey found in an area, how many live there, what a police region counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from trygghetskarta.domain.events import Rejected, Warned
from trygghetskarta.domain.read_as import PLAIN, ReadAs

EVERYONE = "alla"
"""The group of a value that is about everyone."""


@dataclass(frozen=True, slots=True)
class AreaValue:
    """One value as a file tells it.

    Attributes:
        line: Line of the file, 1-based.
        raw: The row's own bytes.
        level: An area level, or "polisregion".
        area: Code or name of the area.
        on_date: The day it was counted; the first day of the year or month that it is about.
        question: What was asked or counted.
        group: Of whom.
        value: The value; None where the source withholds it.
        n: How many answers it rests on; None where that is no question.
        half_width: Half its 95 % interval, in the value's own unit; None where it has none.
    """

    line: int
    raw: bytes
    level: str
    area: str
    on_date: date
    question: str
    group: str
    value: float | None
    n: int | None = None
    half_width: float | None = None


@dataclass(slots=True)
class ValueReading:
    """What an adapter made of a file of values, or of one block of it.

    Attributes:
        values: The rows that are values.
        rejected: The rows that are not.
        blank: How many rows were empty or a sum of others.
        warnings: What the receipt should tell.
        head: The row that names the columns, to stand above rejected rows; empty where rows name their columns themselves.
        read_as: How the bytes were read, as far as this block.
        monthly: Whether each value is of a month.
    """

    values: list[AreaValue]
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    warnings: list[Warned] = field(default_factory=list)
    head: bytes = b""
    read_as: ReadAs = PLAIN
    monthly: bool = False
