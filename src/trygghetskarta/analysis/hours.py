"""What is to be said of when in the week events happen."""

from __future__ import annotations

from dataclasses import dataclass

from trygghetskarta.domain.answers import HourTable
from trygghetskarta.stats.hours import densest

_ERROR = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """The three hours in a row of the week that hold the most.

    Attributes:
        first: The first of them, 0 to 167, Monday 00 first.
        events: How many events they hold.
        share: Their share of all events with a known time of day.
        even: The share they had if events came evenly.
        certain: True where so many are unlikely (5 per cent) to come together by chance.
    """

    first: int
    events: float
    share: float
    even: float
    certain: bool


def peak(table: HourTable) -> Peak | None:
    """Find when in the week events are densest; None where none has a known time of day."""
    total = float(table.expected.sum())
    if total <= 0:
        return None
    first, events, chance = densest(table.expected)
    return Peak(first, events, events / total, 3 / len(table.expected), chance < _ERROR)
