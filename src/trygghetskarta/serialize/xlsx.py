"""Excel workbooks: the figures with a chart of them, and a sheet on what they are."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Measure
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.sources import CONTRACTS, CountsBy
from trygghetskarta.serialize.csv import FORMULA
from trygghetskarta.serialize.figures import Row
from trygghetskarta.serialize.swedish import month_name
from trygghetskarta.serialize.titles import title

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

_FIGURES, _ABOUT = "Siffror", "Om siffrorna"
_MONTHS = ("from", "to")
_MOST_LINES = 12
_WIDTH = 16
_LONGEST_TEXT = 32_767
_AXES = {Measure.COUNT: "Antal", Measure.RATE: "Per 1 000 och år", Measure.HARM: "Allvarlighet, dagar"}
_NOTES = (
    ("value", "Värdet finns. Noll är ett värde: det hände inget."),
    ("missing", "Värdet saknas: ingenting är levererat för perioden. Cellen är tom."),
    ("withheld", "Värdet är skyddat och visas inte för den som frågat. Cellen är tom."),
    ("notApplicable", "Det finns inget värde att räkna fram, till exempel per invånare där ingen bor. Cellen är tom."),
)


@dataclass(frozen=True, slots=True)
class _Look:
    """How cells look."""

    heading: CellFormat
    text: CellFormat
    formula: CellFormat
    month: CellFormat
    day: CellFormat
    instant: CellFormat
    wrapped: CellFormat


def workbook(answer: Answered, rows: list[Row], columns: list[str], sentences: list[str]) -> bytes:
    """Write an answer as an Excel workbook.

    Args:
        answer: What was asked and released.
        rows: Its rows, the same as every format has.
        columns: Their keys, in the order of the columns.
        sentences: Swedish sentences about it.

    Returns:
        The file. Codes and other texts are texts, whatever they look like, and never formulas; numbers are numbers; a value that there is none
        of is an empty cell, and the status column tells why. The same answer is the same bytes.
    """
    # Loaded when first needed: few answers are workbooks.
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    published_at = answer.provenance.published_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
    book.set_properties({"title": "Trygghetskarta", "created": published_at})
    look = _look(book)
    figures = book.add_worksheet(_FIGURES)
    about = book.add_worksheet(_ABOUT)
    _write_figures(figures, rows, columns, look)
    _draw(book, figures, answer, (rows, columns))
    _write_about(about, answer, sentences, look)
    book.close()
    return out.getvalue()


def list_workbook(rows: list[Row], columns: list[str], made_at: datetime) -> bytes:
    """Write a list that is no answer to a question as an Excel workbook: one sheet.

    Args:
        rows: The rows.
        columns: Their keys, in the order of the columns.
        made_at: When the list last changed.

    Returns:
        The file; its cells are as those of `workbook`.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": "Trygghetskarta", "created": made_at.astimezone(LOCAL_TIME).replace(tzinfo=None)})
    _write_figures(book.add_worksheet(_FIGURES), rows, columns, _look(book))
    book.close()
    return out.getvalue()


def _look(book: Workbook) -> _Look:
    return _Look(
        heading=book.add_format({"bold": True, "bottom": 1}),
        text=book.add_format({"num_format": "@"}),
        # Marked as a text by Excel's own apostrophe, so that it stays one when somebody edits the cell.
        formula=book.add_format({"num_format": "@", "quote_prefix": True}),
        month=book.add_format({"num_format": "yyyy-mm", "align": "left"}),
        day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        instant=book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        wrapped=book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    )


def _write_figures(sheet: Worksheet, rows: list[Row], columns: list[str], look: _Look) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), _WIDTH)
    sheet.autofilter(0, 0, len(rows), max(len(columns) - 1, 0))
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column, look.heading)
    for line, row in enumerate(rows, 1):
        for number, column in enumerate(columns):
            value = row[column]
            _write(sheet, (line, number), Month.parse(value).first_day if column in _MONTHS and value is not None else value, look)


def _write(sheet: Worksheet, at: tuple[int, int], value: Any, look: _Look) -> None:  # noqa: ANN401 - a cell holds whatever a row holds
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(*at, value)
        case int() | float():
            sheet.write_number(*at, value)
        case date():
            sheet.write_datetime(*at, value, look.month)
        case _:
            words = str(value)[:_LONGEST_TEXT]
            sheet.write_string(*at, words, look.formula if words.startswith(FORMULA) else look.text)


def _draw(book: Workbook, sheet: Worksheet, answer: Answered, drawn: tuple[list[Row], list[str]]) -> None:
    """Put a chart of the figures beside them: columns for areas, a line per area for periods."""
    rows, columns = drawn
    value = answer.question.measure.value
    if not rows or not {"code", "name", value} <= set(columns):
        return
    over_time = "period" in columns
    chart = book.add_chart({"type": "line" if over_time else "column"})
    named, counted = columns.index("period" if over_time else "name"), columns.index(value)
    for first, last in _lines(rows) if over_time else [(1, len(rows))]:
        chart.add_series(
            {
                "name": [_FIGURES, first, columns.index("name")] if over_time else [_FIGURES, 0, counted],
                "categories": [_FIGURES, first, named, last, named],
                "values": [_FIGURES, first, counted, last, counted],
            }
        )
    if not over_time and answer.question.baseline is not None and "baselineCount" in columns and value == "count":
        before = columns.index("baselineCount")
        chart.add_series(
            {
                "name": [_FIGURES, 0, before],
                "categories": [_FIGURES, 1, named, len(rows), named],
                "values": [_FIGURES, 1, before, len(rows), before],
            }
        )
    chart.set_title({"name": title(answer), "name_font": {"size": 12}})
    chart.set_y_axis({"name": _AXES[answer.question.measure], "min": 0})
    chart.set_size({"width": 960, "height": 480})
    sheet.insert_chart(1, len(columns) + 1, chart)


def _lines(rows: list[Row]) -> Iterator[tuple[int, int]]:
    """Give the first and last row on the sheet of each of the first areas of a series."""
    first = 1
    found = 0
    for line in range(1, len(rows) + 1):
        if line == len(rows) or rows[line]["code"] != rows[first - 1]["code"]:
            yield first, line
            first, found = line + 1, found + 1
            if found == _MOST_LINES:
                return


def _write_about(sheet: Worksheet, answer: Answered, sentences: list[str], look: _Look) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for line, (name, value) in enumerate(_about(answer, sentences)):
        sheet.write_string(line, 0, name, look.heading)
        match value:
            case date():
                sheet.write_datetime(line, 1, value, look.instant if hasattr(value, "hour") else look.day)
            case _ if value is not None and not isinstance(value, str):
                _write(sheet, (line, 1), value, look)
            case _:
                sheet.write_string(
                    line, 1, str(value or "")[:_LONGEST_TEXT], look.formula if str(value).startswith(FORMULA) else look.wrapped
                )


def _about(answer: Answered, sentences: list[str]) -> Iterator[tuple[str, str | int | date | None]]:
    """Give what stands on the second sheet, line by line: the question, where the figures come from, what is delivered, notes."""
    question, provenance, ledger = answer.question, answer.provenance, answer.ledger
    yield "Källor", ", ".join(f"{CONTRACTS[source].name} ({source.value})" for source in question.sources)
    yield "Nivå", question.level.swedish
    yield "Områden", ", ".join(question.areas) or "alla"
    yield "Inom", question.within or "hela staden"
    yield "Kategorier", ", ".join(question.categories) or "alla"
    yield "Från månad", str(question.span.first)
    yield "Till månad", str(question.span.last)
    yield "Jämförs med", str(question.baseline) if question.baseline is not None else "ingenting"
    yield "Månaden avgörs av", _BY[question.by] if question.by is not None else "källans eget datum"
    yield "Mått", question.measure.value
    if provenance.denominator is not None:
        days = ", ".join(str(day) for day in provenance.denominator.counted)
        yield "Nämnare", f"{provenance.denominator.kind.names[0]} ({days})"
    yield "Indelning", provenance.edition_name
    yield "Indelningens första dag", provenance.edition
    yield "Så som det var känt", provenance.as_of if provenance.as_of is not None else "nu"
    yield "Version på data", provenance.version
    yield "Publicerad", provenance.published_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
    yield "Framtagen för", answer.audience.value
    for name, part in _LEDGER.items():
        yield f"Avstämning: {name}", getattr(ledger, part) if ledger is not None else "skyddat"
    for coverage in answer.coverage:
        name = CONTRACTS[coverage.source].name
        ends = (
            "ingenting"
            if coverage.first is None or coverage.last is None
            else f"{month_name(coverage.first)} till {month_name(coverage.last)}"
        )
        yield f"Levererat: {name}", ends
        for what, months in (("Saknas", coverage.missing), ("Saknas delvis", coverage.partial), ("Preliminärt", coverage.provisional)):
            yield f"{what}: {name}", ", ".join(str(month) for month in months) or "ingen månad"
    for number, sentence in enumerate(sentences, 1):
        yield f"Mening {number}", sentence
    for status, note in _NOTES:
        yield f"status = {status}", note


_BY = {CountsBy.HAPPENED: "när det hände", CountsBy.REPORTED: "när det anmäldes"}
_LEDGER: Mapping[str, str] = {
    "placerade": "placed",
    "bara i större område": "area_only",
    "utan plats": "unplaced",
    "utanför": "outside",
    "alla": "total",
    "utan det datum som avgör månaden": "undated",
    "fördelade efter andel, av de placerade": "estimated",
}
