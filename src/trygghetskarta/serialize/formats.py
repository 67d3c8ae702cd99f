"""The registry of formats: a published answer to bytes and their media type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import orjson

from trygghetskarta.analysis.comparison import find
from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.audience import MadeFor
from trygghetskarta.domain.counts import Published
from trygghetskarta.errors import bad_parameter
from trygghetskarta.serialize.comparing import beside
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.datasets import dataset
from trygghetskarta.serialize.figures import Columns, Row, comparison_table, head, methods, rows_of
from trygghetskarta.serialize.geofiles import Sheet, flatgeobuf, geopackage, parquet
from trygghetskarta.serialize.geojson import Features, Outlines, feature_collection, joined_collection
from trygghetskarta.serialize.joining import Joined
from trygghetskarta.serialize.jsonstat import write_dataset
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.titles import title
from trygghetskarta.serialize.written import written_rows
from trygghetskarta.serialize.xlsx import workbook


class Format(StrEnum):
    """What an answer can be written as."""

    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    JSONSTAT = "jsonstat"
    GPKG = "gpkg"
    FLATGEOBUF = "flatgeobuf"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return _FILES[self.value][0]

    @property
    def ending(self) -> str:
        """What the name of such a file ends with."""
        return _FILES[self.value][1]

    @property
    def draws(self) -> bool:
        """Whether it can hold outlines."""
        return self in (Format.GEOJSON, Format.GPKG, Format.FLATGEOBUF, Format.PARQUET)


_FILES = {
    "geojson": ("application/geo+json", ".geojson"),
    "json": ("application/json", ".json"),
    "csv": ("text/csv; charset=utf-8", ".csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "jsonstat": ("application/json", ".jsonstat.json"),
    "gpkg": ("application/geopackage+sqlite3", ".gpkg"),
    "flatgeobuf": ("application/vnd.flatgeobuf", ".fgb"),
    "parquet": ("application/vnd.apache.parquet", ".parquet"),
}


_GEOFILES = {Format.GPKG: geopackage, Format.FLATGEOBUF: flatgeobuf, Format.PARQUET: parquet}


class Layout(StrEnum):
    """How the figures of a JSON answer stand: an object per row, or an array per column, which is a good deal smaller."""

    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write an answer.

    Attributes:
        format: The format.
        dialect: Of CSV.
        outlines: GeoJSON text of the areas' outlines by code; None where no row is to be drawn.
        layout: Of JSON.
        columns: Which columns to write, in this order; empty for all.
        made_for: Who takes it out, of an intern file.
    """

    format: Format
    dialect: Dialect = Dialect.EXCEL
    outlines: Outlines | None = None
    layout: Layout = Layout.ROWS
    columns: tuple[str, ...] = ()
    made_for: MadeFor | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an answer, as every format writes them.

    Attributes:
        columns: The values of the rows, by column.
        sentences: Swedish sentences about them.
        methods: Names of the methods that made them, as docs/methods has them.
        beside: Further members of a JSON answer.
        outlines: GeoJSON text of each row's geometry by its key; None where rows are not drawn.
        key: The column that names a row.
        dimensions: The columns that name a row together, where that is not the key alone.
        fractions: Columns that hold decimal numbers here, though whole numbers elsewhere.
    """

    columns: Columns
    sentences: list[str]
    methods: tuple[str, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    outlines: Outlines | None = None
    key: str = "code"
    dimensions: tuple[str, ...] = ()
    fractions: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The figures as rows, all with the same keys."""
        return rows_of(self.columns)

    @property
    def named_by(self) -> tuple[str, ...]:
        """The columns that together name a row."""
        return self.dimensions or (self.key,)


def write(answer: Answered, figures: Figures, writing: Writing) -> bytes:
    """Write an answer; the same rows in every format.

    Args:
        answer: What was asked and released.
        figures: Its figures.
        writing: How.

    Returns:
        The bytes.

    Raises:
        InvalidQuestionError: A column is asked for that the answer does not have, or a layout that the format does not have.
    """
    figures = chosen(figures, writing)
    members = {**head(answer, figures.sentences, figures.methods, writing.made_for), **figures.beside}
    match writing.format:
        case Format.GEOJSON:
            return feature_collection(members, figures.rows, figures.outlines, figures.key)
        case Format.JSON if writing.layout is Layout.COLUMNS:
            return by_column(members, figures.columns)
        case Format.JSON:
            return orjson.dumps({**members, "items": figures.rows, "total": len(figures.rows)})
        case Format.CSV:
            return table(figures.rows, list(figures.columns), writing.dialect)
        case Format.XLSX:
            return workbook(answer, figures.rows, list(figures.columns), members, writing.made_for)
        case Format.JSONSTAT:
            return write_dataset(dataset(answer, members, figures.columns, figures.named_by))
        case Format.GPKG | Format.FLATGEOBUF | Format.PARQUET:
            return _GEOFILES[writing.format](_sheet(answer, figures, members))


def chosen(figures: Figures, writing: Writing) -> Figures:
    """Give what of the figures is to be written.

    Args:
        figures: All of them.
        writing: Which columns are wanted, and whether rows are drawn.

    Returns:
        The figures with what names a row, and then the columns wanted in the order they were asked for; all columns when none was named.

    Raises:
        InvalidQuestionError: A column is asked for that the answer does not have, or a layout that the format does not have.
    """
    if writing.layout is Layout.COLUMNS and writing.format is not Format.JSON:
        swedish, english = "Bara json kan skrivas kolumn för kolumn.", "Only json can be written column by column."
        raise bad_parameter("layout", writing.layout, swedish, english)
    for name in writing.columns:
        if name not in figures.columns:
            there = ", ".join(figures.columns)
            swedish, english = (
                f"Svaret har ingen kolumn {name}; de som finns är {there}.",
                f"The answer has no column {name}; there are {there}.",
            )
            raise bad_parameter("column", name, swedish, english)
    wanted = (figures.key, *figures.dimensions, *writing.columns) if writing.columns else tuple(figures.columns)
    columns = {name: figures.columns[name] for name in wanted}
    return replace(figures, columns=columns, outlines=figures.outlines if writing.outlines is not None else None)


def by_column(members: Mapping[str, Any], columns: Columns) -> bytes:
    """Write columns as JSON arrays of one length: a value per row, in the order of the rows."""
    total = len(next(iter(columns.values())))
    return orjson.dumps({**members, "columns": columns, "total": total})


def _sheet(answer: Answered, figures: Figures, members: Mapping[str, Any]) -> Sheet:
    return Sheet(
        columns=figures.columns,
        key=[str(name) for name in figures.columns[figures.key]],
        outlines=figures.outlines,
        fractions=figures.fractions,
        title=title(answer),
        members=members,
        changed_at=answer.provenance.published_at,
    )


def write_comparison(published: Published, writing: Writing) -> bytes:
    """Write the answer to a comparison.

    Args:
        published: The answer.
        writing: How.

    Returns:
        The bytes.
    """
    return write(published, comparison_figures(published, writing.outlines), writing)


def comparison_figures(published: Published, outlines: Outlines | None) -> Figures:
    """Give the figures of a comparison.

    Args:
        published: The answer.
        outlines: Of its areas; None for none.

    Returns:
        A row for each area, with all that the statistics say.
    """
    findings = find(published)
    return Figures(
        comparison_table(published, findings),
        sentences(published, findings),
        methods(published, findings),
        beside=beside(published, findings),
        outlines=outlines,
    )


def join_comparison(published: Published, features: Features) -> Joined:
    """Write the answer to a comparison as GeoJSON, the same as `write_comparison` does, joined from what every comparison has in common.

    Args:
        published: The answer.
        features: How the features of its areas begin.

    Returns:
        The collection.
    """
    findings = find(published)
    members = {**head(published, sentences(published, findings), methods(published, findings)), **beside(published, findings)}
    return joined_collection(members, features.of(published.areas), written_rows(published, findings))
