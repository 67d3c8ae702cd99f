"""Read a table of values by a layout: what every file of values shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.events import Floats, Message
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import FIELD_TOO_LONG, LONGEST_KIND, Checker, numbers, to_bools
from trygghetskarta.ingest.contract import Context, Layout
from trygghetskarta.ingest.reading import TextTable, shown

Bools = npt.NDArray[np.bool_]
Read = TypeVar("Read")

WITHHELD = r"^(\.\.|\*|-|–|−|< ?[0-9]{1,6})$"
"""How a source writes a number that it knows and does not tell."""
_LEVELS = {code_of_name(name): level for level in AreaLevel for name in (level.value, level.swedish)} | {"kommun": AreaLevel.STAD}


def fits(header: list[str], layout: Layout) -> bool:
    """Tell whether a header has every column that a layout requires."""
    names = {name.casefold() for name in header}
    return all(layout.columns[field].casefold() in names for field in layout.required)


def refuse_other_columns(header: list[str], layout: Layout, name: str) -> None:
    """Refuse a file without the columns that a layout requires.

    Args:
        header: The file's columns.
        layout: The layout.
        name: The file's name, for the error.

    Raises:
        BadDeliveryError: Some are missing.
    """
    names = {column.casefold() for column in header}
    missing = [layout.columns[field] for field in layout.required if layout.columns[field].casefold() not in names]
    if missing:
        raise BadDeliveryError(
            f"{name}: kolumnen {', '.join(missing)} saknas för layouten {layout.name}; filen har {', '.join(header)}.",
            f"{name}: the column {', '.join(missing)} is missing for the layout {layout.name}; the file has {', '.join(header)}.",
            code="missing_column",
        )


@dataclass(slots=True)
class ValueTable:
    """A table of values with its checker, asked by the fields of its layout."""

    checker: Checker
    columns: dict[str, str]

    @classmethod
    def of(cls, table: TextTable, layout: Layout) -> ValueTable:
        """Begin with all rows good; the layout must fit."""
        spelled = {column.casefold(): column for column in table.header}
        columns = {field: spelled[name.casefold()] for field, name in layout.columns.items() if name.casefold() in spelled}
        return cls(Checker.of(table), columns)

    def texts(self, field: str) -> list[str]:
        """Give a field's texts, empty where it has no column."""
        if field not in self.columns:
            return [""] * len(self.checker.table.line)
        texts: list[str] = self.checker.table.columns[self.columns[field]].to_pylist()
        return texts

    def required(self, field: str) -> list[str]:
        """Give a field's texts; an empty one, or one too long for a key, rejects its row."""
        column = self.columns[field]
        self.checker.require(column, "missing_value", "Fältet är tomt.", "The field is empty.")
        self.checker.reject(to_bools(pc.greater(pc.utf8_length(self.checker.table.columns[column]), LONGEST_KIND)), column, FIELD_TOO_LONG)
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
        levels = self.read("level", _level)
        names = self.required(area_field)
        unknown = [level is not None and not _known(context, level, name) for level, name in zip(levels, names, strict=True)]
        self.checker.reject(
            np.array(unknown, bool),
            self.columns[area_field],
            lambda value: Message(
                "unknown_area", f"Ingen indelning har området ”{shown(value)}”.", f"No edition has the area “{shown(value)}”."
            ),
        )
        return levels


def _level(text: str) -> AreaLevel | Message:
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
    return name.casefold() in {own, *(f"{own}{s} {what}" for s in ("", "s") for what in ("kommun", "stad"))}


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
