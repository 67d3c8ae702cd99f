"""The cells of an Excel sheet from its XML, a row at a time and in little memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 16
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_MERGED = re.compile(r"[A-Z]{1,3}([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})")


@dataclass(slots=True)
class Cell:
    """A cell as its sheet writes it.

    Attributes:
        kind: n a number, s a text by its number, str or inlineStr a text, b true or false, e an error, d a time in ISO 8601.
        style: Which of the workbook's styles it has.
        value: What is written; empty where nothing is.
        has_value: Whether a value is written at all, though it may be empty.
        has_formula: Whether a formula makes it.
    """

    kind: str
    style: int
    value: str = ""
    has_value: bool = False
    has_formula: bool = False


@dataclass(slots=True)
class _Walker:
    """Takes in the elements of a sheet.

    Attributes:
        rows: The rows that are whole: number, and cells by column, both from 1.
        merged: First and last row of each cell merged over several.
    """

    merged: list[tuple[int, int]]
    rows: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)
    number: int = 0
    column: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)
    cell: Cell | None = None
    parts: list[str] = field(default_factory=list)
    collects: bool = False
    phonetic: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take in the beginning of an element."""
        local = _local(tag)
        if local == "c":
            reference = attributes.get("r")
            self.column = _column(reference) if reference else self.column + 1
            self.cell = Cell(attributes.get("t", "n"), int(attributes.get("s", 0)))
            self.parts = []
        elif local == "row":
            number = int(float(attributes.get("r", self.number + 1)))
            if not self.number < number <= _MOST_ROWS:
                raise ValueError(f"row {number} after row {self.number}")
            self.number, self.column, self.cells = number, 0, {}
        elif self.cell is not None:
            self._inside(local, self.cell)
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _inside(self, local: str, cell: Cell) -> None:
        if local == "v":
            self.collects = cell.has_value = True
        elif local == "t":
            self.collects = cell.has_value = not self.phonetic
        elif local == "f":
            cell.has_formula = True
        elif local == "rPh":
            self.phonetic = True

    def _merge(self, reference: str) -> None:
        found = _MERGED.fullmatch(reference)
        if found and int(found[1]) < int(found[2]) and len(self.merged) < _MOST_ROWS:
            self.merged.append((int(found[1]), int(found[2])))

    def text(self, text: str) -> None:
        """Take in a text."""
        if self.collects:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        """Take in the end of an element."""
        local = _local(tag)
        if local in ("v", "t"):
            self.collects = False
        elif local == "c" and self.cell is not None:
            if not 1 <= self.column <= _MOST_COLUMNS:
                raise ValueError(f"column {self.column}")
            self.cell.value = "".join(self.parts)
            self.cells[self.column] = self.cell
            self.cell = None
        elif local == "rPh":
            self.phonetic = False
        elif local == "row":
            self.rows.append((self.number, self.cells))


def rows_of(sheet: IO[bytes], merged: list[tuple[int, int]] | None = None) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Go through the rows of a sheet.

    Args:
        sheet: Its XML.
        merged: Is given the first and last row of each cell that is merged over several rows. They stand after the rows.

    Yields:
        Number, and cells by column, both from 1; rows and cells that are not written are left out.

    Raises:
        ValueError: The rows are not in order, or beyond what a sheet can have.
        expat.ExpatError: It is not XML.
    """
    walker = _Walker([] if merged is None else merged)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    while content := sheet.read(_CHUNK):
        parser.Parse(content, False)
        yield from walker.rows
        walker.rows.clear()
    parser.Parse(b"", True)
    yield from walker.rows


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _column(reference: str) -> int:
    return _column_of(reference.rstrip("0123456789"))


@lru_cache(maxsize=4096)
def _column_of(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(f"column {letters}")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
