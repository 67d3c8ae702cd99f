"""A table as statistics clients know it: variables with values, codelists that name some of the values or sums of them, and elimination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import SourceId

REGION, CATEGORY, CONTENTS, TIME = "Region", "Kategori", "ContentsCode", "Tid"
"""The variables of every table, by the codes that clients know from other statistics databases."""

ALL_CATEGORIES = "TOT"
"""The value of the category variable that is all of them; no category has capitals in its code."""

Text = tuple[str, str]
"""What a person reads, in Swedish and in English."""


class Language(StrEnum):
    """A language that tables are told in."""

    SWEDISH = "sv"
    ENGLISH = "en"

    def of(self, text: Text) -> str:
        """Give a text in the language."""
        return text[list(Language).index(self)]


class Content(StrEnum):
    """What the cells of a table tell."""

    COUNT = "count"
    RATE = "rate"
    RATE_LOW = "rateLow"
    RATE_HIGH = "rateHigh"

    @property
    def decimals(self) -> int:
        """How many decimals its figures have."""
        return 0 if self is Content.COUNT else 4

    @property
    def shown_decimals(self) -> int:
        """How many of them a table for people shows."""
        return 0 if self is Content.COUNT else 2


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a variable.

    Attributes:
        code: Its code, unique in its variable.
        text: What people call it, unique in its variable too.
        note: What a reader must mind of it; None for nothing.
    """

    code: str
    text: Text
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a codelist: a value of its variable, or a sum of several.

    Attributes:
        value: How it is named.
        members: Codes of the values of the variable that it holds.
    """

    value: Value
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codelist:
    """Some values of a variable under one name, or sums of values.

    Attributes:
        code: Its name in questions, of its own in the whole database.
        text: What people call it.
        sums: True where its values are sums of the variable's; False where they are values of it.
        groups: Its values.
    """

    code: str
    text: Text
    sums: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a table.

    Attributes:
        code: Its code.
        text: What people call it.
        values: Its values, in their order.
        eliminated_by: Code of the value that stands for all of them when nothing is chosen; None where something must be chosen.
        codelists: What else its values may be chosen by.
        below: Codes of the values that stand right below each that has any.
    """

    code: str
    text: Text
    values: tuple[Value, ...]
    eliminated_by: str | None = None
    codelists: tuple[Codelist, ...] = ()
    below: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def groups(self) -> tuple[Group, ...]:
        """Give its values as groups of one."""
        return tuple(Group(value, (value.code,)) for value in self.values)


@dataclass(frozen=True, slots=True)
class Table:
    """A source as a table.

    Attributes:
        source: The source; its name is that of the table.
        title: What the table is called.
        variables: Region, category, contents and time, in that order.
        areas: Level and code of the area of each value of the region variable.
        months: The months of the time variable.
        notes: What a reader must mind of all its figures.
        changed_at: When something was last published.
    """

    source: SourceId
    title: Text
    variables: tuple[Variable, ...]
    areas: Mapping[str, tuple[AreaLevel, str]]
    months: tuple[Month, ...]
    notes: tuple[Text, ...]
    changed_at: datetime

    def variable(self, code: str) -> Variable | None:
        """Find a variable by its code in capitals or not, as statistics databases do."""
        return next((variable for variable in self.variables if variable.code.casefold() == code.casefold()), None)

    def months_of(self, groups: Iterable[Group]) -> tuple[Month, ...]:
        """Give the months that values of the time variable are."""
        month_of = {time_code(month): month for month in self.months}
        return tuple(month_of[group.value.code] for group in groups)


def time_code(month: Month) -> str:
    """Write a month as statistics databases do: 2025M01."""
    return f"{month.year:04d}M{month.of_year:02d}"
