"""Excel: a sheet per chapter, numbers as numbers, charts of the workbook's own beside the figures they are drawn from."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import chain, count
from typing import Any

from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import (
    Block,
    Cell,
    Chapter,
    Chart,
    ChartKind,
    Column,
    Facts,
    MapPicture,
    Notice,
    Paragraph,
    Prompts,
    Report,
    Row,
    Subheading,
    Table,
)  # fmt: skip
from trygghetskarta.reports.ink import ACCENT, GROUPS, INK, LINE, QUIET, SERIES
from trygghetskarta.reports.laying import PROVISIONAL, about, called, heading_spans, is_number, made_at, notes
from trygghetskarta.reports.pictures import picture_png, picture_svg, proportions
from trygghetskarta.reports.placing import is_over_time
from trygghetskarta.reports.sheets import FIRST_WIDTH, LINE_HEIGHT, WIDTH, Book, Sheet
from trygghetskarta.reports.strokes import lines_of, width_of
from trygghetskarta.reports.tabulated import has_intervals, tabulated

_FIRST, _LAST = "Om rapporten", "Frågor"
_PICTURE_WIDTH, _CHART_HEIGHT = 720, 360
_POINTS_A_PIXEL = 0.75
_LAST_ROWS = 3
"""How many rows at the end of a table stand on one printed page."""
_NOTE: dict[str, Any] = {"font_size": 9, "font_color": QUIET}
_LONGEST_NAME = 31
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


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
    kept = Book(book)
    names = _sheet_names([chapter.heading for chapter in report.chapters])
    _write_first(_add(kept, _FIRST, report), report, names)
    for chapter, name in zip(report.chapters, names, strict=True):
        columns = [len(block.columns) for block in chapter.blocks if isinstance(block, Table)]
        _write_chapter(_add(kept, name, report, max(columns, default=0)), chapter)
    _write_questions(_add(kept, _LAST, report))
    book.close()
    return out.getvalue()


def _sheet_names(headings: Sequence[str]) -> list[str]:
    """Give names that Excel takes: short, without its signs, no two alike."""
    taken = {_FIRST.casefold(), _LAST.casefold()}
    names = []
    for heading in headings:
        plain = _NO_SHEET_NAME.sub(" ", heading).strip() or "Kapitel"
        tried = (
            f"{plain[: _LONGEST_NAME - len(ending)].rstrip()}{ending}" for ending in chain([""], (f" {number}" for number in count(2)))
        )
        names.append(next(name for name in tried if name.casefold() not in taken))
        taken.add(names[-1].casefold())
    return names


def _add(book: Book, name: str, report: Report, columns: int = 0) -> Sheet:
    sheet = Sheet(book, book.book.add_worksheet(name), name)
    sheet.prepare(
        f"&L&8{_escaped(report.title)}&R&8{_escaped(report.subtitle)}",
        f"&L&8{_escaped(report.watermark or 'trygghetskarta')}&R&8Sida &P av &N",
        columns,
    )
    return sheet


def _escaped(words: str) -> str:
    """Write words where & begins a code; Excel takes no more than 255 letters in all."""
    return words[:100].replace("&", "&&")


def _write_first(at: Sheet, report: Report, names: Sequence[str]) -> None:
    at.text(called(report), bold=True, font_color=ACCENT)
    at.text(report.title, bold=True, font_size=22, height=2)
    at.text(report.subtitle, font_size=14, font_color=QUIET, height=1.4)
    if report.watermark:
        at.text(report.watermark, bold=True, font_color="#B3480B")
    at.down()
    for label, value in about(report):
        at.pair(label, value)
    if report.link:
        at.pair("Adress som gör rapporten på nytt", report.link)
    at.pair(
        "Siffror",
        f"Ord i stället för en siffra: saknas = inte levererat, skyddat = visas inte, – = går inte att räkna fram. {PROVISIONAL}.",
    )
    at.down()
    at.text("Innehåll", bold=True, font_size=14, height=1.4)
    for name in (*names, _LAST):
        at.sheet.write_url(at.line, 0, f"internal:'{name}'!A1", at.book.look(font_color=ACCENT, underline=1), name)
        at.down()


def _write_chapter(at: Sheet, chapter: Chapter) -> None:
    at.text(chapter.heading, bold=True, font_size=18, height=1.7, bottom=2, bottom_color=ACCENT)
    at.down()
    for block in chapter.blocks:
        _write_block(at, block)
        at.down()


def _write_block(at: Sheet, block: Block) -> None:
    match block:
        case Facts():
            _write_facts(at, block)
        case Table():
            _write_table(at, block)
        case MapPicture():
            _insert(at, block)
            _write_table(at, tabulated(block))
        case Chart():
            _write_chart(at, block)
        case _:
            _write_words(at, block)


def _write_words(at: Sheet, block: Paragraph | Subheading | Notice | Prompts) -> None:
    match block:
        case Paragraph():
            at.text(block.text)
        case Subheading():
            at.keep(LINE_HEIGHT * 8)
            at.text(block.text, bold=True, font_size=13, height=1.2)
        case Notice():
            at.text(f"Observera. {block.text}", bg_color="#FDF3DC", font_color="#5A4300")
        case Prompts():
            for number, item in enumerate(block.items, 1):
                at.text(f"{number}. {item}")
                at.text("", height=3, border=1, border_color=LINE)


def _write_facts(at: Sheet, facts: Facts) -> None:
    if facts.caption:
        at.text(facts.caption, bold=True)
    for fact in facts.rows:
        if fact.cell.value is None or isinstance(fact.cell.value, str):
            at.pair(fact.label, fact.cell.text)
        else:
            at.sheet.write_string(at.line, 0, fact.label, at.book.look(font_color=QUIET, text_wrap=True))
            at.cell(1, fact.cell, {"align": "left"})
            at.down(LINE_HEIGHT * _lines(fact.label, 0))


def _write_table(at: Sheet, table: Table, *, drawn: bool = False) -> tuple[int, int]:
    """Write a table, and give the lines of its first and last row.

    In one that is drawn from, what has no number is an empty cell, for a word would be drawn as zero; that it is missing or withheld stands after
    the row's name.
    """
    at.keep(LINE_HEIGHT * 6)
    at.text(table.caption, bold=True)
    if table.question:
        at.book.questions.append((at.name, table.caption, table.question))
    first = at.line
    if table.rows:
        _write_headings(at, table)
        first = at.line
        for number, row in enumerate(table.rows):
            if number == len(table.rows) - _LAST_ROWS:
                at.keep(LINE_HEIGHT * _LAST_ROWS)
            _write_row(at, _drawable(row) if drawn else row, table.columns)
    for note in notes(table) or (() if table.rows else ("Inga rader.",)):
        at.text(note, **_NOTE)
    return first, first + len(table.rows) - 1


def _drawable(row: Row) -> Row:
    first, *others = row.cells
    lacking = [cell for cell in others if cell.status in (Status.MISSING, Status.WITHHELD)]
    words = ", ".join(dict.fromkeys(cell.text for cell in lacking))
    emptied = (cell if cell.value is not None else Cell("", status=cell.status) for cell in others)
    return Row((Cell(f"{first.text} ({words})" if words else first.text), *emptied), row.indent, row.strong)


def _write_headings(at: Sheet, table: Table) -> None:
    number = 0
    for span in heading_spans(table.columns):
        look = at.book.look(bold=True, align="center", bottom=1)
        if span.columns > 1:
            at.sheet.merge_range(at.line, number, at.line, number + span.columns - 1, span.title, look)
        elif span.title:
            at.sheet.write_string(at.line, number, span.title, look)
        number += span.columns
    at.down(rows=1 if number else 0)
    for number, column in enumerate(table.columns):
        look = at.book.look(bold=True, bottom=2, text_wrap=True, valign="bottom", **_aligned(number, column))
        at.sheet.write_string(at.line, number, column.title, look)
    lines = max(_lines(column.title, number) for number, column in enumerate(table.columns))
    at.down(LINE_HEIGHT * min(lines, 8))


def _aligned(number: int, column: Column) -> dict[str, Any]:
    """Give how a column is aligned: words stand a little from the left, for a number may end where they begin."""
    if is_number(column):
        return {"align": "right"}
    return {"align": "left", "indent": 1} if number else {"align": "left"}


def _lines(words: str, column: int, *, strong: bool = False) -> int:
    """Tell over how many lines a cell's words go; those that are narrow go on one, though their number would fill two."""
    room, reach = _room(column), 1.0 if strong else 1.15
    return 1 if width_of(words, 11) <= reach * room else max(2 if strong else 1, len(lines_of(words, room, 11)))


def _room(column: int) -> float:
    """Give how wide a column is, in the measure of letters of a size."""
    return 6.2 * (FIRST_WIDTH if column == 0 else WIDTH)


def _write_row(at: Sheet, row: Row, columns: Sequence[Column]) -> None:
    plain = {"bottom": 1, "bottom_color": LINE, **({"bold": True, "bg_color": "#F3F5F6"} if row.strong else {})}
    lines = 1
    for number, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        more: dict[str, Any] = {"indent": row.indent} if number == 0 and row.indent else {}
        if any(width_of(word, 11) > _room(number) for word in cell.text.split()):
            more["font_size"] = 8  # a word that is wider than its column would be broken anywhere
        at.cell(number, cell, {**plain, **_aligned(number, column), **more}, column)
        if not is_number(column):
            lines = max(lines, _lines(cell.text, number, strong=row.strong))
    at.down(LINE_HEIGHT * min(lines, 8))


def _insert(at: Sheet, block: MapPicture | Chart) -> None:
    svg = picture_svg(block)
    drawn = picture_png(svg)
    pixels = int.from_bytes(drawn[16:20], "big")
    scale = _PICTURE_WIDTH / pixels
    options = {"image_data": io.BytesIO(drawn), "x_scale": scale, "y_scale": scale, "description": block.alt, "object_position": 3}
    rows = _rows(_PICTURE_WIDTH * proportions(svg))
    at.keep((rows + 2) * LINE_HEIGHT)
    at.text(block.caption, bold=True)
    at.sheet.insert_image(at.line, 0, "bild.png", options)
    at.down(rows=rows)


def _rows(pixels: float) -> int:
    """Give how many rows a picture lies over."""
    return int(pixels * _POINTS_A_PIXEL / LINE_HEIGHT) + 2


def _write_chart(at: Sheet, chart: Chart) -> None:
    table = tabulated(chart)
    if chart.kind in (ChartKind.HEAT, ChartKind.DOTS) or not table.rows:
        _insert(at, chart)
        _write_table(at, table)
        return
    at.keep((_rows(_CHART_HEIGHT) + 1) * LINE_HEIGHT)
    drawn_at = at.line
    at.down(rows=_rows(_CHART_HEIGHT))
    first, last = _write_table(at, table, drawn=True)
    at.sheet.insert_chart(drawn_at, 0, _native(at, chart, (first, last)), {"description": chart.alt, "object_position": 3})


def _native(at: Sheet, chart: Chart, rows: tuple[int, int]) -> Any:  # noqa: ANN401 - xlsxwriter's charts are untyped
    """Draw from the cells of the table below, so that who edits a figure sees it move."""
    lying = chart.kind is not ChartKind.LINE and not is_over_time(chart)
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
    drawn.set_size({"width": _PICTURE_WIDTH, "height": _CHART_HEIGHT})
    return drawn


def _write_questions(at: Sheet) -> None:
    at.text("Frågorna bakom tabellerna", bold=True, font_size=18, height=1.7)
    some = bool(at.book.questions)
    told = "Varje adress ställer samma fråga på nytt till tjänsten." if some else "Ingen tabell i rapporten har en fråga bakom sig."
    at.text(told, font_color=QUIET)
    for sheet, caption, question in at.book.questions:
        at.pair(sheet, f"{caption}: {question}")
