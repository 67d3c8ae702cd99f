"""Excel: a sheet per chapter, numbers as numbers, charts of the workbook's own beside the figures they are drawn from."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import (
    Block, Cell, Chapter, Chart, ChartKind, Column, Facts, Kind, MapPicture, Notice, Paragraph, Prompts, Report, Row, Subheading, Table,
)  # fmt: skip
from trygghetskarta.reports.ink import ACCENT, GROUPS, INK, LINE, QUIET, SERIES
from trygghetskarta.reports.laying import PROVISIONAL, about, called, heading_spans, is_number, made_at, notes, widths
from trygghetskarta.reports.pictures import picture_png, picture_svg, proportions
from trygghetskarta.reports.tabulated import has_intervals, tabulated
from trygghetskarta.serialize.csv import FORMULA

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_FIRST, _LAST = "Om rapporten", "Frågor"
_A4 = 9
_COLUMNS = 12
_FIRST_WIDTH, _WIDTH = 34, 12
_LINE_HEIGHT, _LETTERS_A_LINE = 15.5, 118
_PICTURE_WIDTH, _ROW_PIXELS = 720, 20
_LONGEST_NAME = 31
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass
class _Book:
    """A workbook being written: its formats, made once each, and the questions its tables tell."""

    book: Workbook
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    questions: list[tuple[str, str, str]] = field(default_factory=list)

    def look(self, **properties: Any) -> Any:  # noqa: ANN401 - xlsxwriter's formats are untyped
        """Give the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top", **properties})
        return self.formats[key]


@dataclass
class _Sheet:
    """A sheet being written from the top down."""

    book: _Book
    sheet: Worksheet
    name: str
    line: int = 0

    def text(self, words: str, *, height: float = 1.0, **look: Any) -> None:  # noqa: ANN401 - as above
        """Write words across the sheet, with as many lines as they need."""
        letters = _LETTERS_A_LINE * 11 / look.get("font_size", 11)
        lines = max(1, -(-len(words) // int(letters)))
        shown = self.book.look(text_wrap=True, num_format="@", quote_prefix=words.startswith(FORMULA), **look)
        self.sheet.merge_range(self.line, 0, self.line, _COLUMNS - 1, "", shown)
        self.sheet.write_string(self.line, 0, words, shown)
        self.sheet.set_row(self.line, _LINE_HEIGHT * lines * height)
        self.line += 1


def write_xlsx(report: Report) -> bytes:
    """Write a report as an Excel workbook.

    Args:
        report: The report.

    Returns:
        The file: a sheet about the report, one per chapter, and one with the question behind every table. Numbers are numbers that show as
        they are printed elsewhere; what has no number says so in words. The same report is the same bytes.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    at = made_at(report).replace(tzinfo=None)
    book.set_properties({"title": f"{report.title}, {report.subtitle}", "author": "trygghetskarta", "created": at})
    kept = _Book(book)
    names = _sheet_names([chapter.heading for chapter in report.chapters])
    _write_first(_add(kept, _FIRST, report), report, names)
    for chapter, name in zip(report.chapters, names, strict=True):
        _write_chapter(_add(kept, name, report), chapter)
    _write_questions(_add(kept, _LAST, report))
    book.close()
    return out.getvalue()


def _sheet_names(headings: Sequence[str]) -> list[str]:
    """Give names that Excel takes: short, without its signs, no two alike."""
    taken = {_FIRST.casefold(), _LAST.casefold()}
    names = []
    for heading in headings:
        name = _NO_SHEET_NAME.sub(" ", heading)[:_LONGEST_NAME].strip() or "Kapitel"
        number = 2
        while name.casefold() in taken:
            ending = f" {number}"
            name, number = f"{name[: _LONGEST_NAME - len(ending)].rstrip()}{ending}" if number == 2 else f"{name.rsplit(' ', 1)[0]}{ending}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _add(book: _Book, name: str, report: Report) -> _Sheet:
    sheet = book.book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.7)
    sheet.set_header(f"&L&8{_escaped(report.title)}&R&8{_escaped(report.subtitle)}")
    sheet.set_footer(f"&L&8{_escaped(report.watermark or 'trygghetskarta')}&R&8Sida &P av &N")
    sheet.set_column(0, 0, _FIRST_WIDTH)
    sheet.set_column(1, _COLUMNS - 1, _WIDTH)
    return _Sheet(book, sheet, name)


def _escaped(words: str) -> str:
    """Write words where & begins a code; Excel takes no more than 255 letters in all."""
    return words[:100].replace("&", "&&")


def _write_first(at: _Sheet, report: Report, names: Sequence[str]) -> None:
    at.text(called(report), bold=True, font_color=ACCENT)
    at.text(report.title, bold=True, font_size=22, height=2)
    at.text(report.subtitle, font_size=14, font_color=QUIET, height=1.4)
    if report.watermark:
        at.text(report.watermark, bold=True, font_color="#B3480B")
    at.line += 1
    for label, value in about(report):
        _pair(at, label, value)
    if report.link:
        _pair(at, "Adress som gör rapporten på nytt", report.link)
    _pair(at, "Siffror", f"Ord i stället för en siffra: saknas = inte levererat, skyddat = visas inte, – = går inte att räkna fram. {PROVISIONAL}.")
    at.line += 1
    at.text("Innehåll", bold=True, font_size=14, height=1.4)
    for name in (*names, _LAST):
        at.sheet.write_url(at.line, 0, f"internal:'{name}'!A1", at.book.look(font_color=ACCENT, underline=1), name)
        at.line += 1


def _pair(at: _Sheet, label: str, value: str) -> None:
    at.sheet.write_string(at.line, 0, label, at.book.look(font_color=QUIET, text_wrap=True))
    look = at.book.look(text_wrap=True, num_format="@", quote_prefix=value.startswith(FORMULA))
    at.sheet.merge_range(at.line, 1, at.line, _COLUMNS - 1, "", look)
    at.sheet.write_string(at.line, 1, value, look)
    at.sheet.set_row(at.line, _LINE_HEIGHT * max(1, -(-len(value) // 90), -(-len(label) // _FIRST_WIDTH)))
    at.line += 1


def _write_chapter(at: _Sheet, chapter: Chapter) -> None:
    at.text(chapter.heading, bold=True, font_size=18, height=1.7, bottom=2, bottom_color=ACCENT)
    at.line += 1
    for block in chapter.blocks:
        _write_block(at, block)
        at.line += 1


def _write_block(at: _Sheet, block: Block) -> None:
    match block:
        case Paragraph():
            at.text(block.text)
        case Subheading():
            at.text(block.text, bold=True, font_size=13, height=1.2)
        case Notice():
            at.text(f"Observera. {block.text}", bg_color="#FDF3DC", font_color="#5A4300")
        case Prompts():
            for number, item in enumerate(block.items, 1):
                at.text(f"{number}. {item}")
                at.text("", height=3, border=1, border_color=LINE)
        case Facts():
            _write_facts(at, block)
        case Table():
            _write_table(at, block)
        case MapPicture():
            _write_map(at, block)
        case Chart():
            _write_chart(at, block)


def _write_facts(at: _Sheet, facts: Facts) -> None:
    if facts.caption:
        at.text(facts.caption, bold=True)
    for fact in facts.rows:
        at.sheet.write_string(at.line, 0, fact.label, at.book.look(font_color=QUIET, text_wrap=True, bottom=1, bottom_color=LINE))
        if isinstance(fact.cell.value, int | float) and fact.cell.status is Status.VALUE:
            _write_cell(at, 1, fact.cell, {"align": "left"})
            at.line += 1
        else:
            at.line, line = at.line + 1, at.line
            look = at.book.look(text_wrap=True, num_format="@")
            at.sheet.merge_range(line, 1, line, _COLUMNS - 1, "", look)
            at.sheet.write_string(line, 1, fact.cell.text, look)
            at.sheet.set_row(line, _LINE_HEIGHT * max(1, -(-len(fact.cell.text) // 90), -(-len(fact.label) // _FIRST_WIDTH)))


def _write_table(at: _Sheet, table: Table, *, drawn: bool = False) -> tuple[int, int]:
    """Write a table; give the lines of its first and last row. In one that is drawn from, what has no number is an empty cell: a word there
    would be drawn as zero; the word stands after the row."""
    at.text(table.caption, bold=True)
    if table.question:
        at.book.questions.append((at.name, table.caption, table.question))
    first = at.line
    if table.rows:
        _write_headings(at, table)
        first = at.line
        for row in table.rows:
            _write_row(at, _drawable(row) if drawn else row, table.columns)
        at.line = first + len(table.rows)
    for note in notes(table) or (() if table.rows else ("Inga rader.",)):
        at.text(note, font_size=9, font_color=QUIET)
    return first, first + len(table.rows) - 1


def _drawable(row: Row) -> Row:
    first, *others = row.cells
    words = ", ".join(dict.fromkeys(cell.text for cell in others if cell.value is None))
    emptied = (cell if cell.value is not None else Cell("", status=cell.status) for cell in others)
    return Row((Cell(f"{first.text} ({words})" if words else first.text), *emptied), row.indent, row.strong)


def _write_headings(at: _Sheet, table: Table) -> None:
    number = 0
    for span in heading_spans(table.columns):
        look = at.book.look(bold=True, align="center", bottom=1)
        if span.columns > 1:
            at.sheet.merge_range(at.line, number, at.line, number + span.columns - 1, span.title, look)
        elif span.title:
            at.sheet.write_string(at.line, number, span.title, look)
        number += span.columns
    at.line += 1 if number else 0
    for number, column in enumerate(table.columns):
        look = at.book.look(bold=True, bottom=2, text_wrap=True, align="right" if is_number(column) else "left", valign="bottom")
        at.sheet.write_string(at.line, number, column.title, look)
    lines = max(-(-len(column.title) // (_WIDTH if number else _FIRST_WIDTH)) for number, column in enumerate(table.columns))
    words = max(len(column.title.split()) for column in table.columns)
    at.sheet.set_row(at.line, _LINE_HEIGHT * min(lines + 1, words, 4))
    at.line += 1


def _write_row(at: _Sheet, row: Row, columns: Sequence[Column]) -> None:
    plain = {"bottom": 1, "bottom_color": LINE, **({"bold": True, "bg_color": "#F3F5F6"} if row.strong else {})}
    lines = 1
    for number, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        more = {"indent": row.indent} if number == 0 and row.indent else {}
        _write_cell(at, number, cell, {**plain, **more, "align": "right" if is_number(column) else "left"}, column)
        if not is_number(column):
            lines = max(lines, -(-len(cell.text) // (_WIDTH if number else _FIRST_WIDTH)))
    at.sheet.set_row(at.line, _LINE_HEIGHT * min(lines, 8))
    at.line += 1


def _write_cell(at: _Sheet, number: int, cell: Cell, look: dict[str, Any], column: Column | None = None) -> None:
    is_text = column is not None and not is_number(column)
    if not is_text and isinstance(cell.value, int | float) and cell.status is Status.VALUE:
        at.sheet.write_number(at.line, number, cell.value, at.book.look(num_format=number_format(cell), **look))
        return
    words = cell.text + (" p" if cell.provisional and cell.text else "")
    lacking = {"italic": True, "font_color": QUIET} if cell.status is not Status.VALUE else {}
    shown = at.book.look(num_format="@", text_wrap=True, quote_prefix=words.startswith(FORMULA), **look, **lacking)
    if words:
        at.sheet.write_string(at.line, number, words, shown)
    else:
        at.sheet.write_blank(at.line, number, None, shown)


def number_format(cell: Cell) -> str:
    """Give the format by which a spreadsheet shows a number as the report prints it: as many decimals, the same unit, a sign where it has one.

    Args:
        cell: A cell with a number.

    Returns:
        A format of Excel's; its marks for thousands and decimals follow the reader's own settings. A number whose text is another sign than
        a number (the full stop of a change from nothing) shows that text.
    """
    found = re.fullmatch(r"(?P<sign>[+\u2212-]?)(?P<number>[\d\u00a0 ]+(?:,(?P<decimals>\d+))?)(?P<unit>\D*)", cell.text)
    if found is None:
        return f'"{_quoted(cell.text)}"'
    digits = "#,##0" + ("." + "0" * len(found["decimals"]) if found["decimals"] else "")
    ending = f'"{_quoted(found["unit"] + (" p" if cell.provisional else ""))}"' if found["unit"] or cell.provisional else ""
    plus = '"+"' if found["sign"] == "+" else ""
    return f'{plus}{digits}{ending};"\u2212"{digits}{ending};{digits}{ending}'


def _quoted(words: str) -> str:
    return words.replace('"', "'")


def _write_map(at: _Sheet, picture: MapPicture) -> None:
    at.text(picture.caption, bold=True)
    _insert(at, picture)
    _write_table(at, tabulated(picture))


def _insert(at: _Sheet, block: MapPicture | Chart) -> None:
    svg = picture_svg(block)
    drawn = picture_png(svg)
    pixels = int.from_bytes(drawn[16:20], "big")
    scale = _PICTURE_WIDTH / pixels
    options = {"image_data": io.BytesIO(drawn), "x_scale": scale, "y_scale": scale, "description": block.alt, "object_position": 3}
    at.sheet.insert_image(at.line, 0, "bild.png", options)
    at.line += int(_PICTURE_WIDTH * proportions(svg) / _ROW_PIXELS) + 2


def _write_chart(at: _Sheet, chart: Chart) -> None:
    table = tabulated(chart)
    if chart.kind in (ChartKind.HEAT, ChartKind.DOTS) or not table.rows:
        at.text(chart.caption, bold=True)
        _insert(at, chart)
        _write_table(at, table)
        return
    drawn_at = at.line
    at.line += 19
    first, last = _write_table(at, table, drawn=True)
    at.sheet.insert_chart(drawn_at, 0, _native(at, chart, (first, last)), {"description": chart.alt, "object_position": 3})


def _native(at: _Sheet, chart: Chart, rows: tuple[int, int]) -> Any:  # noqa: ANN401 - xlsxwriter's charts are untyped
    """Draw from the cells of the table below, so that who edits a figure sees it move."""
    lying = chart.kind is not ChartKind.LINE and not chart.series[0].points[0].x[:4].isdecimal()
    kind = "line" if chart.kind is ChartKind.LINE else "bar" if lying else "column"
    drawn = at.book.book.add_chart({"type": kind})
    column = 1
    for number, series in enumerate(chart.series):
        colour = (SERIES if kind == "line" else GROUPS)[number % 6]
        drawn.add_series({
            "name": [at.name, rows[0] - 1, column],
            "categories": [at.name, rows[0], 0, rows[1], 0],
            "values": [at.name, rows[0], column, rows[1], column],
            "line" if kind == "line" else "fill": {"color": colour, **({"width": 2} if kind == "line" else {})},
        })  # fmt: skip
        column += 3 if has_intervals(series) else 1
    drawn.set_title({"name": chart.caption, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    figures = {"name": chart.y_title, "major_gridlines": {"visible": True, "line": {"color": LINE}}, "num_format": "#,##0.##"}
    drawn.set_y_axis({"reverse": True, "num_font": {"size": 9}} if lying else figures)
    drawn.set_x_axis({**figures, "name": chart.y_title} if lying else {"name": chart.x_title, "num_font": {"rotation": -45, "size": 9}})
    drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
    drawn.set_size({"width": _PICTURE_WIDTH, "height": 360})
    return drawn


def _write_questions(at: _Sheet) -> None:
    at.text("Frågorna bakom tabellerna", bold=True, font_size=18, height=1.7)
    at.text("Varje adress ställer samma fråga på nytt till tjänsten.", font_color=QUIET)
    for sheet, caption, question in at.book.questions:
        _pair(at, sheet, f"{caption}: {question}")
