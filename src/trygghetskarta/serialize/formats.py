"""The registry of formats: a published answer to bytes and their media type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from trygghetskarta.analysis.comparison import find
from trygghetskarta.domain.answers import Answered
from trygghetskarta.domain.counts import Published
from trygghetskarta.serialize.comparing import beside
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.datasets import dataset
from trygghetskarta.serialize.figures import Row, comparison_rows, head, methods
from trygghetskarta.serialize.geojson import Outlines, feature_collection
from trygghetskarta.serialize.jsonstat import write_dataset
from trygghetskarta.serialize.saying.answers import sentences
from trygghetskarta.serialize.xlsx import workbook


class Format(StrEnum):
    """What an answer can be written as."""

    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    JSONSTAT = "jsonstat"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return {
            "geojson": "application/geo+json",
            "json": "application/json",
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "jsonstat": "application/json",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write an answer: the format, the CSV's dialect, and the outlines of the areas for GeoJSON."""

    format: Format
    dialect: Dialect
    outlines: Outlines


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an answer, as every format writes them.

    Attributes:
        rows: All with the same keys.
        sentences: Swedish sentences about them.
        methods: Names of the methods that made them, as docs/methods has them.
        beside: Further members of a JSON answer.
        outlines: GeoJSON text of each row's geometry by its key; empty for none.
        key: The column that names a row.
        dimensions: The columns that name a row together, where that is not the key alone.
    """

    rows: list[Row]
    sentences: list[str]
    methods: tuple[str, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    outlines: Outlines = field(default_factory=dict)
    key: str = "code"
    dimensions: tuple[str, ...] = ()


def write(answer: Answered, figures: Figures, writing: Writing) -> bytes:
    """Write an answer; the same rows in every format.

    Args:
        answer: What was asked and released.
        figures: Its figures.
        writing: How.

    Returns:
        The bytes.
    """
    members = {**head(answer, figures.sentences, figures.methods), **figures.beside}
    columns = list(figures.rows[0]) if figures.rows else [figures.key]
    match writing.format:
        case Format.GEOJSON:
            return feature_collection(members, figures.rows, figures.outlines, figures.key)
        case Format.JSON:
            return orjson.dumps({**members, "items": figures.rows, "total": len(figures.rows)})
        case Format.CSV:
            return table(figures.rows, columns, writing.dialect)
        case Format.XLSX:
            return workbook(answer, figures.rows, columns, figures.sentences)
        case Format.JSONSTAT:
            return write_dataset(dataset(answer, members, figures.rows, columns, figures.dimensions or (figures.key,)))


def write_comparison(published: Published, writing: Writing) -> bytes:
    """Write the answer to a comparison.

    Args:
        published: The answer.
        writing: How.

    Returns:
        The bytes.
    """
    findings = find(published)
    figures = Figures(
        comparison_rows(published, findings),
        sentences(published, findings),
        methods(published, findings),
        beside=beside(published, findings),
        outlines=writing.outlines,
    )
    return write(published, figures, writing)
