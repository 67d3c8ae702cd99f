"""Excel workbooks: the figures with a chart of them, and a sheet on what they are."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.audience import MadeFor, SharingClass
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.counts import Measure
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.sources import CONTRACTS, CountsBy
from trygghetskarta.serialize.columns import known_columns
from trygghetskarta.serialize.csv import FORMULA
from trygghetskarta.serialize.figures import MOST_DELIVERIES, Row
from trygghetskarta.serialize.swedish import month_name, span_name, whole
from trygghetskarta.serialize.titles import title
from trygghetskarta.stats.hours import HOURS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

_FIGURES, _CHART, _ABOUT = "Siffror", "Diagram", "Om siffrorna"
_MONTHS = ("from", "to")
_A4, _COLUMNS_A_PAGE = 9, 12
_LINE_HEIGHT, _LINE_LENGTH = 15, 95
_CHART_CELLS = (36, 18)
_MOST_LINES = 12
_LONGEST_HEADER = 120
_WIDTH, _WIDE = 14, 24
_WIDE_COLUMNS = ("id", "code", "name", "ofName", "question")
_LONGEST_TEXT = 32_767
_HOURS = 24
_NOTE = {"width": 190, "height": 36, "font_name": "Calibri", "font_size": 10, "color": "#FFFFE1"}
_AXES = {Measure.COUNT: "Antal", Measure.RATE: "Per 1 000 och år", Measure.HARM: "Allvarlighet, dagar"}
_NOTED = (
    ("status = value", "Värdet finns. Noll är ett värde: det hände inget."),
    ("status = missing", "Värdet saknas: ingenting är levererat för perioden. Cellen är tom."),
    ("status = withheld", "Värdet är skyddat och visas inte för den som frågat. Cellen är tom."),
    ("status = notApplicable", "Det finns inget värde att räkna fram, till exempel per invånare där ingen bor. Cellen är tom."),
)


@dataclass(frozen=True, slots=True)
class _Look:
    """How cells look."""

    heading: CellFormat
    number_heading: CellFormat
    label: CellFormat
    left: CellFormat
    text: CellFormat
    formula: CellFormat
    month: CellFormat
    day: CellFormat
    instant: CellFormat
    wrapped: CellFormat


def workbook(answer: Answered, rows: list[Row], columns: list[str], about: Mapping[str, Any], made_for: MadeFor | None = None) -> bytes:
    """Write an answer as an Excel workbook.

    Args:
        answer: What was asked and released.
        rows: Its rows, the same as every format has.
        columns: Their keys, in the order of the columns.
        about: What stands beside the rows, as JSON has it; its sentences and methods are written.
        made_for: Who takes it out, of an intern file: every printed page says so.

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
    _write_figures(book.add_worksheet(_FIGURES), rows, columns, look)
    _draw(book, answer, rows, columns)
    _write_about(book.add_worksheet(_ABOUT), (answer, columns, about, made_for), look)
    for sheet in book.worksheets():
        sheet.set_header(f"&R{_mark(answer, made_for)[:_LONGEST_HEADER].replace('&', '&&')}")
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
        number_heading=book.add_format({"bold": True, "bottom": 1, "align": "right"}),
        label=book.add_format({"bold": True, "valign": "top"}),
        left=book.add_format({"align": "left"}),
        text=book.add_format({"num_format": "@"}),
        # Marked as a text by Excel's own apostrophe, so that it stays one when somebody edits the cell.
        formula=book.add_format({"num_format": "@", "quote_prefix": True}),
        month=book.add_format({"num_format": "yyyy-mm", "align": "left"}),
        day=book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        instant=book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        wrapped=book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    )


def _write_figures(sheet: Worksheet, rows: list[Row], columns: list[str], look: _Look) -> None:
    known = known_columns()
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, _WIDE if column in _WIDE_COLUMNS else max(_WIDTH, len(column) + 2))
    _for_paper(sheet)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(-(-len(columns) // _COLUMNS_A_PAGE), 0)
    sheet.autofilter(0, 0, len(rows), max(len(columns) - 1, 0))
    for number, column in enumerate(columns):
        is_number = column in known and known[column].kind.is_number
        sheet.write_string(0, number, column, look.number_heading if is_number else look.heading)
        if column in known:
            # A heading is what programs read; what people call it is shown when the pointer is on it.
            sheet.write_comment(0, number, known[column].name, _NOTE)
    for line, row in enumerate(rows, 1):
        for number, column in enumerate(columns):
            value = row[column]
            _write(sheet, (line, number), Month.parse(value).first_day if column in _MONTHS and value is not None else value, look)


def _for_paper(sheet: Worksheet) -> None:
    sheet.set_paper(_A4)
    sheet.set_landscape()


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


def _draw(book: Workbook, answer: Answered, rows: list[Row], columns: list[str]) -> None:
    """Put a chart of the figures on a sheet of its own: columns for areas, a line per area for periods and one per weekday for hours."""
    value = answer.question.measure.value
    over_hours, over_time = "hourOfWeek" in columns, "period" in columns
    if not rows or not (over_hours or {"code", "name", value} <= set(columns)):
        return
    chart = book.add_chart({"type": "line" if over_hours or over_time else "column"})
    drawn = _drawn(answer, rows, columns, value)
    for series in drawn:
        chart.add_series(series)
    chart.set_title({"name": title(answer), "name_font": {"size": 14}})
    chart.set_y_axis({"name": _axis(answer), "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_x_axis({"num_font": {"rotation": -45}})
    chart.set_legend({"none": True} if len(drawn) == 1 else {"position": "bottom"})
    chart.set_size({"width": 1080, "height": 600})
    sheet = book.add_worksheet(_CHART)
    sheet.hide_gridlines(2)
    _for_paper(sheet)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, *_CHART_CELLS)
    sheet.insert_chart(0, 0, chart, {"description": title(answer)})


def _axis(answer: Answered) -> str:
    """Name what the chart shows, with the denominator of a rate."""
    used = answer.provenance.denominator
    if answer.question.measure is Measure.RATE and used is not None:
        return f"Per 1 000 {used.kind.names[0]} och år"
    return _AXES[answer.question.measure]


def _drawn(answer: Answered, rows: list[Row], columns: list[str], value: str) -> list[dict[str, Any]]:
    if "hourOfWeek" in columns:
        return _weekdays_drawn(columns)
    return _lines_drawn(rows, columns, value) if "period" in columns else _bars_drawn(answer, rows, columns, value)


def _lines_drawn(rows: list[Row], columns: list[str], value: str) -> list[dict[str, Any]]:
    named, counted, periods = columns.index("name"), columns.index(value), columns.index("period")
    return [
        {
            "name": [_FIGURES, first, named],
            "categories": [_FIGURES, first, periods, last, periods],
            "values": [_FIGURES, first, counted, last, counted],
        }
        for first, last in _lines(rows)
    ]


def _weekdays_drawn(columns: list[str]) -> list[dict[str, Any]]:
    named, hours, counted = columns.index("weekdayName"), columns.index("hour"), columns.index("count")
    return [
        {
            "name": [_FIGURES, first, named],
            "categories": [_FIGURES, 1, hours, _HOURS, hours],
            "values": [_FIGURES, first, counted, first + _HOURS - 1, counted],
        }
        for first in range(1, HOURS, _HOURS)
    ]


def _bars_drawn(answer: Answered, rows: list[Row], columns: list[str], value: str) -> list[dict[str, Any]]:
    named, question = columns.index("name"), answer.question
    bars = [(span_name(question.span), value)]
    before = f"baseline{value.capitalize()}"
    if question.baseline is not None and before in columns:
        bars.insert(0, (span_name(question.baseline), before))
    return [
        {
            "name": name,
            "categories": [_FIGURES, 1, named, len(rows), named],
            "values": [_FIGURES, 1, columns.index(column), len(rows), columns.index(column)],
        }
        for name, column in bars
    ]


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


def _write_about(sheet: Worksheet, told: tuple[Answered, list[str], Mapping[str, Any], MadeFor | None], look: _Look) -> None:
    answer, columns, about, made_for = told
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 100)
    _for_paper(sheet)
    sheet.fit_to_pages(1, 0)
    known = known_columns()
    named = [(f"kolumn {column}", known[column].name) for column in columns]
    said = [(f"Mening {number}", sentence) for number, sentence in enumerate(about["sentences"], 1)]
    lines = [
        *_about(answer),
        *_shared(answer, made_for),
        ("Metoder", ", ".join(about["provenance"]["methods"]) or "inga"),
        *said,
        *_NOTED,
        *named,
    ]
    for line, (name, value) in enumerate(lines):
        _write_line(sheet, line, (name, value), look)


def _write_line(sheet: Worksheet, line: int, told: tuple[str, str | int | date | None], look: _Look) -> None:
    name, value = told
    words = str(value or "")[:_LONGEST_TEXT]
    # Not every program makes room by itself for a text of several lines.
    sheet.set_row(line, _LINE_HEIGHT * max(1, -(-len(words) // _LINE_LENGTH)))
    sheet.write_string(line, 0, name, look.label)
    match value:
        case datetime():
            sheet.write_datetime(line, 1, value, look.instant)
        case date():
            sheet.write_datetime(line, 1, value, look.day)
        case int():
            sheet.write_number(line, 1, value, look.left)
        case _:
            sheet.write_string(line, 1, words, look.formula if words.startswith(FORMULA) else look.wrapped)


def _deliveries(numbers: tuple[int, ...]) -> str:
    told = ", ".join(map(str, numbers[-MOST_DELIVERIES:]))
    return told if len(numbers) <= MOST_DELIVERIES else f"{told} och {whole(len(numbers) - MOST_DELIVERIES)} äldre"


def _about(answer: Answered) -> Iterator[tuple[str, str | int | date | None]]:
    """Give what stands on the last sheet, line by line: the question, where the figures come from, what is delivered."""
    question, provenance, ledger = answer.question, answer.provenance, answer.ledger
    yield "Källor", ", ".join(f"{CONTRACTS[source].name} ({source.value})" for source in question.sources)
    yield "Nivå", question.level.swedish
    yield "Områden", ", ".join(question.areas) or "alla"
    yield "Inom", question.within or "hela staden"
    yield "Kategorier", ", ".join(question.categories) or "alla"
    if question.group is not None:
        yield "Grupp", category_groups()[question.group].name
    yield "Från månad", str(question.span.first)
    yield "Till månad", str(question.span.last)
    yield "Jämförs med", str(question.baseline) if question.baseline is not None else "ingenting"
    yield "Månaden avgörs av", _BY[question.by] if question.by is not None else "källans eget datum"
    yield "Mått", _AXES[question.measure]
    yield "Angivet men inte använt", ", ".join(question.not_used) or "ingenting"
    if provenance.denominator is not None:
        days = ", ".join(str(day) for day in provenance.denominator.counted)
        yield "Nämnare", f"{provenance.denominator.kind.names[0]} ({days})"
    if provenance.weights is not None:
        yield "Vikter för allvarlighet", provenance.weights
    yield "Indelning", provenance.edition_name
    yield "Indelningens första dag", provenance.edition
    yield "Så som det var känt", provenance.as_of if provenance.as_of is not None else "nu"
    if provenance.deliveries is not None:
        yield "Leveranser", _deliveries(provenance.deliveries)
    yield "Version på data", provenance.version
    yield "Publicerad", provenance.published_at.astimezone(LOCAL_TIME).replace(tzinfo=None)
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


def _shared(answer: Answered, made_for: MadeFor | None) -> Iterator[tuple[str, str | datetime]]:
    """Say who the file may be given to, and of an intern one who took it out and when."""
    yield "Klass", _CLASSES[answer.audience.sharing_class]
    if made_for is not None:
        yield "Framtagen för", made_for.name
        yield "Framtagen", made_for.at.astimezone(LOCAL_TIME).replace(tzinfo=None)


def _mark(answer: Answered, made_for: MadeFor | None) -> str:
    """Give what stands at the top of every printed page."""
    sort = answer.audience.sharing_class.value.upper()
    return sort if made_for is None else f"{sort} · {made_for.name} · {made_for.at.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}"


_CLASSES = {
    SharingClass.DELBAR: "delbar: bara siffror som alla får se",
    SharingClass.INTERN: "intern: exakta siffror, bara för behöriga i staden",
}
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
