"""A sheet of a workbook, written from the top down, and how a number shows on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import Cell, Column
from trygghetskarta.reports.ink import INK, QUIET
from trygghetskarta.reports.laying import is_number, printed
from trygghetskarta.serialize.csv import FORMULA

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

COLUMNS, FIRST_WIDTH, WIDTH = 12, 34, 12
LINE_HEIGHT = 15.5
_LETTERS_A_LINE = 150
_A4, _PAGE = 9, 560.0
"""Paper, and how many points of rows a printed page holds of a sheet that is made as wide as it."""
_PIXELS = 7, 5
"""Of a letter, and round those of a column."""


@dataclass
class Book:
    """A workbook being written: its formats, made once each, and the questions its tables tell."""

    book: Workbook
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    questions: list[tuple[str, str, str]] = field(default_factory=list)

    def look(self, **properties: Any) -> Any:  # noqa: ANN401 - xlsxwriter's formats are untyped
        """Give the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": "Arial", "font_size": 10, "font_color": INK, "valign": "top", **properties}
            )
        return self.formats[key]


@dataclass
class Sheet:
    """A sheet being written from the top down.

    Attributes:
        book: Its workbook.
        sheet: The sheet, as xlsxwriter has it.
        name: Its name.
        line: The next row to write.
        used: How much of the printed page is written, in points.
        page: How much a printed page holds.
        breaks: The rows that printed pages begin with.
    """

    book: Book
    sheet: Worksheet
    name: str
    line: int = 0
    used: float = 0.0
    page: float = _PAGE
    breaks: list[int] = field(default_factory=list)

    def prepare(self, header: str, footer: str, columns: int) -> None:
        """Set up the sheet for the screen and for lying paper, as wide as its widest table."""
        self.page = _PAGE * _width(max(columns, COLUMNS)) / _width(COLUMNS)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(_A4)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.4, top=0.8, bottom=0.7)
        self.sheet.set_header(header)
        self.sheet.set_footer(footer)
        self.sheet.set_column(0, 0, FIRST_WIDTH)
        self.sheet.set_column(1, max(columns, COLUMNS) - 1, WIDTH)

    def down(self, height: float = LINE_HEIGHT, rows: int = 1) -> None:
        """Go down some rows, of a height each; a row that does not fit on the printed page begins a new one."""
        for _ in range(rows):
            self.keep(height)
            self.sheet.set_row(self.line, height)
            self.line += 1
            self.used += height

    def keep(self, height: float) -> None:
        """Begin a new printed page when what comes next, as high as this, does not fit on the one begun."""
        if self.used > 0 and self.used + min(height, self.page) > self.page:
            self.breaks.append(self.line)
            self.sheet.set_h_pagebreaks(self.breaks)
            self.used = 0.0

    def text(self, words: str, *, height: float = 1.0, **look: Any) -> None:  # noqa: ANN401 - as above
        """Write words across the sheet, with as many lines as they need."""
        letters = _LETTERS_A_LINE * 10 / look.get("font_size", 10)
        lines = max(1, -(-len(words) // int(letters)))
        shown = self.book.look(text_wrap=True, num_format="@", quote_prefix=words.startswith(FORMULA), **look)
        self.sheet.merge_range(self.line, 0, self.line, COLUMNS - 1, "", shown)
        self.sheet.write_string(self.line, 0, words, shown)
        self.down(LINE_HEIGHT * lines * height)

    def pair(self, label: str, value: str) -> None:
        """Write a label, and words beside it."""
        self.sheet.write_string(self.line, 0, label, self.book.look(font_color=QUIET, text_wrap=True))
        look = self.book.look(text_wrap=True, num_format="@", quote_prefix=value.startswith(FORMULA))
        self.sheet.merge_range(self.line, 1, self.line, COLUMNS - 1, "", look)
        self.sheet.write_string(self.line, 1, value, look)
        self.down(LINE_HEIGHT * max(1, -(-len(value) // 115), -(-len(label) // FIRST_WIDTH)))

    def cell(self, number: int, cell: Cell, look: dict[str, Any], column: Column | None = None) -> None:
        """Write a cell: a number as a number that shows as it is printed elsewhere, else its words; nothing where there are none."""
        is_text = column is not None and not is_number(column)
        if not is_text and isinstance(cell.value, int | float) and cell.status is Status.VALUE:
            self.sheet.write_number(self.line, number, cell.value, self.book.look(num_format=number_format(cell), **look))
            return
        words = printed(cell)
        lacking = {"italic": True, "font_color": QUIET} if cell.status is not Status.VALUE else {}
        shown = self.book.look(num_format="@", text_wrap=True, quote_prefix=words.startswith(FORMULA), **look, **lacking)
        if words:
            self.sheet.write_string(self.line, number, words, shown)
        else:
            self.sheet.write_blank(self.line, number, None, shown)


def _width(columns: int) -> int:
    """Give how wide a sheet of so many columns is, in pixels."""
    letter, around = _PIXELS
    return (FIRST_WIDTH + (columns - 1) * WIDTH) * letter + columns * around


def number_format(cell: Cell) -> str:
    """Give the format by which a spreadsheet shows a number as the report prints it: as many decimals, the same unit, a sign where it has one.

    Args:
        cell: A cell with a number.

    Returns:
        A format of Excel's; its marks for thousands and decimals follow the reader's own settings. A number whose text is another sign than
        a number (the full stop of a change from nothing) shows that text.
    """
    found = re.fullmatch(r"(?P<sign>[+\u2212-]?)(?P<number>\d[\d\u00a0]*(?:,(?P<decimals>\d+))?)(?P<unit>\D*)", cell.text)
    if found is None:
        return f'"{_quoted(cell.text)}"'
    digits = "#,##0" + ("." + "0" * len(found["decimals"]) if found["decimals"] else "")
    ending = f'"{_quoted(found["unit"] + (" p" if cell.provisional else ""))}"' if found["unit"] or cell.provisional else ""
    plus = '"+"' if found["sign"] == "+" else ""
    return f'{plus}{digits}{ending};"\u2212"{digits}{ending};{digits}{ending}'


def _quoted(words: str) -> str:
    return words.replace('"', "'")
