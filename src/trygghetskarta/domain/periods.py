"""Months, spans of months, and the intervals a span is cut into.

A month is a local month (Europe/Stockholm). In arrays it is its number since January 1970, as numpy's datetime64[M] counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

LOCAL_TIME = ZoneInfo("Europe/Stockholm")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_EPOCH_YEAR = 1970
_YEARS = range(1900, 2201)
_THURSDAY = 3 * 24  # 1970 began on one
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month.

    Attributes:
        number: Months since January 1970.
    """

    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Give the month of a local date."""
        return cls((day.year - _EPOCH_YEAR) * 12 + day.month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read a month written as 2026-10.

        Raises:
            ValueError: It is not written so, or there is no such month.
        """
        match = _MONTH.fullmatch(text)
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) not in _YEARS:
            raise ValueError(text)
        return cls((int(match[1]) - _EPOCH_YEAR) * 12 + int(match[2]) - 1)

    @property
    def year(self) -> int:
        """The calendar year."""
        return _EPOCH_YEAR + self.number // 12

    @property
    def of_year(self) -> int:
        """1 for January to 12 for December."""
        return self.number % 12 + 1

    @property
    def first_day(self) -> date:
        """The first of the month."""
        return date(self.year, self.of_year, 1)

    @property
    def swedish(self) -> str:
        """As a Swedish sentence has it: oktober 2026."""
        return f"{MONTHS[self.of_year - 1]} {self.year}"

    @property
    def english(self) -> str:
        """As an English sentence has it: October 2026."""
        return f"{_MONTHS_EN[self.of_year - 1]} {self.year}"

    def plus(self, months: int) -> Month:
        """Give the month so many months later (earlier when negative)."""
        return Month(self.number + months)

    def __str__(self) -> str:
        """Write it as 2026-10."""
        return f"{self.year:04d}-{self.of_year:02d}"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of months, both ends included."""

    first: Month
    last: Month

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins.

        Raises:
            ValueError: It does.
        """
        if self.last < self.first:
            raise ValueError(f"{self.first} > {self.last}")

    @property
    def months(self) -> int:
        """How many months it holds."""
        return self.last.number - self.first.number + 1

    @property
    def numbers(self) -> range:
        """The numbers of its months in order."""
        return range(self.first.number, self.last.number + 1)

    @property
    def days(self) -> int:
        """How many days it holds."""
        return _days(self.first.number, self.last.number)

    @property
    def swedish(self) -> str:
        """As short as it can be said in Swedish: 2025, oktober 2025, januari–mars 2025, oktober 2024–mars 2025."""
        return self._said(self.first.swedish, self.last.swedish)

    @property
    def english(self) -> str:
        """As short as it can be said in English."""
        return self._said(self.first.english, self.last.english)

    def _said(self, first: str, last: str) -> str:
        if self.first == self.last:
            return first
        if self.first.year != self.last.year:
            return f"{first}–{last}"
        return str(self.first.year) if self.months == 12 else f"{first.split()[0]}–{last}"

    def holds(self, month: Month) -> bool:
        """Tell whether a month is one of its own."""
        return self.first.number <= month.number <= self.last.number

    def shifted(self, months: int) -> Span:
        """Give the same length so many months later."""
        return Span(self.first.plus(months), self.last.plus(months))

    def __iter__(self) -> Iterator[Month]:
        """Go through its months in order."""
        return map(Month, self.numbers)

    def __str__(self) -> str:
        """Write it as 2026-01..2026-10, the form a baseline is asked for in."""
        return f"{self.first}..{self.last}"


@lru_cache(maxsize=4096)
def _days(first: int, last: int) -> int:
    """Count the days from one month to another, both included."""
    return (Month(last + 1).first_day - Month(first).first_day).days


class Interval(StrEnum):
    """What a series is cut into."""

    MONTH = "month"
    QUARTER = "quarter"
    TERTIAL = "tertial"
    YEAR = "year"
    ROLLING12 = "rolling12"


@dataclass(frozen=True, slots=True)
class Period:
    """One step of a series: its label and its months."""

    label: str
    span: Span


def cut(span: Span, interval: Interval) -> tuple[Period, ...]:
    """Cut a span into the periods of a series.

    Args:
        span: The months asked for.
        interval: How to cut them. A quarter, tertial or year that the span holds only a part of is cut short, and its label says so; a
            rolling year is the twelve months that end with each month of the span.

    Returns:
        The periods in order.
    """
    if interval is Interval.ROLLING12:
        return tuple(Period(str(month), Span(month.plus(-11), month)) for month in span)
    length = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.TERTIAL: 4, Interval.YEAR: 12}[interval]
    periods = []
    start = span.first.number // length * length
    for number in range(start, span.last.number + 1, length):
        first, last = max(number, span.first.number), min(number + length - 1, span.last.number)
        part = Span(Month(first), Month(last))
        periods.append(Period(_label(Month(number), interval) if part.months == length else str(part), part))
    return tuple(periods)


def _label(first: Month, interval: Interval) -> str:
    match interval:
        case Interval.MONTH | Interval.ROLLING12:
            return str(first)
        case Interval.QUARTER:
            return f"{first.year}-K{(first.of_year - 1) // 3 + 1}"
        case Interval.TERTIAL:
            return f"{first.year}-T{(first.of_year - 1) // 4 + 1}"
        case Interval.YEAR:
            return str(first.year)


def local_day(instant: datetime) -> date:
    """Give the Stockholm date of an instant."""
    return instant.astimezone(LOCAL_TIME).date()


def hour_of_week(hours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the local hour of the week of hours since 1970 UTC.

    Args:
        hours: Any shape.

    Returns:
        The same shape: 0 for Monday 00 to 167 for Sunday 23, by the clocks of Stockholm. In the hour that comes twice in autumn both count as the
        same; the hour that spring leaves out is never given.
    """
    if not hours.size:
        return np.zeros(hours.shape, np.int64)
    days = np.arange(hours.min() // 24, hours.max() // 24 + 2)
    at_midnight = np.array([_offset(int(day) * 24) for day in days])
    offset = at_midnight[hours // 24 - days[0]]
    turning = at_midnight[hours // 24 - days[0] + 1] != offset
    # On the two days of a year on which the clocks are moved, each hour is looked up by itself.
    offset[turning] = [_offset(hour) for hour in hours[turning].tolist()]
    local: npt.NDArray[np.int64] = (hours + offset + _THURSDAY) % (7 * 24)
    return local


def local_days(hours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the local days, as days since 1970, of hours since 1970 UTC; any shape."""
    each, number = np.unique(hours, return_inverse=True)
    offset = np.array([_offset(hour) for hour in each.tolist()], np.int64)
    days: npt.NDArray[np.int64] = (hours + offset[number].reshape(hours.shape)) // 24
    return days


def _offset(hour: int) -> int:
    """Give how many hours Stockholm is ahead of UTC at an hour since 1970."""
    offset = datetime.fromtimestamp(hour * 3600, LOCAL_TIME).utcoffset()
    return offset // timedelta(hours=1) if offset is not None else 0
