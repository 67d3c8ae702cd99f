"""Cells laid out as a table for people: lines and columns, as CSV or an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product
from typing import TYPE_CHECKING

from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.tables.layout import Language, Value
from trygghetskarta.domain.tables.selecting import Chosen
from trygghetskarta.serialize.csv import FORMULA, neutral
from trygghetskarta.serialize.tables.cells import Filled
from trygghetskarta.serialize.tables.notes import notes_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float


class Naming(StrEnum):
    """How values are named on the sides of a table."""

    CODES = "UseCodes"
    TEXTS = "UseTexts"
    BOTH = "UseCodesAndTexts"


class Separator(StrEnum):
    """What stands between the columns of a CSV. With semicolons it is written as a Swedish Excel reads it: decimal comma, byte order mark."""

    COMMA = "SeparatorComma"
    TAB = "SeparatorTab"
    SPACE = "SeparatorSpace"
    SEMICOLON = "SeparatorSemicolon"

    @property
    def sign(self) -> str:
        """The sign itself."""
        return {"SeparatorComma": ",", "SeparatorTab": "\t", "SeparatorSpace": " ", "SeparatorSemicolon": ";"}[self.value]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a table for people is written.

    Attributes:
        naming: How values are named.
        separator: What stands between the columns of a CSV.
        titled: Whether the title stands above it.
    """

    naming: Naming = Naming.TEXTS
    separator: Separator = Separator.COMMA
    titled: bool = False


def delimited(filled: Filled, manner: Manner) -> bytes:
    """Write cells as CSV.

    Args:
        filled: What was chosen, with its figures.
        manner: How.

    Returns:
        The file, lines ended by CRLF. A value that there is none of is its symbol; a text that a spreadsheet would take for a formula is led by
        an apostrophe.
    """
    swedish = manner.separator is Separator.SEMICOLON
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=manner.separator.sign, lineterminator="\r\n")
    if manner.titled:
        writer.writerow([filled.title])
    for line in _lines(filled, manner.naming):
        writer.writerow([_written(cell, swedish) for cell in line])
    return (b"\xef\xbb\xbf" if swedish else b"") + out.getvalue().encode()


def _written(cell: Cell, swedish: bool) -> str:
    match cell:
        case str():
            return neutral(cell)
        case float():
            return repr(cell).replace(".", ",") if swedish else repr(cell)
        case _:
            return str(cell)


def workbook(filled: Filled, manner: Manner) -> bytes:
    """Write cells as an Excel workbook, with a sheet on what they are.

    Args:
        filled: What was chosen, with its figures.
        manner: How.

    Returns:
        The file. Numbers are numbers, all else is text and never a formula; the same answer is the same bytes.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    changed_at = filled.table.changed_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
    book.set_properties({"title": filled.title, "created": changed_at})
    swedish = filled.language is Language.SWEDISH
    _write_cells(book, book.add_worksheet("Siffror" if swedish else "Figures"), filled, manner)
    about = book.add_worksheet("Om siffrorna" if swedish else "About")
    about.set_column(0, 0, 120)
    for number, text in enumerate((filled.title, *notes_of(filled))):
        about.write_string(number, 0, text)
    book.close()
    return out.getvalue()


def _write_cells(book: Workbook, sheet: Worksheet, filled: Filled, manner: Manner) -> None:
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    # Marked as a text by Excel's own apostrophe, so that it stays one when somebody edits the cell.
    formula = book.add_format({"num_format": "@", "quote_prefix": True})
    lines: Iterator[Sequence[Cell]] = _lines(filled, manner.naming)
    first = 0
    if manner.titled:
        sheet.write_string(0, 0, filled.title, bold)
        first = 2
    sheet.freeze_panes(first + 1, len(filled.layout.stub) * (2 if manner.naming is Naming.BOTH else 1))
    for number, line in enumerate(lines, first):
        for column, cell in enumerate(line):
            if not isinstance(cell, str):
                sheet.write_number(number, column, cell)
            elif number == first:
                sheet.write_string(number, column, cell, bold)
            else:
                sheet.write_string(number, column, cell, formula if cell.startswith(FORMULA) else text)


def _lines(filled: Filled, naming: Naming) -> Iterator[Sequence[Cell]]:
    """Give the line of headings, then one line for each combination of the stub's values."""
    language, layout = filled.language, filled.layout
    # With nothing along the top there is one column, of the values.
    alone = "value" if naming is Naming.CODES else language.of(("värde", "value"))
    columns = (
        [" ".join(_name(value, naming, language) for value in values) for values in product(*map(_values, layout.heading))]
        if layout.heading
        else [alone]
    )
    yield [*(name for chosen in layout.stub for name in _titles(chosen, naming, language)), *columns]
    symbols = filled.figures.symbols()
    cells = iter(symbols.get(at, "") if value is None else value for at, value in enumerate(filled.figures.listed()))
    for values in product(*map(_values, layout.stub)):
        yield [*(name for value in values for name in _names(value, naming, language)), *islice(cells, len(columns))]


def _values(chosen: Chosen) -> list[Value]:
    return [group.value for group in chosen.groups]


def _titles(chosen: Chosen, naming: Naming, language: Language) -> tuple[str, ...]:
    code, text = chosen.variable.code, language.of(chosen.variable.text)
    return {Naming.CODES: (code,), Naming.TEXTS: (text,), Naming.BOTH: (code, text)}[naming]


def _names(value: Value, naming: Naming, language: Language) -> tuple[str, ...]:
    text = language.of(value.text)
    return {Naming.CODES: (value.code,), Naming.TEXTS: (text,), Naming.BOTH: (value.code, text)}[naming]


def _name(value: Value, naming: Naming, language: Language) -> str:
    return " ".join(dict.fromkeys(_names(value, naming, language)))
