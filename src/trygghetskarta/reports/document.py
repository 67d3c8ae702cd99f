"""A report as its readers meet it, before it has a form: chapters of text, facts, tables, maps and charts.

Every text is Swedish and written once, here; a form (PDF, Word, Excel ...) lays it out and changes no letter of it. Every figure says which
question to the API gives it, and where in the answer it stands, so that whoever doubts a figure can ask for it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.counts import Status

# Swedish for what stands where there is no value. Words, not signs: a dash is read as nothing, and nothing is read as zero.
STATUS_WORDS = {Status.MISSING: "saknas", Status.WITHHELD: "skyddat", Status.NOT_APPLICABLE: "–"}

Ring = tuple[tuple[float, float], ...]


class Kind(StrEnum):
    """What a column holds: how its cells are aligned and what a spreadsheet makes of them."""

    TEXT = "text"
    CODE = "code"
    MONTH = "month"
    COUNT = "count"
    CHANGE = "change"
    PERCENT = "percent"
    RATE = "rate"
    DECIMAL = "decimal"


class ChartKind(StrEnum):
    """How a chart is drawn."""

    LINE = "line"
    BARS = "bars"
    HEAT = "heat"
    DOTS = "dots"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from.

    Attributes:
        question: Address of the question, from the root of the service: /v1/comparisons?...; its answer is JSON.
        at: Where in the answer the figure stands, as a JSON pointer (RFC 6901).
        times: What the figure there is multiplied by to be the one told: 100 for a rate per 1 000 told per 100 000.
    """

    question: str
    at: str
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is printed, and as a number.

    Attributes:
        text: What every form prints.
        value: The number or word behind it; None where there is none.
        status: Which of the four states it has.
        origin: Where the figure comes from; None for a heading, a name, or what no question is asked for.
        provisional: True for a figure that is not final.
        parts: The figures that the text is put together of, each with its own origin: both ends of an interval; none where it is one figure.
    """

    text: str
    value: float | int | str | None = None
    status: Status = Status.VALUE
    origin: Origin | None = None
    provisional: bool = False
    parts: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: Name in JSON, camelCase.
        title: Its heading.
        kind: What it holds.
        group: A heading over this and the neighbours with the same group; empty for none.
    """

    key: str
    title: str
    kind: Kind = Kind.COUNT
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        cells: One per column.
        indent: How deep it stands under the rows above, 0 for not at all.
        strong: True for a sum, or for the area the report is about.
    """

    cells: tuple[Cell, ...]
    indent: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text.

    Attributes:
        text: One or more sentences.
        question: Address of the answer that says so; empty for a text of the report's own.
        noted: The figures of a sentence that the answer does not say, but whose figures it has.
    """

    text: str
    question: str = ""
    noted: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading within a chapter."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must not miss: a figure that is not final, a source that is not delivered."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompts:
    """Questions to work on: each is one item of a list, with space for an answer in the forms one can write in.

    Attributes:
        items: The questions.
        noted: Their figures, where no other text of the report tells them.
    """

    items: tuple[str, ...]
    noted: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what stands beside them: a table of two columns without heading."""

    caption: str
    rows: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows, with the months.
        columns: Left to right, at least one.
        rows: Top to bottom; with none, a form prints `note` alone under the caption.
        note: What a reader of the table must know; empty for nothing.
        question: Address of the question whose answer holds the table; empty where each cell tells its own.
        noted: The figures that the note tells.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    question: str = ""
    noted: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class MapArea:
    """One area of a map.

    Attributes:
        code: Code of the area.
        name: Its name.
        polygons: Outline in the plane of the edition, metres east and north: polygons of rings, the outer ring first.
        cell: The figure it is coloured by.
        shade: Number of its class in the legend; None where the cell has no value.
        marked: True for the area the report is about.
    """

    code: str
    name: str
    polygons: tuple[tuple[Ring, ...], ...]
    cell: Cell
    shade: int | None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A map of areas in classes.

    Attributes:
        caption: What it shows, with the months.
        alt: The same as a reader who cannot see it needs it told.
        areas: The areas, all of them.
        legend: Words of the classes, from the lowest up: 0–12, 13–40 ...
        legend_title: What the classes are of: anmälda brott, antal.
        diverging: True where the classes go from lower to higher round a middle.
        note: What a reader of the map must know; empty for nothing.
        question: Address of the question whose answer it shows.
    """

    caption: str
    alt: str
    areas: tuple[MapArea, ...]
    legend: tuple[str, ...]
    legend_title: str
    diverging: bool = False
    note: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a chart.

    Attributes:
        x: Where it stands: a month or period as it is sorted (2026-01), an hour, an area's name.
        label: The same as it is printed.
        cell: Its figure; the value is None where there is none, and a line breaks there.
        low: Lower end of its interval; None for none.
        high: Upper end.
        marked: True for what the report is about, or what stands out.
        ends: Where the lower and the upper end come from; none where there is no interval.
    """

    x: str
    label: str
    cell: Cell
    low: float | None = None
    high: float | None = None
    marked: bool = False
    ends: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together: a line, one colour of bars, one row of a heat map (a weekday)."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at one place of a line chart: a break in how things are counted, a change found."""

    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        caption: What it shows, with the months.
        alt: The same as a reader who cannot see it needs it told.
        kind: How it is drawn. A dot has its interval as a line through it.
        series: What is drawn, the most important first.
        x_title: Title of the horizontal axis; empty where it speaks for itself.
        y_title: Title of the vertical axis, with the unit.
        marks: Marks on the horizontal axis.
        note: What a reader of the chart must know; empty for nothing.
        question: Address of the question whose answer it shows.
    """

    caption: str
    alt: str
    kind: ChartKind
    series: tuple[Series, ...]
    x_title: str
    y_title: str
    marks: tuple[Mark, ...] = ()
    note: str = ""
    question: str = ""


Block = Paragraph | Subheading | Notice | Prompts | Facts | Table | MapPicture | Chart


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: a heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        kind: What it is: lagesbild, manadsrapport.
        title: Its title: Lägesbild för Järva.
        subtitle: Its months: januari–oktober 2026.
        area: Code of the area it is about; of the first of them in a joint one.
        area_name: Name of the area, or of them all.
        report_class: Who it is for.
        made_for: Who asked for it; None in a report that is delbar, which names nobody.
        made_on: The day it was asked for, as whoever asked told it; None in a report that is delbar.
        known_on: The day its figures were known: of the publication, or the one asked for. No clock is read to make a report.
        version: Number of the publication its figures are of.
        edition: The division into areas.
        link: Address that makes the report again.
        chapters: Its chapters.
        language: Its language.
        watermark: What is printed across every page; empty for nothing.
        not_used: The parts of the question that were given and that the report has no use for, as the API calls them.
    """

    kind: str
    title: str
    subtitle: str
    area: str
    area_name: str
    report_class: SharingClass
    made_for: str | None
    made_on: date | None
    known_on: date
    version: int
    edition: str
    link: str
    chapters: tuple[Chapter, ...]
    language: str = "sv"
    watermark: str = ""
    not_used: tuple[str, ...] = ()


def cells(report: Report) -> Iterator[Cell]:
    """Give every cell of a report, in the order they are read, each followed by its parts."""
    for chapter in report.chapters:
        for block in chapter.blocks:
            for cell in cells_of(block):
                yield cell
                yield from cell.parts


def cells_of(block: Block) -> Iterator[Cell]:
    """Give the cells of a block, and the figures of its text."""
    match block:
        case Facts():
            yield from (row.cell for row in block.rows)
        case Table():
            yield from (cell for row in block.rows for cell in row.cells)
            yield from block.noted
        case MapPicture():
            yield from (area.cell for area in block.areas)
        case Chart():
            yield from (point.cell for series in block.series for point in series.points)
        case Paragraph() | Prompts():
            yield from block.noted
        case Subheading() | Notice():
            return
