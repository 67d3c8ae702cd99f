"""Excel: the sheet whose columns are those of a layout, row by row, every cell as the text a person would write.

openpyxl opens the workbook: its sheets, texts, epoch and number formats. The cells are read here from the sheet's own XML, since openpyxl does not
tell a formula without a value from an empty cell, keeps what it has read of every row, and fills gaps between rows one by one.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, is_datetime, is_timedelta_format
from openpyxl.utils.datetime import from_excel

from trygghetskarta.domain.events import Message, Rejected, Warned, WarningCode
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.blocks import (
    BLOCK_LETTERS,
    BLOCK_ROWS,
    csv_line,
    names_of,
    no_rows,
    number_text,
    refuse_several,
    refusing,
    table_of,
    time_text,
)
from trygghetskarta.ingest.formats.sheet_xml import Cell, rows_of
from trygghetskarta.ingest.reading import Fits, TextTable, shown, tidy

_LINES_ABOVE = 50
_LARGEST_PART = 256 << 20
"""The texts and formats of a workbook are held in memory; its sheets are not."""
_WORKBOOK = ("en Excelfil", "an Excel file")
_FOOTER = re.compile(r"(summa|totalt|källa)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA"))
_DAY = 86_400
_DIGITS = 15
"""A spreadsheet has no room for more digits: a longer whole number is written as the spreadsheet shows it, and is no id."""
_OUTSIDE = Message("field_count", "Raden har värden utanför tabellens kolumner.", "The row has values outside the columns of the table.")


class _OnlyCells(ExcelReader):
    """Opens a workbook for its cells: what is not read cannot be broken."""

    def read_chartsheet(self, sheet: object, rel: object) -> None:
        """Leave a sheet of one diagram alone."""

    def read_properties(self) -> None:
        """Leave who wrote it alone."""

    def read_custom(self) -> None:
        """Leave what else is said of it alone."""

    def read_theme(self) -> None:
        """Leave its colours alone."""


class _CellError(Exception):
    """A cell without a value that can be used; says why in Swedish and English, and what it shows."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a style shows its numbers.

    Attributes:
        shows: "date", "time", "datetime", "duration"; None for a plain number.
        width: How many digits a whole number is filled up to with zeros.
    """

    shows: str | None
    width: int

    @classmethod
    def of(cls, code: str) -> _Style:
        """Read a number format."""
        shows = "duration" if is_timedelta_format(code) else is_datetime(code)
        return cls(shows, 0 if code.strip("0") else len(code))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet of a workbook, and what its cells refer to.

    Attributes:
        title: Its name.
        part: Where in the archive it is.
        archive: The file.
        texts: The texts that cells name by number.
        styles: The styles that cells name by number.
        epoch: The day its dates are counted from.
    """

    title: str
    part: str
    archive: ZipFile
    texts: list[str]
    styles: list[_Style]
    epoch: datetime

    def rows(self, name: str, merged: list[tuple[int, int]] | None = None) -> Iterator[tuple[int, dict[int, Cell]]]:
        """Go through the rows that are written: number, and cells by column, both from 1. Merged rows are as of `rows_of`."""
        with refusing(name, *_WORKBOOK), self.archive.open(self.part) as source:
            yield from rows_of(source, merged)

    def text(self, cell: Cell) -> str:
        """Give a cell's text.

        Raises:
            _CellError: It is an error, or a formula that has no value.
        """
        if cell.has_formula and not cell.value and not (cell.kind == "str" and cell.has_value):
            raise _CellError("formeln har inget sparat värde", "the formula has no stored value", cell.value)
        try:
            text = self._text(cell)
        except (ValueError, IndexError, OverflowError):
            raise _CellError("cellen går inte att läsa", "the cell cannot be read", cell.value) from None
        if cell.kind == "e" or text in _ERRORS:
            raise _CellError(f"cellen innehåller felet {shown(text)}", f"the cell holds the error {shown(text)}", text)
        return text

    def _text(self, cell: Cell) -> str:
        if not cell.value:
            return ""
        match cell.kind:
            case "n":
                style = self.styles[cell.style]
                return _plain(cell.value, style.width) if style.shows is None else _moment(float(cell.value), style.shows, self.epoch)
            case "s":
                return _unescaped(self.texts[int(cell.value)])
            case "b":
                return "true" if cell.value == "1" else "false"
            case "d":
                return time_text(datetime.fromisoformat(cell.value))
            case _:
                return _unescaped(cell.value)


def _plain(value: str, width: int) -> str:
    # A spreadsheet writes 59.3309 as 59.330900000000003; the shortest text of the same number is what was meant.
    if value.isdigit() and len(value) <= _DIGITS:
        return value.lstrip("0").zfill(max(width, 1))
    number = float(value)
    if abs(number) >= 10**_DIGITS and number.is_integer():
        return np.format_float_scientific(number, trim="-", exp_digits=2).upper()
    text = number_text(repr(number))
    return text.zfill(width) if text.isdigit() else text


def _moment(serial: float, shows: str, epoch: datetime) -> str:
    """Write a date, a time of day or both, as far as the cell shows them."""
    seconds = round(serial * _DAY)
    if shows == "duration" or (serial < 1 and seconds < _DAY) or shows == "time":
        minutes, second = divmod(seconds if shows == "duration" else seconds % _DAY, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{second:02}" if second else "")
    moment = from_excel(seconds / _DAY, epoch)
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    is_day = shows == "date" and not (moment.hour or moment.minute or moment.second)
    return moment.date().isoformat() if is_day else time_text(moment)


def _unescaped(text: str) -> str:
    """Give the marks that a spreadsheet writes by their number, as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read the one sheet of a workbook whose columns are those of a layout, a block at a time.

    Args:
        path: The workbook, .xlsx.
        name: Its name, for errors.
        fits: Tells whether column names are those of a layout. The header is the first of the sheet's first fifty rows that fits. Where none does, it
            is the fullest of them, so that the error about its columns has something to say.

    Yields:
        Its blocks; one without rows where the sheet has none below its header. Lines are Excel's row numbers.

    Raises:
        BadDeliveryError: It is broken (`unreadable`), several sheets fit (`several_tables`), or no sheet has a row (`no_rows`).
    """
    with _opened(path, name) as sheets:
        block = _find_table(sheets, name, fits)
        merged: list[tuple[int, int]] = []
        for number, cells in block.sheet.rows(name, merged):
            if number > block.top:
                block.add(number, cells)
            if block.is_full:
                yield block.table()
        table = block.table()
        table.upto = path.stat().st_size
        table.warnings += _warned_of(merged, block)
        yield table


def _warned_of(merged: list[tuple[int, int]], block: _Block) -> list[Warned]:
    """Tell of the rows below the header that lie in a cell merged over several, less the first of them, which has the value."""
    covered = np.zeros(block.last + 1, bool)
    for first, last in merged:
        if first > block.top:
            covered[first + 1 : last + 1] = True
    count = int(covered.sum())
    told = (
        "{} ligger i en sammanslagen cell som börjar på en rad ovanför; värdet finns bara på den första raden.",
        "{} lie in a merged cell that begins on a row above; its value stands on the first row only.",
    )
    return [Warned(WarningCode.MERGED_CELLS, count, *told)] if count else []


@contextmanager
def _opened(path: Path, name: str) -> Iterator[list[_Sheet]]:
    """Open a workbook, and give its visible sheets, or all where none is."""
    with path.open("rb") as file:
        with refusing(name, *_WORKBOOK), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drawings, filters and other things that are not cells
            _refuse_large_parts(file, name)
            opened = _OnlyCells(file, read_only=True, data_only=True, keep_links=False)
            opened.read()
            book: Any = opened.wb
            sheets = book.worksheets
            styles = [_Style.of(_code(style.numFmtId, book._number_formats)) for style in book._cell_styles]
            epoch = book.epoch
            read = [_Sheet(one.title, one._worksheet_path, book._archive, one._shared_strings, styles, epoch) for one in sheets]
        try:
            yield [sheet for sheet, one in zip(read, sheets, strict=True) if one.sheet_state == "visible"] or read
        finally:
            book.close()


def _code(number: int, own: Sequence[str]) -> str:
    """Give the number format of a number: one of Excel's own, or one of the workbook's."""
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number, "General")
    return own[number - BUILTIN_FORMATS_MAX_SIZE]


def _refuse_large_parts(file: IO[bytes], name: str) -> None:
    with ZipFile(file) as archive:
        if any(part.file_size > _LARGEST_PART and not part.filename.startswith("xl/worksheets/") for part in archive.infolist()):
            raise BadDeliveryError(
                f"{name} har mer text än som går att läsa. Skicka den som CSV.",
                f"{name} has more text than can be read. Send it as CSV.",
                code="archive_size",
            )
    file.seek(0)


def _find_table(sheets: list[_Sheet], name: str, fits: Fits) -> _Block:
    """Find the header, and begin a block at it."""
    fitting: list[_Block] = []
    fullest: _Block | None = None
    for sheet in sheets:
        for number, cells in islice(sheet.rows(name), _LINES_ABOVE):
            block = _Block.below(sheet, number, cells)
            if block.header and fits(block.header):
                fitting.append(block)
                break
            if block.filled > (fullest.filled if fullest is not None else 0):
                fullest = block
    refuse_several([block.sheet.title for block in fitting], name)
    found = fitting[0] if fitting else fullest
    if found is None:
        raise no_rows(name)
    found.header = names_of(found.header, name)
    return found


@dataclass(slots=True)
class _Block:
    """Rows gathered so far.

    Attributes:
        sheet: The sheet they are on.
        header: Names of the columns.
        left: The sheet's column that is the table's first, from 1.
        top: The row of the header.
        last: The row read last.
    """

    sheet: _Sheet
    header: list[str]
    left: int
    top: int
    last: int
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    blank: int = 0
    letters: int = 0
    fractions: set[int] = field(default_factory=set)

    @classmethod
    def below(cls, sheet: _Sheet, number: int, cells: dict[int, Cell]) -> _Block:
        """Begin below a row, whose texts are taken for the names of the columns."""
        names = {}
        for column, cell in cells.items():
            try:
                names[column] = tidy(sheet.text(cell))
            except _CellError as error:
                names[column] = tidy(error.args[2])
        filled = [column for column, text in names.items() if text]
        left, right = (min(filled), max(filled)) if filled else (1, 0)
        # All rows above the header count as blank: titles, notes, nothing.
        return cls(sheet, [names.get(column, "") for column in range(left, right + 1)], left, number, number, blank=number - 1)

    @property
    def filled(self) -> int:
        return sum(map(bool, self.header))

    @property
    def is_full(self) -> bool:
        return len(self.rows) + len(self.rejected) >= BLOCK_ROWS or self.letters >= BLOCK_LETTERS

    def add(self, number: int, cells: dict[int, Cell]) -> None:
        """Take in the next row that is written."""
        self.blank += number - self.last - 1
        self.last = number
        texts = [""] * len(self.header)
        outside = ""
        fault: tuple[str, str, _CellError] | None = None
        for column, cell in cells.items():
            at = column - self.left
            is_inside = 0 <= at < len(texts)
            try:
                text = self.sheet.text(cell).strip()
            except _CellError as error:
                text = error.args[2]
                fault = fault or (self.header[at] if is_inside else "", text, error)
            if is_inside:
                texts[at] = text
                if cell.kind == "n" and "." in text:
                    self.fractions.add(at)
            else:
                outside = outside or text
        self._take(texts, outside, fault)

    def _take(self, texts: list[str], outside: str, fault: tuple[str, str, _CellError] | None) -> None:
        first = next(filter(None, texts), "")
        self.letters += sum(map(len, texts))
        if _FOOTER.match(first) or not (first or outside or fault):
            self.blank += 1
        elif fault:
            column, value, error = fault
            self._reject(
                texts,
                (column, value),
                Message("excel_error", f"Cellen kan inte läsas: {error.args[0]}.", f"The cell cannot be read: {error.args[1]}."),
            )
        elif outside:
            self._reject(texts, ("", outside), _OUTSIDE)
        else:
            self.rows.append(texts)
            self.lines.append(self.last)

    def _reject(self, texts: list[str], at: tuple[str, str], message: Message) -> None:
        self.rejected.append(Rejected(self.last, at[0], shown(at[1]), message, csv_line(texts)))

    def table(self) -> TextTable:
        """Give the rows gathered as a block, and begin another."""
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in self.header)
        table = table_of({name: list(values) for name, values in zip(self.header, columns, strict=True)}, self.lines)
        table.rejected += self.rejected
        table.blank = self.blank
        table.fractions = frozenset(self.header[at] for at in self.fractions)
        table.read_as = ReadAs("xlsx", header_line=self.top, table=shown(self.sheet.title))
        self.rows, self.lines, self.rejected, self.blank, self.letters = [], [], [], 0, 0
        return table
