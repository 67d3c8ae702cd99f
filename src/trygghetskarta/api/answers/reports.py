"""A report as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.api.answers.parts import Figure, Part
from trygghetskarta.domain.audience import SharingClass
from trygghetskarta.domain.counts import Status
from trygghetskarta.reports.document import ChartKind, Kind

_Question = Annotated[str, Field(description="Frågans adress; tom där det inte är ett svar. / Address of the question.")]
_Caption = Annotated[str, Field(description="Vad som visas. / What is shown.")]
_Alt = Annotated[str, Field(description="Detsamma för den som inte ser det. / The same for one who cannot see it.")]
_Noted = Annotated[list["CellTold"], Field(description="Siffrorna i texten. / The figures of the text.")]
_Note = Annotated[str, Field(description="Vad läsaren måste veta; tom för inget. / What a reader must know.")]


class OriginTold(Part):
    """Var en siffra kommer ifrån: frågan, var i svaret den står och vad den är gånger. / Where a figure comes from."""

    question: _Question
    at: Annotated[str, Field(description="JSON-pekare (RFC 6901) i svaret. / JSON pointer into the answer.")]
    times: Annotated[float, Field(description="Vad siffran där är multiplicerad med. / What the figure there is multiplied by.")]


class CellTold(Part):
    """Ett värde så som det skrivs, och som tal. / A value as it is printed, and as a number."""

    text: str
    value: float | str | None
    status: Status
    origin: OriginTold | None
    provisional: bool
    parts: Annotated[
        list[CellTold], Field(description="Siffrorna som texten är satt samman av. / The figures that the text is put together of.")
    ]


class ColumnTold(Part):
    """En kolumn i en tabell. / A column of a table."""

    key: str
    title: str
    kind: Kind
    group: str


class ReportRow(Part):
    """En rad i en tabell. / A row of a table."""

    cells: list[CellTold]
    indent: int
    strong: bool


class ParagraphTold(Part):
    """Löpande text. / Running text."""

    type: Literal["paragraph"]
    text: str
    question: _Question
    noted: _Noted


class SubheadingTold(Part):
    """En rubrik i ett kapitel. / A heading within a chapter."""

    type: Literal["subheading"]
    text: str


class NoticeTold(Part):
    """Något läsaren inte får missa. / What a reader must not miss."""

    type: Literal["notice"]
    text: str


class PromptsTold(Part):
    """Frågor att arbeta vidare med. / Questions to work on."""

    type: Literal["prompts"]
    items: list[str]
    noted: _Noted


class FactTold(Part):
    """Ett namn och ett värde. / A label and a value."""

    label: str
    cell: CellTold


class FactsTold(Part):
    """Namn med värden. / Labels with values."""

    type: Literal["facts"]
    caption: _Caption
    rows: list[FactTold]


class TableTold(Part):
    """En tabell. / A table."""

    type: Literal["table"]
    caption: _Caption
    columns: list[ColumnTold]
    rows: list[ReportRow]
    note: _Note
    question: _Question
    noted: _Noted


class MapAreaTold(Part):
    """Ett område på en karta, med gräns i SWEREF 99 18 00. / An area of a map, its outline in SWEREF 99 18 00."""

    code: str
    name: str
    polygons: list[list[list[tuple[float, float]]]]
    cell: CellTold
    shade: Annotated[int | None, Field(description="Klassens nummer; null utan värde. / Number of its class.")]
    marked: bool


class MapTold(Part):
    """En karta med områden i klasser. / A map of areas in classes."""

    type: Literal["map"]
    caption: _Caption
    alt: _Alt
    areas: list[MapAreaTold]
    legend: list[str]
    legend_title: str
    diverging: bool
    note: _Note
    question: _Question


class PointTold(Part):
    """En punkt i ett diagram. / A point of a chart."""

    x: str
    label: str
    cell: CellTold
    low: Figure
    high: Figure
    marked: bool
    ends: Annotated[list[OriginTold], Field(description="Var intervallets ändar kommer ifrån. / Where its ends come from.")]


class DrawnSeries(Part):
    """Punkter som hör ihop. / Points that belong together."""

    name: str
    points: list[PointTold]


class MarkTold(Part):
    """Ett märke i ett linjediagram. / A mark in a line chart."""

    x: str
    text: str


class ChartTold(Part):
    """Ett diagram. / A chart."""

    type: Literal["chart"]
    caption: _Caption
    alt: _Alt
    kind: ChartKind
    series: list[DrawnSeries]
    x_title: str
    y_title: str
    marks: list[MarkTold]
    note: _Note
    question: _Question


_Block = Annotated[
    ParagraphTold | SubheadingTold | NoticeTold | PromptsTold | FactsTold | TableTold | MapTold | ChartTold, Field(discriminator="type")
]


class ChapterTold(Part):
    """Ett kapitel. / A chapter."""

    heading: str
    blocks: list[_Block]


class ReportTold(Part):
    """En rapport: kapitel av text, tabeller, kartor och diagram. / A report: chapters of text, tables, maps and charts."""

    schema_: Annotated[str, Field(alias="schema", description="Vad filen är och i vilken version. / What the file is, and its version.")]
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
    link: Annotated[str, Field(description="Adressen som gör rapporten på nytt. / The address that makes the report again.")]
    chapters: list[ChapterTold]
    language: str
    watermark: str
    not_used: Annotated[
        list[str],
        Field(
            description="De delar av frågan som angavs men som rapporten inte har användning för."
            " / The parts of the question that were given and that the report has no use for."
        ),
    ]
