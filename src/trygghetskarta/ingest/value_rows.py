"""Read a table of values by a layout: what every file of values shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Floats, Message
from trygghetskarta.domain.values import AreaValue, ValueReading
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.amounts import numbers
from trygghetskarta.ingest.checks import Checker, to_bools
from trygghetskarta.ingest.codes import unknown_area, warn_of_zeros, with_zeros, without_hidden
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.formats.registry import open_tables
from trygghetskarta.ingest.lengths import LONGEST_KIND
from trygghetskarta.ingest.personal import refuse_personal_data, without_personal_data
from trygghetskarta.ingest.reading import TextTable, shown
from trygghetskarta.ingest.rows import choose_layout, missing_columns

Bools = npt.NDArray[np.bool_]
Read = TypeVar("Read")

WITHHELD = r"^(\.\.|\*|-|–|−|< ?[0-9]{1,6})$"
"""How a source writes a number that it knows and does not tell."""
_LEVELS = {"kommun": AreaLevel.STAD} | {code_of_name(name): level for level in AreaLevel for name in (level.value, level.swedish)}


def value_tables(file: DeliveredFile, layout: Layout, context: Context) -> Iterator[ValueTable]:
    """Open a file of values.

    Args:
        file: The file.
        layout: Its layout.
        context: What is known outside it.

    Yields:
        Its parts.

    Raises:
        BadDeliveryError: The file has other columns, or comes with a mapping.
    """
    if context.layout is not None:
        raise BadDeliveryError("Den här källan läser ingen mappning.", "This source reads no mapping.", code="no_mapping")
    for table in open_tables(file, lambda header: not missing_columns(layout, header)):
        choose_layout(table, (layout,), context, file.name)
        yield ValueTable.of(table, layout)


@dataclass(slots=True)
class ValueTable:
    """A table of values with its checker, asked by the fields of its layout.

    Attributes:
        checker: The rows that still stand.
        columns: The file's column by field.
        blank: Rows that are empty, a footer or a sum of others.
    """

    checker: Checker
    columns: dict[str, str]
    blank: int

    @classmethod
    def of(cls, table: TextTable, layout: Layout) -> ValueTable:
        """Begin with all rows good."""
        spelled = {column.casefold(): column for column in table.header}
        columns = {field: spelled[name.casefold()] for field, name in layout.columns.items() if name.casefold() in spelled}
        for column in (columns[field] for field in ("area", "level", "kind") if field in columns):
            table.columns[column] = without_hidden(table.columns[column])
        return cls(Checker.of(table), columns, table.blank)

    @property
    def good(self) -> list[int]:
        """The rows that still stand, by their number in the table."""
        numbers: list[int] = np.flatnonzero(self.checker.good).tolist()
        return numbers

    def set_aside(self, blank: Bools) -> None:
        """Count rows as blank, and look at them no more."""
        self.blank += int((blank & self.checker.good).sum())
        self.checker.good &= ~blank

    def reading(self, values: list[AreaValue]) -> ValueReading:
        """Give what was made of the table, its rejected rows and its blank ones included."""
        table = self.checker.table
        return ValueReading(values, without_personal_data(self.checker, {}), self.blank, self.checker.warnings, table.head, table.read_as)

    def texts(self, field: str) -> list[str]:
        """Give a field's texts, empty where it has no column."""
        if field not in self.columns:
            return [""] * len(self.checker.table.line)
        texts: list[str] = self.checker.table.columns[self.columns[field]].to_pylist()
        return texts

    def required(self, field: str) -> list[str]:
        """Give a field's texts; an empty one, or one too long for a key, rejects its row."""
        column = self.columns[field]
        self.checker.refuse_longer(column, LONGEST_KIND)
        self.checker.require(column, "missing_value", "Fältet är tomt.", "The field is empty.")
        refuse_personal_data(self.checker, column)
        return self.texts(field)

    def read(self, field: str, one: Callable[[str], Read | Message]) -> list[Read | None]:
        """Read a field text by text: what is read, or the message that rejects the row and None."""
        texts = self.required(field)
        found = {text: one(text) for text in set(texts)}
        said = {text: result for text, result in found.items() if isinstance(result, Message)}
        self.checker.reject(np.array([text in said for text in texts], bool), self.columns[field], said.__getitem__)
        return [None if isinstance(result := found[text], Message) else result for text in texts]

    def numbers(self, field: str, most: float = np.inf) -> tuple[Floats, Bools]:
        """Read a field of numbers from 0.

        Args:
            field: The field.
            most: The highest number there can be.

        Returns:
            The numbers, NaN where withheld, empty or rejected; and where the source withholds them, (rows,) each.
        """
        rows = len(self.checker.table.line)
        if field not in self.columns:
            return np.full(rows, np.nan), np.zeros(rows, bool)
        column = self.columns[field]
        texts = self.checker.table.columns[column]
        withheld = to_bools(pc.match_substring_regex(texts, WITHHELD))
        self.checker.table.columns[column] = pc.if_else(withheld, "", texts)
        found = numbers(self.checker, column, "bad_number")
        self.checker.table.columns[column] = texts
        self.checker.reject(
            (found < 0) | (found > most),
            column,
            Message("bad_number", "Talet är negativt eller för stort.", "The number is negative or too large."),
        )
        return found, withheld

    def reject_missing(self, missing: Bools, field: str) -> None:
        """Reject the rows where a number must stand and none does."""
        self.checker.reject(missing, self.columns[field], Message("bad_number", "Talet saknas.", "The number is missing."))

    def places(self, context: Context, area_field: str) -> list[AreaLevel | None]:
        """Read the level of every row, and reject those whose area no edition has at that level."""
        levels = self.read("level", level_of)
        names = self._with_zeros(context, levels, area_field)
        unknown = [level is not None and not _known(context, level, name) for level, name in zip(levels, names, strict=True)]
        self.checker.reject(
            np.array(unknown, bool),
            self.columns[area_field],
            partial(unknown_area, context, None),
        )
        return levels

    def _with_zeros(self, context: Context, levels: list[AreaLevel | None], field: str) -> list[str]:
        """Give the areas' texts with the zeros that a spreadsheet took from their codes, also to those who ask for them later."""
        names, column = self.required(field), self.columns[field]
        filled = [
            with_zeros(name, context.areas.get(level, frozenset())) if level else None for level, name in zip(levels, names, strict=True)
        ]
        if any(filled):
            warn_of_zeros(self.checker, np.array([code is not None for code in filled], bool))
            self.checker.written[column] = self.checker.table.columns[column]
            names = [code or name for code, name in zip(filled, names, strict=True)]
            self.checker.table.columns[column] = pa.array(names, pa.string())
        return names


def level_of(text: str) -> AreaLevel | Message:
    """Read the name of a level, as the code or as a person writes it."""
    level = _LEVELS.get(code_of_name(text))
    if level is not None:
        return level
    return Message("unknown_level", f"”{shown(text)}” är ingen nivå.", f"“{shown(text)}” is not a level.")


def _known(context: Context, level: AreaLevel, name: str) -> bool:
    known = context.areas.get(level, frozenset())
    return name in known or code_of_name(name) in known or (level is AreaLevel.STAD and is_municipality(name, context))


def is_municipality(name: str, context: Context) -> bool:
    """Tell whether a name is that of the city's municipality: Stockholm, Stockholms kommun, Stockholms stad."""
    own = context.municipality.casefold()
    return name.casefold() in {own, *CITY.also, *(f"{own}{s} {what}" for s in ("", "s") for what in ("kommun", "stad"))}


def year_of(context: Context) -> Callable[[str], date | Message]:
    """Give a reader of years, none later than the present one."""

    def read(text: str) -> date | Message:
        if len(text) != 4 or not text.isascii() or not text.isdigit():
            return Message("no_such_date", f"”{shown(text)}” är inget år.", f"“{shown(text)}” is not a year.")
        if int(text) < 1970:
            return Message("too_early", "Året ligger före 1970.", "The year lies before 1970.")
        if int(text) > context.now.year:
            return Message("future", "Året ligger i framtiden.", "The year lies in the future.")
        return date(int(text), 1, 1)

    return read
